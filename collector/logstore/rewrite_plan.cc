#include "collector/logstore/rewrite_plan.h"

#include <map>

namespace vedette::logstore {
namespace {

// Level-0 parts that are read side by side, a block of each.
constexpr size_t kMostRowsParts = 24;
// Day parts below are merged with others, up to so many and so large: a granule of each is read.
constexpr uint64_t kSmallBytes = 12ull << 20;
constexpr uint64_t kMostBytes = 64ull << 20;
constexpr size_t kMostColumnsParts = 4;

struct DayParts {
  std::vector<size_t> rows;
  std::vector<size_t> small;
  bool settled = true;
};

// The first small parts that are not too large together.
std::vector<size_t> FittingTogether(std::span<const PartSize> parts,
                                    const std::vector<size_t>& small) {
  std::vector<size_t> chosen;
  uint64_t bytes = 0;
  for (const size_t index : small) {
    bytes += parts[index].bytes;
    if (bytes > kMostBytes || chosen.size() == kMostColumnsParts) break;
    chosen.push_back(index);
  }
  return chosen;
}

}  // namespace

std::vector<size_t> PlanRewrite(std::span<const PartSize> parts, const RewriteRules& rules) {
  if (rules.rows_parts == 0) return {};
  std::map<int64_t, DayParts> days;
  for (size_t i = 0; i < parts.size(); ++i) {
    DayParts& day = days[parts[i].day];
    day.settled = day.settled && parts[i].settled;
    if (!parts[i].columns) {
      if (day.rows.size() < kMostRowsParts) day.rows.push_back(i);
    } else if (parts[i].bytes < kSmallBytes) {
      day.small.push_back(i);
    }
  }
  for (const auto& [number, day] : days) {
    const bool closed = number < rules.closed_before && day.settled;
    if (!day.rows.empty() && (closed || day.rows.size() >= rules.rows_parts)) return day.rows;
    if (day.small.size() >= (closed ? 2 : kMostColumnsParts)) {
      return FittingTogether(parts, day.small);
    }
  }
  return {};
}

}  // namespace vedette::logstore
