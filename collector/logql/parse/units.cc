#include "collector/logql/parse/units.h"

#include <cmath>
#include <limits>

#include "base/strings.h"

namespace vedette::logql {
namespace {

bool IsUnitDigit(char c) { return c >= '0' && c <= '9'; }

size_t NumberLength(std::string_view text) {
  size_t n = 0;
  while (n < text.size() && (IsUnitDigit(text[n]) || text[n] == '.')) ++n;
  return n;
}

// humanize's numbers may have commas between their digits.
size_t GroupedNumberLength(std::string_view text) {
  size_t n = 0;
  while (n < text.size() && (IsUnitDigit(text[n]) || text[n] == '.' || text[n] == ',')) ++n;
  return n;
}

std::string WithoutCommas(std::string_view number) {
  std::string plain(number);
  std::erase(plain, ',');
  return plain;
}

std::optional<double> GoUnitNanos(std::string_view unit) {
  if (unit == "ns") return 1;
  if (unit == "us" || unit == "\u00b5s" || unit == "\u03bcs") return 1e3;
  if (unit == "ms") return 1e6;
  if (unit == "s") return 1e9;
  if (unit == "m") return 60e9;
  if (unit == "h") return 3600e9;
  return std::nullopt;
}

std::optional<double> ByteUnit(std::string_view unit) {
  if (unit.empty() || unit == "b") return 1;
  const size_t power = std::string_view("kmgtpe").find(unit[0]);
  if (power == std::string_view::npos) return std::nullopt;
  const std::string_view rest = unit.substr(1);
  const auto exponent = static_cast<double>(power + 1);
  if (rest.empty() || rest == "b") return std::pow(1000.0, exponent);
  if (rest == "i" || rest == "ib") return std::pow(1024.0, exponent);
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> ParseGoDuration(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const size_t digits = NumberLength(text);
    const auto number = base::ParseDouble(text.substr(0, digits));
    if (digits == 0 || !number) return std::nullopt;
    text.remove_prefix(digits);
    size_t length = 0;
    while (length < text.size() && !IsUnitDigit(text[length]) && text[length] != '.') ++length;
    const auto unit = GoUnitNanos(text.substr(0, length));
    if (!unit) return std::nullopt;
    total += *number * *unit;
    text.remove_prefix(length);
  }
  if (!(total < static_cast<double>(std::numeric_limits<int64_t>::max()))) return std::nullopt;
  const auto nanos = static_cast<int64_t>(std::llround(total));
  return negative ? -nanos : nanos;
}

std::optional<int64_t> ParseAnyDuration(std::string_view text) {
  if (const auto ms = base::ParseDurationMs(text)) {
    int64_t nanos = 0;
    if (__builtin_mul_overflow(*ms, int64_t{1'000'000}, &nanos)) return std::nullopt;
    return nanos;
  }
  return ParseGoDuration(text);
}

std::optional<double> ParseBytes(std::string_view text) {
  const size_t digits = GroupedNumberLength(text);
  const auto number = base::ParseDouble(WithoutCommas(text.substr(0, digits)));
  if (digits == 0 || !number) return std::nullopt;
  const auto unit = ByteUnit(base::ToLowerAscii(base::Trim(text.substr(digits))));
  if (!unit) return std::nullopt;
  return std::floor(*number * *unit);
}

std::string WhyNoDuration(std::string_view text) {
  const std::string quoted = base::GoQuote(text);
  std::string_view rest = text;
  if (base::StartsWith(rest, "-") || base::StartsWith(rest, "+")) rest.remove_prefix(1);
  // A number alone, or one with a unit that there is not.
  while (NumberLength(rest) > 0) {
    rest.remove_prefix(NumberLength(rest));
    size_t length = 0;
    while (length < rest.size() && !IsUnitDigit(rest[length]) && rest[length] != '.') ++length;
    const std::string_view unit = rest.substr(0, length);
    if (unit.empty()) return base::Concat({"time: missing unit in duration ", quoted});
    if (!GoUnitNanos(unit)) {
      return base::Concat({"time: unknown unit ", base::GoQuote(unit), " in duration ", quoted});
    }
    rest.remove_prefix(length);
  }
  return base::Concat({"time: invalid duration ", quoted});
}

std::string WhyNoBytes(std::string_view text) {
  const size_t digits = GroupedNumberLength(text);
  const std::string number = WithoutCommas(text.substr(0, digits));
  if (!base::ParseDouble(number)) {
    return base::Concat(
        {"strconv.ParseFloat: parsing ", base::GoQuote(number), ": invalid syntax"});
  }
  return base::Concat(
      {"unhandled size name: ", base::ToLowerAscii(base::Trim(text.substr(digits)))});
}

}  // namespace vedette::logql
