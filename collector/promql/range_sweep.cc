#include "collector/promql/range_sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "collector/promql/kernels.h"
#include "collector/promql/math.h"
#include "collector/promql/range_functions.h"

namespace vedette::promql {
namespace {

size_t StepsOf(const WindowPlan& plan) { return static_cast<size_t>(plan.end - plan.first); }

// Makes room for a value at each step that may have one.
double* Begin(const WindowPlan& plan, Row* row) {
  row->first = plan.first;
  row->values.resize(StepsOf(plan));
  return row->values.data();
}

// What depends on times alone: in `sampled` 0 where there are too few samples.
void PlanExtrapolation(const Sweep& sweep, bool rate) {
  WindowPlan& plan = *sweep.plan;
  const size_t n = StepsOf(plan);
  for (std::vector<double>* array : {&plan.sampled, &plan.to_start, &plan.to_end, &plan.factor}) {
    array->assign(n, 0);
  }
  for (size_t i = 0; i < n; ++i) {
    const auto step = static_cast<size_t>(plan.first) + i;
    const size_t count = plan.high[step] - plan.low[step];
    if (count < 2) continue;
    const TimeWindow window = sweep.windows.At(step);
    const Extrapolation of = ExtrapolationOf(sweep.times.subspan(plan.low[step], count),
                                             window.start_ms, window.end_ms, rate);
    plan.sampled[i] = of.sampled;
    plan.to_start[i] = of.to_start;
    plan.to_end[i] = of.to_end;
    plan.factor[i] = of.Factor(of.to_start);
  }
}

// Where values are below the one before, ascending.
std::vector<uint32_t> ResetsOf(std::span<const double> values) {
  std::vector<uint32_t> resets;
  if (!BestKernels().any_reset(values.data(), values.size())) return resets;
  for (uint32_t i = 1; i < values.size(); ++i) {
    if (values[i] < values[i - 1]) resets.push_back(i);
  }
  return resets;
}

// How a window is extrapolated.
struct GrowthKind {
  bool counter = false;
  bool rate = false;
};

// What an increase between the first and the last sample of the i-th window comes to.
double Extrapolated(const Sweep& sweep, size_t i, double first, double increase, GrowthKind kind) {
  const WindowPlan& plan = *sweep.plan;
  const double sampled = plan.sampled[i];
  const double to_start = plan.to_start[i];
  if (!kind.counter || StaysAboveZero(first, increase, sampled, to_start)) {
    return increase * plan.factor[i];
  }
  const double to_zero = sampled * (first / increase);
  if (!(to_zero < to_start)) return increase * plan.factor[i];
  const double seconds = kind.rate ? RangeSeconds(sweep.windows.range_ms) : 0;
  return increase * Extrapolation{sampled, to_start, plan.to_end[i], seconds}.Factor(to_zero);
}

// Window by window, with resets.
void ExtrapolateEach(const Sweep& sweep, const std::vector<uint32_t>& resets, GrowthKind kind,
                     double* out) {
  const WindowPlan& plan = *sweep.plan;
  size_t next = 0;  // the first reset that lies in this window or behind it
  for (size_t i = 0; i < StepsOf(plan); ++i) {
    const auto step = static_cast<size_t>(plan.first) + i;
    const uint32_t low = plan.low[step];
    const uint32_t high = plan.high[step];
    if (high - low < 2) {
      out[i] = Absent();
      continue;
    }
    double increase = sweep.values[high - 1] - sweep.values[low];
    while (next < resets.size() && resets[next] <= low) ++next;
    for (size_t r = next; r < resets.size() && resets[r] < high; ++r) {
      increase += sweep.values[resets[r] - 1];
    }
    out[i] = Extrapolated(sweep, i, sweep.values[low], increase, kind);
  }
}

// Neighbouring windows: the first and the last sample of each.
struct WindowRun {
  size_t begin = 0;
  size_t end = 0;
  const double* firsts = nullptr;
  const double* lasts = nullptr;
};

// Without resets.
void ExtrapolateRun(const Sweep& sweep, const WindowRun& run, GrowthKind kind, double* out) {
  WindowPlan& plan = *sweep.plan;
  const SlidingRate arrays = {plan.sampled.data() + run.begin, plan.to_start.data() + run.begin,
                              plan.factor.data() + run.begin};
  size_t doubts = BestKernels().rate(run.firsts, run.lasts, arrays, run.end - run.begin,
                                     out + run.begin, plan.doubtful.data());
  if (!kind.counter) return;
  while (doubts > 0) {
    const size_t i = plan.doubtful[--doubts];
    const double increase = run.lasts[i] - run.firsts[i];
    out[run.begin + i] = Extrapolated(sweep, run.begin + i, run.firsts[i], increase, kind);
  }
}

// The same of windows [begin, end), in whatever way they move.
void ExtrapolateAny(const Sweep& sweep, size_t begin, size_t end, GrowthKind kind, double* out) {
  WindowPlan& plan = *sweep.plan;
  if (begin == end) return;
  const auto first_step = static_cast<size_t>(plan.first);
  plan.firsts.resize(end - begin);
  plan.lasts.resize(end - begin);
  for (size_t i = begin; i < end; ++i) {
    const uint32_t low = plan.low[first_step + i];
    const uint32_t high = plan.high[first_step + i];
    plan.firsts[i - begin] = low < high ? sweep.values[low] : 0;
    plan.lasts[i - begin] = low < high ? sweep.values[high - 1] : 0;
  }
  ExtrapolateRun(sweep, {begin, end, plan.firsts.data(), plan.lasts.data()}, kind, out);
  for (size_t i = begin; i < end; ++i) {
    if (plan.high[first_step + i] - plan.low[first_step + i] < 2) out[i] = Absent();
  }
}

// All windows at once, without resets. Those that slide lie in the samples as they are needed.
void ExtrapolateAll(const Sweep& sweep, GrowthKind kind, double* out) {
  WindowPlan& plan = *sweep.plan;
  plan.doubtful.resize(StepsOf(plan));
  auto begin = static_cast<size_t>(plan.slide_first - plan.first);
  auto end = static_cast<size_t>(plan.slide_end - plan.first);
  const auto step = static_cast<size_t>(plan.slide_first);
  if (begin == end || plan.count(plan.slide_first) < 2) begin = end = 0;
  const double* const values = sweep.values.data();
  ExtrapolateAny(sweep, 0, begin, kind, out);
  if (begin < end) {
    const WindowRun run = {begin, end, values + plan.low[step], values + plan.high[step] - 1};
    ExtrapolateRun(sweep, run, kind, out);
  }
  ExtrapolateAny(sweep, end, StepsOf(plan), kind, out);
}

void Extrapolate(const Sweep& sweep, GrowthKind kind, Row* row) {
  WindowPlan& plan = *sweep.plan;
  double* const out = Begin(plan, row);
  if (plan.factor.empty()) PlanExtrapolation(sweep, kind.rate);
  const std::vector<uint32_t> resets =
      kind.counter ? ResetsOf(sweep.values) : std::vector<uint32_t>();
  if (resets.empty()) return ExtrapolateAll(sweep, kind, out);
  ExtrapolateEach(sweep, resets, kind, out);
}

void Rate(const Sweep& sweep, Row* row) {
  Extrapolate(sweep, {.counter = true, .rate = true}, row);
}
void Increase(const Sweep& sweep, Row* row) {
  Extrapolate(sweep, {.counter = true, .rate = false}, row);
}
void Delta(const Sweep& sweep, Row* row) {
  Extrapolate(sweep, {.counter = false, .rate = false}, row);
}

// out = value(low, high) of each window that is not empty.
template <typename Value>
void ForEachWindow(const Sweep& sweep, Row* row, const Value& value) {
  const WindowPlan& plan = *sweep.plan;
  double* out = Begin(plan, row);
  for (int step = plan.first; step < plan.end; ++step) {
    const uint32_t low = plan.low[static_cast<size_t>(step)];
    const uint32_t high = plan.high[static_cast<size_t>(step)];
    *out++ = low == high ? Absent() : value(low, high);
  }
}

void Count(const Sweep& sweep, Row* row) {
  ForEachWindow(sweep, row,
                [](uint32_t low, uint32_t high) { return static_cast<double>(high - low); });
}

void PresentValue(const Sweep& sweep, Row* row) {
  ForEachWindow(sweep, row, [](uint32_t, uint32_t) { return 1.0; });
}

void Last(const Sweep& sweep, Row* row) {
  ForEachWindow(sweep, row, [&](uint32_t, uint32_t high) { return sweep.values[high - 1]; });
}

// Windows that slide are summed side by side: the first samples of all, then the second ones ...
void Sum(const Sweep& sweep, Row* row) {
  const WindowPlan& plan = *sweep.plan;
  if (!plan.sliding()) {
    return ForEachWindow(sweep, row, [&](uint32_t low, uint32_t high) {
      KahanSum sum;
      for (uint32_t i = low; i < high; ++i) sum.Add(sweep.values[i]);
      return sum.Total();
    });
  }
  double* const out = Begin(plan, row);
  const size_t n = StepsOf(plan);
  std::fill_n(out, n, 0.0);
  std::vector<double> compensations(n, 0.0);
  const double* const first = sweep.values.data() + plan.low[static_cast<size_t>(plan.first)];
  for (size_t i = 0; i < plan.count(plan.first); ++i) {
    BestKernels().add_compensated(first + i, n, out, compensations.data());
  }
  for (size_t i = 0; i < n; ++i) out[i] = KahanSum{out[i], compensations[i]}.Total();
}

void Max(const Sweep& sweep, Row* row) {
  ForEachWindow(sweep, row, [&](uint32_t low, uint32_t high) {
    return BestKernels().largest(sweep.values.data() + low, high - low);
  });
}
void Min(const Sweep& sweep, Row* row) {
  ForEachWindow(sweep, row, [&](uint32_t low, uint32_t high) {
    return BestKernels().smallest(sweep.values.data() + low, high - low);
  });
}

}  // namespace

SweepKind FindSweep(FunctionId id) {
  constexpr size_t kAnyNumber = std::numeric_limits<size_t>::max();
  constexpr size_t kLooksAtEach = size_t{1} << 24;    // some ten milliseconds
  constexpr size_t kLooksAtResets = size_t{1} << 31;  // of which few are
  switch (id) {
    case FunctionId::kRate:
      return {Rate, kLooksAtResets};
    case FunctionId::kIncrease:
      return {Increase, kLooksAtResets};
    case FunctionId::kDelta:
      return {Delta, kAnyNumber};
    case FunctionId::kSumOverTime:
      return {Sum, kLooksAtEach};
    case FunctionId::kCountOverTime:
      return {Count, kAnyNumber};
    case FunctionId::kPresentOverTime:
      return {PresentValue, kAnyNumber};
    case FunctionId::kLastOverTime:
      return {Last, kAnyNumber};
    case FunctionId::kMaxOverTime:
      return {Max, kLooksAtEach};
    case FunctionId::kMinOverTime:
      return {Min, kLooksAtEach};
    default:
      return {};
  }
}

}  // namespace vedette::promql
