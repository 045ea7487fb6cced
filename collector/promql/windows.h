#ifndef VEDETTE_COLLECTOR_PROMQL_WINDOWS_H_
#define VEDETTE_COLLECTOR_PROMQL_WINDOWS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"

// Which samples each step of a query looks at. Series that are scraped together have the same
// times, so that this is found out once for all of them.

namespace vedette::promql {

// What a step looks at: times in (start_ms, end_ms].
struct TimeWindow {
  int64_t start_ms = 0;
  int64_t end_ms = 0;
};

// The windows of all steps.
struct StepWindows {
  int64_t first_end_ms = 0;
  int64_t step_ms = 0;  // from one to the next; 0 where all steps look at the same
  int64_t range_ms = 0;
  size_t steps = 0;

  TimeWindow At(size_t step) const {
    const int64_t end = first_end_ms + step_ms * static_cast<int64_t>(step);
    return {end - range_ms, end};
  }
};

// The windows of all steps over one array of times.
struct WindowPlan {
  std::vector<int64_t> times;
  // Of the samples in each step's window: the first, and the one behind the last.
  std::vector<uint32_t> low;
  std::vector<uint32_t> high;
  // Steps before and behind these have nothing in their windows; those between may.
  int first = 0;
  int end = 0;
  // The longest run of steps whose windows each are the one before moved on by one sample: all have
  // the same number of samples, one at least.
  int slide_first = 0;
  int slide_end = 0;
  // All steps from `first` to `end` have samples, and the newest of each follows that of the step
  // before.
  bool newest_slides = false;
  size_t samples = 0;  // in all windows together

  size_t count(int step) const {
    return high[static_cast<size_t>(step)] - low[static_cast<size_t>(step)];
  }

  bool sliding() const { return slide_first == first && slide_end == end && first < end; }

  // For extrapolated functions, by step; filled by whoever needs them. See range_sweep.h.
  std::vector<double> sampled;
  std::vector<double> to_start;
  std::vector<double> to_end;
  std::vector<double> factor;
  // Room for them to work in.
  std::vector<double> firsts;
  std::vector<double> lasts;
  std::vector<uint32_t> doubtful;
};

// Plans of the series of one selector. One thread.
class Windows {
 public:
  // `step_ms` is not negative.
  explicit Windows(const StepWindows& windows) : windows_(windows) {}

  const StepWindows& windows() const { return windows_; }
  // `times` ascend. Good until the next call.
  WindowPlan* PlanFor(std::span<const int64_t> times);

 private:
  void Make(std::span<const int64_t> times, WindowPlan* plan) const;

  const StepWindows windows_;
  absl::flat_hash_map<uint64_t, std::unique_ptr<WindowPlan>> plans_;
  size_t plan_bytes_ = 0;       // of all plans, about
  WindowPlan* last_ = nullptr;  // the one given last
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_WINDOWS_H_
