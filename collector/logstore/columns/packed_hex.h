#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_PACKED_HEX_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_PACKED_HEX_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette::logstore {

// How a column writes its hex digits.
struct HexStyle {
  bool upper = false;
  bool uuid = false;  // with dashes in their places
  friend bool operator==(const HexStyle&, const HexStyle&) = default;
};

// How a column's bytes are searched: not at all, as text, or as packed digits.
struct SearchStyle {
  enum class Kind : uint8_t { kNone, kText, kHex };
  Kind kind = Kind::kNone;
  HexStyle hex;
  friend bool operator==(const SearchStyle&, const SearchStyle&) = default;
};

inline constexpr uint8_t kNoHexDigit = 255;

// The value of a digit of that case, kNoHexDigit for other bytes.
uint8_t HexDigitOf(char c, bool upper);

// Digits to be looked for among digits that lie two a byte. A value type.
class HexNeedle {
 public:
  // Nothing when values of that style cannot have `text` in them.
  static std::optional<HexNeedle> Of(std::string_view text, HexStyle style);

  size_t digits() const { return digits_; }
  // False: too few whole bytes to look for.
  bool IsSearchable() const { return digits_ >= kFewestDigits; }
  // From half a byte on (1) or from a whole one (0); without the halves at the ends.
  const std::string& bytes(size_t half) const { return bytes_[half]; }
  // If it is not, no value has it.
  bool MayBeIn(std::string_view packed) const;

 private:
  static constexpr size_t kFewestDigits = 5;

  size_t digits_ = 0;
  std::array<std::string, 2> bytes_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_PACKED_HEX_H_
