#ifndef VEDETTE_BASE_STRINGS_H_
#define VEDETTE_BASE_STRINGS_H_

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace vedette::base {

// Concatenation that takes std::string_view (Debian's absl::StrCat does not).
std::string Concat(std::initializer_list<std::string_view> parts);

std::vector<std::string_view> Split(std::string_view text, char separator);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view Trim(std::string_view text);  // ASCII white space
std::string ToLowerAscii(std::string_view text);
bool StartsWith(std::string_view text, std::string_view prefix);
bool EndsWith(std::string_view text, std::string_view suffix);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// Whole-string decimal numbers; nothing on any other text.
std::optional<int64_t> ParseInt(std::string_view text);
std::optional<uint64_t> ParseUint(std::string_view text);
// strconv.ParseFloat of Go: decimal, exponent, Inf/NaN in any case, leading '+'; no hex, no '_'.
std::optional<double> ParseDouble(std::string_view text);

bool IsValidUtf8(std::string_view text);
// Each byte that is no part of valid UTF-8 becomes one U+FFFD, as Go's range over a string has it.
std::string RepairUtf8(std::string_view text);

// Quotes as Go's strconv.Quote: printable runes stand as they are, the others as \n, \x07, \u00a0.
// Code points that Unicode has not assigned count as printable here.
std::string GoQuote(std::string_view text);

// Prometheus' durations: "1h30m", "90s", "5ms", "0", units y w d h m s ms in this order, once each.
std::optional<int64_t> ParseDurationMs(std::string_view text);
// The printer to match ("1h30m", "0s").
std::string FormatDurationMs(int64_t ms);

// Hash and equality so that maps keyed by std::string can be asked with std::string_view.
struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const;
};
struct StringEq {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};
template <typename V>
using StringMap = absl::flat_hash_map<std::string, V, StringHash, StringEq>;

}  // namespace vedette::base

#endif  // VEDETTE_BASE_STRINGS_H_
