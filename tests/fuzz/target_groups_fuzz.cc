#include <cstdint>
#include <string_view>

#include "base/strings.h"
#include "collector/scrape/discovery/group_list.h"

// Any bytes as a discovery file: a list of targets, or an error that names the file.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxInput = 64 << 10;
  if (size > kMaxInput) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& groups :
       {vedette::scrape::ReadGroupsJson(text, "f"), vedette::scrape::ReadGroupsYaml(text, "f")}) {
    if (groups.ok()) continue;
    VEDETTE_CHECK(vedette::base::StartsWith(vedette::base::Message(groups.status()), "f:"));
  }
  return 0;
}
