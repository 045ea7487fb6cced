#ifndef VEDETTE_COLLECTOR_TSDB_MERGE_PLAN_H_
#define VEDETTE_COLLECTOR_TSDB_MERGE_PLAN_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "collector/tsdb/manifest.h"

namespace vedette::tsdb {

inline constexpr int64_t kDayMs = 24ll * 3600 * 1000;

// The number of the UTC day that holds the time; rounds down before 1970 too.
int64_t DayOf(int64_t time_ms);

struct MergePlan {
  std::vector<uint64_t> parts;  // of one day, in the manifest's order
  PartLevel level = PartLevel::kMerged;
};

// What to merge next, or nothing: a closed day of several parts that has been quiet for an hour
// becomes one; within an open day each eight flushes do. Days with a part in `damaged` are left
// alone: what can still be read of it stays readable.
std::optional<MergePlan> PlanMerge(const std::vector<PartMeta>& parts,
                                   const absl::flat_hash_set<uint64_t>& damaged, int64_t now_ms);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_MERGE_PLAN_H_
