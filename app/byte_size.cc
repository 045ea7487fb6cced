#include "app/byte_size.h"

#include <cmath>
#include <string>

#include "base/strings.h"

namespace vedette::app {
namespace {

constexpr std::string_view kPrefixes = "KMGTPE";
constexpr double kMost = 9.2e18;

// 1024^n for the unit; nothing for what is none.
std::optional<double> FactorOf(std::string_view unit) {
  if (unit == "B") return 1;
  const bool known = unit.size() == 2 || (unit.size() == 3 && unit[1] == 'i');
  if (!known || unit.back() != 'B') return std::nullopt;
  const size_t power = kPrefixes.find(unit[0]);
  if (power == std::string_view::npos) return std::nullopt;
  return std::ldexp(1.0, 10 * (static_cast<int>(power) + 1));
}

}  // namespace

std::optional<uint64_t> ParseByteSize(std::string_view text) {
  if (text == "0") return 0;
  const size_t digits = text.find_first_not_of("0123456789.");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  const std::optional<double> number = base::ParseDouble(text.substr(0, digits));
  const std::optional<double> factor = FactorOf(text.substr(digits));
  if (!number || !factor || *number * *factor > kMost) return std::nullopt;
  return static_cast<uint64_t>(*number * *factor);
}

}  // namespace vedette::app
