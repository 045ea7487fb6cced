#include "collector/logstore/columns/packed_hex.h"

#include "collector/logstore/columns/byte_search.h"

namespace vedette::logstore {
namespace {

constexpr std::array<uint8_t, 256> MakeDigits(char ten) {
  std::array<uint8_t, 256> digits{};
  digits.fill(kNoHexDigit);
  for (uint8_t i = 0; i < 10; ++i) digits[static_cast<size_t>('0' + i)] = i;
  for (uint8_t i = 0; i < 6; ++i) {
    digits[static_cast<size_t>(ten + i)] = static_cast<uint8_t>(10 + i);
  }
  return digits;
}
constexpr auto kLowerDigits = MakeDigits('a');
constexpr auto kUpperDigits = MakeDigits('A');

}  // namespace

uint8_t HexDigitOf(char c, bool upper) {
  return (upper ? kUpperDigits : kLowerDigits)[static_cast<uint8_t>(c)];
}

std::optional<HexNeedle> HexNeedle::Of(std::string_view text, HexStyle style) {
  std::string digits;
  for (const char c : text) {
    if (style.uuid && c == '-') continue;
    const uint8_t digit = HexDigitOf(c, style.upper);
    if (digit == kNoHexDigit) return std::nullopt;
    digits.push_back(static_cast<char>(digit));
  }
  HexNeedle needle;
  needle.digits_ = digits.size();
  for (size_t half = 0; half < 2; ++half) {
    for (size_t i = half; i + 1 < digits.size(); i += 2) {
      needle.bytes_[half].push_back(static_cast<char>(digits[i] << 4 | digits[i + 1]));
    }
  }
  return needle;
}

bool HexNeedle::MayBeIn(std::string_view packed) const {
  return FindBytes(packed, bytes_[0]) != packed.npos || FindBytes(packed, bytes_[1]) != packed.npos;
}

}  // namespace vedette::logstore
