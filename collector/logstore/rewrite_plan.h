#ifndef VEDETTE_COLLECTOR_LOGSTORE_REWRITE_PLAN_H_
#define VEDETTE_COLLECTOR_LOGSTORE_REWRITE_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vedette::logstore {

// What the plan looks at of a part.
struct PartSize {
  int64_t day = 0;
  uint64_t bytes = 0;  // on disk
  bool columns = false;
  bool settled = false;  // its day got no part for a while
};

struct RewriteRules {
  int64_t closed_before = 0;  // days before this one get few lines any more
  size_t rows_parts = 16;     // level-0 parts of a day that are worth a rewrite; 0: none is
};

// Which parts to rewrite to one day part next, as ascending indexes of `parts`: level-0 parts of a
// day once there are enough of them, or its small day parts; however few when the day is closed and
// settled. Empty when nothing is due. Never so many that reading them side by side would take much
// memory.
std::vector<size_t> PlanRewrite(std::span<const PartSize> parts, const RewriteRules& rules);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_REWRITE_PLAN_H_
