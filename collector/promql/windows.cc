#include "collector/promql/windows.h"

#include <algorithm>
#include <cstring>

namespace vedette::promql {
namespace {

// Targets have times of their own; of more than this the plans are made anew now and then.
constexpr size_t kMaxPlanBytes = 16 << 20;
// Of a step: two indexes, and four numbers where rates are extrapolated.
constexpr size_t kStepBytes = 2 * sizeof(uint32_t) + 4 * sizeof(double);

uint64_t KeyOf(std::span<const int64_t> times) {
  uint64_t key = times.size();
  for (const int64_t time : {times.front(), times.back()}) {
    key = (key ^ static_cast<uint64_t>(time)) * 0x9e3779b97f4a7c15;
    key ^= key >> 29;
  }
  return key;
}

bool Same(const WindowPlan& plan, std::span<const int64_t> times) {
  if (plan.times.size() != times.size()) return false;
  return times.empty() || std::memcmp(plan.times.data(), times.data(), times.size_bytes()) == 0;
}

void FindSlides(WindowPlan* plan) {
  plan->slide_first = plan->slide_end = plan->first;
  plan->newest_slides = plan->first < plan->end;
  int begin = plan->first;  // of the run that the step is in
  for (int step = plan->first; step < plan->end; ++step) {
    const auto at = static_cast<size_t>(step);
    const bool any = plan->low[at] < plan->high[at];
    const bool newest = step == plan->first || plan->high[at] == plan->high[at - 1] + 1;
    plan->newest_slides &= any && newest;
    const bool runs = newest && (step == begin || plan->low[at] == plan->low[at - 1] + 1);
    if (!any) {
      begin = step + 1;
    } else if (!runs) {
      begin = step;
    }
    if (step + 1 - begin > plan->slide_end - plan->slide_first) {
      plan->slide_first = begin;
      plan->slide_end = step + 1;
    }
  }
}

}  // namespace

void Windows::Make(std::span<const int64_t> times, WindowPlan* plan) const {
  const size_t steps = windows_.steps;
  plan->low.resize(steps);
  plan->high.resize(steps);
  plan->first = 0;
  plan->end = 0;
  plan->samples = 0;
  plan->factor.clear();
  uint32_t low = 0;
  uint32_t high = 0;
  bool any = false;
  for (size_t step = 0; step < steps; ++step) {
    const TimeWindow window = windows_.At(step);
    while (low < times.size() && times[low] <= window.start_ms) ++low;
    while (high < times.size() && times[high] <= window.end_ms) ++high;
    plan->low[step] = low;
    plan->high[step] = std::max(low, high);
    if (low >= high) continue;
    plan->samples += high - low;
    if (!any) plan->first = static_cast<int>(step);
    any = true;
    plan->end = static_cast<int>(step) + 1;
  }
  FindSlides(plan);
}

WindowPlan* Windows::PlanFor(std::span<const int64_t> times) {
  if (last_ != nullptr && Same(*last_, times)) return last_;
  // A single window is found as fast as a plan of it: the last one alone is kept.
  const uint64_t key = times.empty() || windows_.steps == 1 ? 0 : KeyOf(times);
  if (plan_bytes_ > kMaxPlanBytes && !plans_.contains(key)) {
    plans_.clear();
    plan_bytes_ = 0;
  }
  const auto [at, fresh] = plans_.try_emplace(key);
  if (fresh) {
    at->second = std::make_unique<WindowPlan>();
    plan_bytes_ += windows_.steps * kStepBytes + times.size_bytes();
  }
  last_ = at->second.get();
  if (!fresh && Same(*last_, times)) return last_;
  last_->times.assign(times.begin(), times.end());
  Make(times, last_);
  return last_;
}

}  // namespace vedette::promql
