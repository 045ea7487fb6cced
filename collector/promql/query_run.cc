#include "collector/promql/query_run.h"

#include <algorithm>
#include <string>

#include "base/strings.h"

namespace vedette::promql {

base::Status ExecutionError(std::string_view message) { return base::Internal(message); }

base::Status QueryRun::CheckAlive() {
  if (settings_.stop.stop_requested()) {
    return base::Cancelled("query was canceled in expression evaluation");
  }
  // The clock is asked at every 16th call only.
  if ((checks_++ & 15) == 0 && settings_.clock->MonotonicNanos() > settings_.deadline_nanos) {
    return base::DeadlineExceeded("query timed out in expression evaluation");
  }
  return base::Status();
}

base::Status QueryRun::Hold(size_t samples, size_t bytes) {
  held_ += static_cast<int64_t>(samples);
  held_bytes_ += bytes;
  peak_ = std::max(peak_, held_);
  if (held_ > settings_.max_samples) {
    return base::ResourceExhausted(
        "query processing would load too many samples into memory in query execution");
  }
  if (settings_.max_bytes == 0 || held_bytes_ <= settings_.max_bytes) {
    return held_bytes_ <= std::max(shared_.bytes(), kSmall) ? base::Status() : TakeShared();
  }
  return base::ResourceExhausted(
      base::Concat({"query would hold ", std::to_string(held_bytes_), " bytes of memory, it may ",
                    std::to_string(settings_.max_bytes), ": ask for fewer series or less time"}));
}

base::Status QueryRun::TakeShared() {
  const uint64_t wanted = (held_bytes_ + kSharedStep - 1) / kSharedStep * kSharedStep;
  const uint64_t more = wanted - shared_.bytes();
  if (!settings_.must_run) return shared_.Grow(more, "the query");
  shared_.GrowAnyway(more);
  return base::Status();
}

}  // namespace vedette::promql
