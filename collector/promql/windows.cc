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
  return plan.times.size() == times.size() &&
         std::memcmp(plan.times.data(), times.data(), times.size_bytes()) == 0;
}

bool IsSliding(const WindowPlan& plan) {
  const auto first = static_cast<size_t>(plan.first);
  for (size_t step = first; step < static_cast<size_t>(plan.end); ++step) {
    if (plan.low[step] != plan.low[first] + (step - first) ||
        plan.high[step] != plan.high[first] + (step - first)) {
      return false;
    }
  }
  return plan.first < plan.end;
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
  plan->sliding = IsSliding(*plan);
}

WindowPlan* Windows::PlanFor(std::span<const int64_t> times) {
  // A single window is found as fast as a plan of it.
  const uint64_t key = times.empty() || windows_.steps == 1 ? 0 : KeyOf(times);
  if (plan_bytes_ > kMaxPlanBytes && !plans_.contains(key)) {
    plans_.clear();
    plan_bytes_ = 0;
  }
  std::unique_ptr<WindowPlan>& plan = plans_[key];
  if (plan == nullptr) {
    plan = std::make_unique<WindowPlan>();
    plan_bytes_ += windows_.steps * kStepBytes + times.size_bytes();
  }
  if (key != 0 && Same(*plan, times)) return plan.get();
  if (key != 0) plan->times.assign(times.begin(), times.end());
  Make(times, plan.get());
  return plan.get();
}

}  // namespace vedette::promql
