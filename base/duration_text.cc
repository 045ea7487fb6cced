#include <array>
#include <limits>

#include "base/strings.h"

// Durations as Prometheus writes them.

namespace vedette::base {
namespace {

struct Unit {
  std::string_view name;
  int64_t ms;
  bool only_whole;  // printed only when nothing is left: 90d reads better than 12w6d
};

constexpr std::array<Unit, 7> kUnits = {{
    {"y", 365ll * 24 * 3600 * 1000, true},
    {"w", 7ll * 24 * 3600 * 1000, true},
    {"d", 24ll * 3600 * 1000, false},
    {"h", 3600ll * 1000, false},
    {"m", 60ll * 1000, false},
    {"s", 1000, false},
    {"ms", 1, false},
}};

// What fits into Prometheus' nanoseconds.
constexpr int64_t kMaxMs = std::numeric_limits<int64_t>::max() / 1'000'000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view TakeWhile(std::string_view* text, bool digits) {
  size_t n = 0;
  while (n < text->size() && IsDigit((*text)[n]) == digits) ++n;
  const std::string_view taken = text->substr(0, n);
  text->remove_prefix(n);
  return taken;
}

}  // namespace

std::optional<int64_t> ParseDurationMs(std::string_view text) {
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  size_t next_unit = 0;
  while (!text.empty()) {
    const auto number = ParseUint(TakeWhile(&text, true));
    const std::string_view name = TakeWhile(&text, false);
    while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
    if (!number || next_unit == kUnits.size()) return std::nullopt;
    const int64_t unit = kUnits[next_unit++].ms;
    if (*number > static_cast<uint64_t>((kMaxMs - total) / unit)) return std::nullopt;
    total += static_cast<int64_t>(*number) * unit;
  }
  return total;
}

std::string FormatDurationMs(int64_t ms) {
  if (ms == 0) return "0s";
  std::string out = ms < 0 ? "-" : "";
  uint64_t left = ms < 0 ? -static_cast<uint64_t>(ms) : static_cast<uint64_t>(ms);
  for (const Unit& unit : kUnits) {
    const uint64_t size = static_cast<uint64_t>(unit.ms);
    if (left < size || (unit.only_whole && left % size != 0)) continue;
    out += std::to_string(left / size);
    out += unit.name;
    left %= size;
  }
  return out;
}

}  // namespace vedette::base
