#include "exporters/node/human_number.h"

#include <cmath>

#include "base/strings.h"

namespace vedette::exporters::node {
namespace {

constexpr std::string_view kUnits = "KMGTPEZY";

// Takes the unit's letter off; 1 without one.
double TakeUnit(std::string_view* text) {
  if (text->empty()) return 1;
  const char letter = text->back();
  const size_t power = kUnits.find(static_cast<char>(letter >= 'a' ? letter - 32 : letter));
  if (power == std::string_view::npos) return 1;
  text->remove_suffix(1);
  return std::pow(1024.0, static_cast<double>(power + 1));
}

}  // namespace

std::optional<double> ParseBcachefsSize(std::string_view text) {
  text = base::Trim(text);
  const double unit = TakeUnit(&text);
  const auto value = base::ParseDouble(base::Trim(text));
  if (!value) return std::nullopt;
  return std::trunc(*value * unit);
}

std::optional<double> ParseBcacheSize(std::string_view text) {
  const bool is_negative = base::StartsWith(text, "-");
  if (is_negative) text.remove_prefix(1);
  const double unit = TakeUnit(&text);
  const size_t dot = text.find('.');
  const auto whole = base::ParseUint(text.substr(0, dot));
  if (!whole) return std::nullopt;
  auto value = static_cast<double>(*whole);
  if (dot != std::string_view::npos) {
    const auto fraction = base::ParseUint(text.substr(dot + 1));
    if (!fraction) return std::nullopt;
    value += static_cast<double>(*fraction) / 10.24;
  }
  value = std::trunc(value * unit);
  return is_negative ? -value : value;
}

}  // namespace vedette::exporters::node
