#include "collector/tsdb/merge_plan.h"

#include <algorithm>
#include <map>

namespace vedette::tsdb {
namespace {

constexpr int64_t kQuietMs = 3600 * 1000;
constexpr size_t kFlushesToMerge = 8;

using Day = std::vector<const PartMeta*>;

bool IsQuiet(const Day& day, int64_t now_ms) {
  return std::all_of(day.begin(), day.end(), [now_ms](const PartMeta* part) {
    // A part from the future was written before the clock stepped back: as good as old.
    return part->created_ms > now_ms || now_ms - part->created_ms >= kQuietMs;
  });
}

MergePlan PlanOf(Day::const_iterator first, Day::const_iterator last, PartLevel level) {
  MergePlan plan;
  plan.level = level;
  for (; first != last; ++first) plan.parts.push_back((*first)->id);
  return plan;
}

// The first run of eight flushes side by side.
std::optional<MergePlan> PlanOpenDay(const Day& day) {
  size_t run = 0;
  for (auto at = day.begin(); at != day.end(); ++at) {
    run = (*at)->level == PartLevel::kFlush ? run + 1 : 0;
    if (run < kFlushesToMerge) continue;
    return PlanOf(at + 1 - static_cast<std::ptrdiff_t>(run), at + 1, PartLevel::kMerged);
  }
  return std::nullopt;
}

}  // namespace

int64_t DayOf(int64_t time_ms) {
  const int64_t day = time_ms / kDayMs;
  return time_ms % kDayMs < 0 ? day - 1 : day;
}

std::optional<MergePlan> PlanMerge(const std::vector<PartMeta>& parts,
                                   const absl::flat_hash_set<uint64_t>& damaged, int64_t now_ms) {
  std::map<int64_t, Day> days;
  for (const PartMeta& part : parts) days[DayOf(part.min_ms)].push_back(&part);
  for (const auto& [number, day] : days) {
    if (day.size() < 2) continue;
    if (std::any_of(day.begin(), day.end(),
                    [&](const PartMeta* part) { return damaged.contains(part->id); })) {
      continue;
    }
    const bool closed = now_ms >= (number + 1) * kDayMs + kQuietMs;
    if (closed && IsQuiet(day, now_ms)) return PlanOf(day.begin(), day.end(), PartLevel::kDay);
    if (std::optional<MergePlan> plan = PlanOpenDay(day)) return plan;
  }
  return std::nullopt;
}

}  // namespace vedette::tsdb
