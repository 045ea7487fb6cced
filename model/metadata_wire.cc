#include "model/metadata_wire.h"

#include <algorithm>
#include <array>

namespace vedette::model::wire {
namespace {

constexpr std::array<std::string_view, 8> kTypes = {
    "unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"};

}  // namespace

std::string_view TypeName(uint64_t number) { return kTypes[number < kTypes.size() ? number : 0]; }

uint32_t TypeNumber(std::string_view name) {
  const auto at = std::find(kTypes.begin(), kTypes.end(), name);
  return at == kTypes.end() ? 0 : static_cast<uint32_t>(at - kTypes.begin());
}

}  // namespace vedette::model::wire
