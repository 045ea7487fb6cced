#include "collector/promql/range_functions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "collector/promql/kernels.h"
#include "collector/promql/math.h"
#include "collector/promql/seconds.h"

namespace vedette::promql {
namespace {

// The increase over the window, extrapolated to its edges where the samples come close to them.
bool Extrapolate(const Window& w, bool counter, bool rate, double* out) {
  const size_t n = w.values.size();
  if (n < 2) return false;
  double result = w.values[n - 1] - w.values[0];
  if (counter) {
    for (size_t i = 1; i < n; ++i) {
      if (w.values[i] < w.values[i - 1]) result += w.values[i - 1];
    }
  }
  const Extrapolation of = ExtrapolationOf(w.times, w.start_ms, w.end_ms, rate);
  double to_start = of.to_start;
  if (counter) {
    // A counter does not go below zero: no further back than where it would have been zero.
    double to_zero = to_start;
    if (result > 0 && w.values[0] >= 0) to_zero = of.sampled * (w.values[0] / result);
    if (to_zero < to_start) to_start = to_zero;
  }
  *out = result * of.Factor(to_start);
  return true;
}

bool Rate(const Window& w, double* out) { return Extrapolate(w, true, true, out); }
bool Increase(const Window& w, double* out) { return Extrapolate(w, true, false, out); }
bool Delta(const Window& w, double* out) { return Extrapolate(w, false, false, out); }

bool LastTwo(const Window& w, bool rate, double* out) {
  const size_t n = w.values.size();
  if (n < 2) return false;
  const double last = w.values[n - 1];
  const double before = w.values[n - 2];
  double result = rate && last < before ? last : last - before;
  const int64_t interval = w.times[n - 1] - w.times[n - 2];
  if (interval == 0) return false;
  if (rate) result /= Seconds(interval);
  *out = result;
  return true;
}

bool Irate(const Window& w, double* out) { return LastTwo(w, true, out); }
bool Idelta(const Window& w, double* out) { return LastTwo(w, false, out); }

bool Sum(const Window& w, double* out) {
  KahanSum sum;
  for (const double v : w.values) sum.Add(v);
  *out = sum.Total();
  return true;
}

bool Avg(const Window& w, double* out) {
  RunningMean mean;
  for (const double v : w.values) mean.Add(v);
  *out = mean.Mean();
  return true;
}

bool Count(const Window& w, double* out) {
  *out = static_cast<double>(w.values.size());
  return true;
}

bool PresentValue(const Window&, double* out) {
  *out = 1;
  return true;
}

bool Last(const Window& w, double* out) {
  *out = w.values.back();
  return true;
}

bool First(const Window& w, double* out) {
  *out = w.values.front();
  return true;
}

bool TimeOfFirst(const Window& w, double* out) {
  *out = Seconds(w.times.front());
  return true;
}

bool TimeOfLast(const Window& w, double* out) {
  *out = Seconds(w.times.back());
  return true;
}

// The last of the greatest, or of the least.
bool TimeOfMax(const Window& w, double* out) {
  size_t best = 0;
  for (size_t i = 1; i < w.values.size(); ++i) {
    if (w.values[i] >= w.values[best] || std::isnan(w.values[best])) best = i;
  }
  *out = Seconds(w.times[best]);
  return true;
}

bool TimeOfMin(const Window& w, double* out) {
  size_t best = 0;
  for (size_t i = 1; i < w.values.size(); ++i) {
    if (w.values[i] <= w.values[best] || std::isnan(w.values[best])) best = i;
  }
  *out = Seconds(w.times[best]);
  return true;
}

// The median of the distances from the median.
bool MedianDeviation(const Window& w, double* out) {
  std::vector<double> values(w.values.begin(), w.values.end());
  const double median = Quantile(0.5, &values);
  for (double& v : values) v = std::abs(v - median);
  *out = Quantile(0.5, &values);
  return true;
}

bool Max(const Window& w, double* out) {
  double max = w.values[0];
  for (const double v : w.values) {
    if (v > max || std::isnan(max)) max = v;
  }
  *out = max;
  return true;
}

bool Min(const Window& w, double* out) {
  double min = w.values[0];
  for (const double v : w.values) {
    if (v < min || std::isnan(min)) min = v;
  }
  *out = min;
  return true;
}

double Variance(const Window& w) {
  KahanSum mean;
  KahanSum squares;
  double count = 0;
  for (const double v : w.values) {
    count += 1;
    const double delta = v - (mean.sum + mean.compensation);
    mean.Add(delta / count);
    squares.Add(delta * (v - (mean.sum + mean.compensation)));
  }
  return (squares.sum + squares.compensation) / count;
}

bool Stdvar(const Window& w, double* out) {
  *out = Variance(w);
  return true;
}

bool Stddev(const Window& w, double* out) {
  *out = std::sqrt(Variance(w));
  return true;
}

bool QuantileOverTime(const Window& w, double* out) {
  std::vector<double> values(w.values.begin(), w.values.end());
  *out = Quantile(w.param, &values);
  return true;
}

bool Changes(const Window& w, double* out) {
  int changes = 0;
  for (size_t i = 1; i < w.values.size(); ++i) {
    const double a = w.values[i - 1];
    const double b = w.values[i];
    if (a != b && !(std::isnan(a) && std::isnan(b))) ++changes;
  }
  *out = changes;
  return true;
}

bool Resets(const Window& w, double* out) {
  int resets = 0;
  for (size_t i = 1; i < w.values.size(); ++i) {
    if (w.values[i] < w.values[i - 1]) ++resets;
  }
  *out = resets;
  return true;
}

struct Line {
  double slope = 0;
  double intercept = 0;
};

LineSums SumsOfLine(const Window& w, int64_t origin_ms) {
  LineSums sums;
  std::array<double, 64> seconds;
  for (size_t begin = 0; begin < w.values.size(); begin += seconds.size()) {
    const size_t n = std::min(seconds.size(), w.values.size() - begin);
    for (size_t i = 0; i < n; ++i) {
      seconds[i] = static_cast<double>(w.times[begin + i] - origin_ms) / 1e3;
    }
    BestKernels().add_line(seconds.data(), w.values.data() + begin, n, &sums);
  }
  return sums;
}

// Least squares; x in seconds from origin_ms.
Line FitLine(const Window& w, int64_t origin_ms) {
  const double first = w.values[0];
  const bool constant = std::all_of(w.values.begin() + 1, w.values.end(),
                                    [first](double value) { return value == first; });
  if (constant) {
    if (std::isinf(first)) return {NormalNan(), NormalNan()};
    return {0, first};
  }
  const LineSums of = SumsOfLine(w, origin_ms);
  const auto total = [&of](size_t i) { return of.sums[i] + of.compensations[i]; };
  const double sum_x = total(0);
  const double sum_y = total(1);
  const auto n = static_cast<double>(w.values.size());
  const double covariance = total(2) - sum_x * sum_y / n;
  const double variance = total(3) - sum_x * sum_x / n;
  const double slope = covariance / variance;
  return {slope, sum_y / n - slope * sum_x / n};
}

bool Deriv(const Window& w, double* out) {
  if (w.values.size() < 2) return false;
  *out = FitLine(w, w.times[0]).slope;
  return true;
}

bool PredictLinear(const Window& w, double* out) {
  if (w.values.size() < 2) return false;
  const Line line = FitLine(w, w.eval_ms);
  *out = line.slope * w.param + line.intercept;
  return true;
}

constexpr auto kRangeFunctions = std::to_array<RangeFunction>({
    {.id = FunctionId::kRate, .compute = Rate, .counts = true},
    {.id = FunctionId::kIncrease, .compute = Increase, .counts = true},
    {.id = FunctionId::kDelta, .compute = Delta},
    {.id = FunctionId::kIrate, .compute = Irate},
    {.id = FunctionId::kIdelta, .compute = Idelta},
    {.id = FunctionId::kSumOverTime, .compute = Sum},
    {.id = FunctionId::kAvgOverTime, .compute = Avg},
    {.id = FunctionId::kCountOverTime, .compute = Count},
    {.id = FunctionId::kPresentOverTime, .compute = PresentValue},
    {.id = FunctionId::kLastOverTime, .compute = Last, .keeps_name = true},
    {.id = FunctionId::kMaxOverTime, .compute = Max},
    {.id = FunctionId::kMinOverTime, .compute = Min},
    {.id = FunctionId::kStdvarOverTime, .compute = Stdvar},
    {.id = FunctionId::kStddevOverTime, .compute = Stddev},
    {.id = FunctionId::kQuantileOverTime,
     .compute = QuantileOverTime,
     .matrix_arg = 1,
     .param_arg = 0},
    {.id = FunctionId::kChanges, .compute = Changes},
    {.id = FunctionId::kResets, .compute = Resets},
    {.id = FunctionId::kDeriv, .compute = Deriv},
    {.id = FunctionId::kPredictLinear, .compute = PredictLinear, .param_arg = 1},
    {.id = FunctionId::kMadOverTime, .compute = MedianDeviation},
    {.id = FunctionId::kFirstOverTime, .compute = First, .keeps_name = true},
    {.id = FunctionId::kTsOfFirstOverTime, .compute = TimeOfFirst},
    {.id = FunctionId::kTsOfLastOverTime, .compute = TimeOfLast},
    {.id = FunctionId::kTsOfMaxOverTime, .compute = TimeOfMax},
    {.id = FunctionId::kTsOfMinOverTime, .compute = TimeOfMin},
    {.id = FunctionId::kDoubleExponentialSmoothing,
     .compute = nullptr,  // mixed_window.h
     .param_arg = 1,
     .second_arg = 2},
});

}  // namespace

// Whole seconds and the rest apart.
double RangeSeconds(int64_t range_ms) {
  return static_cast<double>(range_ms / 1000) +
         static_cast<double>(range_ms % 1000 * 1'000'000) / 1e9;
}

Extrapolation ExtrapolationOf(std::span<const int64_t> times, int64_t start_ms, int64_t end_ms,
                              bool rate) {
  Extrapolation of;
  of.sampled = Seconds(times.back() - times.front());
  of.to_start = Seconds(times.front() - start_ms);
  of.to_end = Seconds(end_ms - times.back());
  const double average = of.sampled / static_cast<double>(times.size() - 1);
  const double threshold = average * 1.1;
  if (of.to_start >= threshold) of.to_start = average / 2;
  if (of.to_end >= threshold) of.to_end = average / 2;
  if (rate) of.range_seconds = RangeSeconds(end_ms - start_ms);
  return of;
}

const RangeFunction* FindRangeFunction(FunctionId id) {
  for (const RangeFunction& function : kRangeFunctions) {
    if (function.id == id) return &function;
  }
  return nullptr;
}

}  // namespace vedette::promql
