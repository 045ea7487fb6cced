#include "collector/logql/parse/canonical_text.h"

#include <cctype>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/logql/parse/units.h"

namespace vedette::logql {
namespace {

// A whole number of nanoseconds in a unit of 10^digits of them, without trailing zeros.
std::string Fraction(uint64_t nanos, int digits, std::string_view unit) {
  uint64_t scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  std::string text = std::to_string(nanos / scale);
  if (nanos % scale != 0) {
    std::string rest = std::to_string(nanos % scale);
    rest.insert(0, static_cast<size_t>(digits) - rest.size(), '0');
    while (rest.back() == '0') rest.pop_back();
    text += base::Concat({".", rest});
  }
  return base::Concat({text, unit});
}

std::string HumanBytes(double bytes) {
  static constexpr std::string_view kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 10) return base::Concat({std::to_string(static_cast<int64_t>(bytes)), "B"});
  const auto exponent =
      std::min<size_t>(static_cast<size_t>(std::floor(std::log(bytes) / std::log(1000.0))), 6);
  const double value =
      std::floor(bytes / std::pow(1000.0, static_cast<double>(exponent)) * 10 + 0.5) / 10;
  char text[32];
  std::snprintf(text, sizeof(text), value < 10 ? "%.1f" : "%.0f", value);
  return base::Concat({text, kUnits[exponent]});
}

// One alternative of a regex without groups, classes or repetition but `.*` at its ends.
bool IsPlainAlternative(std::string_view text) {
  if (text == ".+") return true;
  if (base::StartsWith(text, ".*")) text.remove_prefix(2);
  if (base::EndsWith(text, ".*")) text.remove_suffix(2);
  for (size_t i = 0; i < text.size(); ++i) {
    if (std::string_view(".+*?()[]{}^$").find(text[i]) != std::string_view::npos) return false;
    // An escape stands for itself, unless it is of a letter or a digit.
    if (text[i] == '\\' && (++i >= text.size() || std::isalnum(text[i]))) return false;
  }
  return true;
}

}  // namespace

std::string GoDurationText(int64_t nanos) {
  if (nanos == 0) return "0s";
  const std::string_view sign = nanos < 0 ? "-" : "";
  uint64_t left = nanos < 0 ? 0 - static_cast<uint64_t>(nanos) : static_cast<uint64_t>(nanos);
  if (left < 1'000) return base::Concat({sign, Fraction(left, 0, "ns")});
  if (left < 1'000'000) return base::Concat({sign, Fraction(left, 3, "\u00b5s")});
  if (left < 1'000'000'000) return base::Concat({sign, Fraction(left, 6, "ms")});
  constexpr uint64_t kMinute = 60'000'000'000;
  std::string text(sign);
  const uint64_t minutes = left / kMinute;
  if (minutes >= 60) text += base::Concat({std::to_string(minutes / 60), "h"});
  if (minutes > 0) text += base::Concat({std::to_string(minutes % 60), "m"});
  return text + Fraction(left % kMinute, 9, "s");
}

std::string BytesText(double bytes) {
  std::string text = HumanBytes(bytes);
  if (ParseBytes(text) == bytes) return text;
  text.clear();
  base::AppendFloatF(bytes, &text);
  return text + "B";
}

bool IsPlainLabelRegex(std::string_view pattern) {
  if (base::StartsWith(pattern, "(?i)")) pattern.remove_prefix(4);
  if (pattern.size() > 2 && pattern.front() == '(' && pattern.back() == ')') {
    pattern = pattern.substr(1, pattern.size() - 2);
  }
  for (const std::string_view alternative : base::Split(pattern, '|')) {
    if (!IsPlainAlternative(alternative)) return false;
  }
  return true;
}

}  // namespace vedette::logql
