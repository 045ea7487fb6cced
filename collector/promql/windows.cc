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

bool AreSpaced(std::span<const int64_t> times, int64_t apart) {
  int64_t off = 0;  // no early way out: so the comparisons go several at once
  for (size_t i = 1; i < times.size(); ++i) off |= (times[i] - times[i - 1]) ^ apart;
  return off == 0;
}

// How many of `count` samples from `first_ms` on, `apart` from each other, are at or before
// `at_ms`; of endlessly many in both directions, counted from the first.
int64_t RankOf(int64_t at_ms, int64_t first_ms, int64_t apart) {
  const int64_t past = at_ms - first_ms;
  return (past >= 0 ? past / apart : -((apart - 1 - past) / apart)) + 1;
}

// Targets are scraped at their time to the millisecond, and panels step as far: each step's window
// is the one before moved on by one sample, cut to the samples that there are.
void MakeInStep(const StepWindows& windows, std::span<const int64_t> times, WindowPlan* plan) {
  const auto count = static_cast<int64_t>(times.size());
  const auto steps = static_cast<int64_t>(windows.steps);
  const TimeWindow window = windows.At(0);
  const int64_t low = RankOf(window.start_ms, times.front(), windows.step_ms);
  const int64_t high = RankOf(window.end_ms, times.front(), windows.step_ms);
  for (int64_t step = 0; step < steps; ++step) {
    const auto at = static_cast<size_t>(step);
    plan->low[at] = static_cast<uint32_t>(std::clamp<int64_t>(low + step, 0, count));
    plan->high[at] = static_cast<uint32_t>(std::clamp<int64_t>(high + step, 0, count));
    plan->samples += plan->high[at] - plan->low[at];
  }
  const int64_t first = std::max<int64_t>(0, 1 - high);
  const int64_t end = std::min(steps, count - low);
  if (low == high || first >= end) return;
  plan->first = static_cast<int>(first);
  plan->end = static_cast<int>(end);
  plan->newest_slides = end == first + 1 || end - 1 <= count - high;
  const int64_t whole = std::max(first, -low);  // windows that no end of the samples cuts
  const int64_t cut = std::min(end, count - high + 1);
  plan->slide_first = static_cast<int>(cut - whole > 1 ? whole : first);
  plan->slide_end = static_cast<int>(cut - whole > 1 ? cut : first + 1);
}

void Clear(size_t steps, WindowPlan* plan) {
  plan->low.resize(steps);
  plan->high.resize(steps);
  plan->first = plan->end = 0;
  plan->slide_first = plan->slide_end = 0;
  plan->newest_slides = false;
  plan->samples = 0;
  plan->factor.clear();
}

}  // namespace

void Windows::Make(std::span<const int64_t> times, WindowPlan* plan) const {
  const size_t steps = windows_.steps;
  Clear(steps, plan);
  if (windows_.step_ms > 0 && times.size() > 1 && AreSpaced(times, windows_.step_ms)) {
    return MakeInStep(windows_, times, plan);
  }
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
