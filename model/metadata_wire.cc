#include "model/metadata_wire.h"

#include <algorithm>
#include <array>

namespace vedette::model::wire {
namespace {

constexpr std::array<std::string_view, 8> kTypeNames = {
    "unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"};

}  // namespace

std::string_view TypeName(uint64_t number) {
  return kTypeNames[number < kTypeNames.size() ? number : 0];
}

uint32_t TypeNumber(std::string_view name) {
  const auto at = std::find(kTypeNames.begin(), kTypeNames.end(), name);
  return at == kTypeNames.end() ? 0 : static_cast<uint32_t>(at - kTypeNames.begin());
}

}  // namespace vedette::model::wire
