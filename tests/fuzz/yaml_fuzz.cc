#include <cstdint>
#include <string_view>

#include "base/config/yaml.h"

// Any bytes as a configuration: a tree or an error that names the place.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxInput = 64 << 10;
  if (size > kMaxInput) return 0;
  const auto node = vedette::base::config::ParseYaml(
      std::string_view(reinterpret_cast<const char*>(data), size), "f.yml");
  if (!node.ok()) {
    VEDETTE_CHECK(vedette::base::Message(node.status()).substr(0, 6) == "f.yml:");
  }
  return 0;
}
