#include "collector/logql/window_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace vedette::logql {
namespace {

using Window = std::span<const WindowSample>;

double Seconds(int64_t nanos) { return static_cast<double>(nanos) / 1e9; }

double Sum(Window window) {
  double sum = 0;
  for (const WindowSample& sample : window) sum += sample.value;
  return sum;
}

double Mean(Window window) {
  double mean = 0;
  double count = 0;
  for (const auto& [time, value] : window) {
    ++count;
    if (std::isinf(mean)) {
      // An infinite mean stays, but for the other infinity and NaN.
      if (std::isinf(value) && (mean > 0) == (value > 0)) continue;
      if (std::isfinite(value)) continue;
    }
    mean += value / count - mean / count;
  }
  return mean;
}

double Variance(Window window) {
  double squares = 0;
  double count = 0;
  double mean = 0;
  for (const auto& [time, value] : window) {
    ++count;
    const double delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
  }
  return squares / count;
}

// A number beats NaN.
double Extreme(Window window, bool most) {
  double extreme = window[0].value;
  for (const auto& [time, value] : window) {
    if (std::isnan(extreme) || (most ? value > extreme : value < extreme)) extreme = value;
  }
  return extreme;
}

double Quantile(Window window, double q) {
  if (std::isnan(q)) return q;
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  std::vector<double> values;
  for (const WindowSample& sample : window) values.push_back(sample.value);
  // NaN is the least.
  const auto less = [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; };
  const double rank = q * static_cast<double>(values.size() - 1);
  const auto lower = values.begin() + static_cast<std::ptrdiff_t>(std::max(0.0, std::floor(rank)));
  std::nth_element(values.begin(), lower, values.end(), less);
  const auto above = std::min_element(lower + 1, values.end(), less);
  const double upper = above == values.end() ? *lower : *above;
  const double weight = rank - std::floor(rank);
  return *lower * (1 - weight) + upper * weight;
}

// Of a counter that may have been reset, extrapolated to the ends of the window.
double CounterRate(Window window, int64_t range_ns, int64_t end_ns) {
  if (window.size() < 2) return 0;
  const WindowSample& first = window.front();
  const WindowSample& last = window.back();
  double increase = last.value - first.value;
  double previous = 0;
  for (const auto& [time, value] : window) {
    if (value < previous) increase += previous;
    previous = value;
  }
  double to_start = Seconds(first.timestamp_ns - (end_ns - range_ns));
  const double to_end = Seconds(end_ns - last.timestamp_ns);
  const double sampled = Seconds(last.timestamp_ns - first.timestamp_ns);
  const double between = sampled / static_cast<double>(window.size() - 1);
  if (increase > 0 && first.value >= 0) {
    to_start = std::min(to_start, sampled * (first.value / increase));
  }
  const double threshold = between * 1.1;
  const double reach = sampled + (to_start < threshold ? to_start : between / 2) +
                       (to_end < threshold ? to_end : between / 2);
  return increase * (reach / sampled) / Seconds(range_ns);
}

}  // namespace

double ApplyWindow(const RangeAggregation& range, Window samples, int64_t end_ns) {
  switch (range.op) {
    case RangeOp::kRate:
      return Sum(samples) / Seconds(range.range_ns);
    case RangeOp::kRateCounter:
      return CounterRate(samples, range.range_ns, end_ns);
    case RangeOp::kSumOverTime:
      return Sum(samples);
    case RangeOp::kAvgOverTime:
      return Mean(samples);
    case RangeOp::kMinOverTime:
      return Extreme(samples, false);
    case RangeOp::kMaxOverTime:
      return Extreme(samples, true);
    case RangeOp::kStdvarOverTime:
      return Variance(samples);
    case RangeOp::kStddevOverTime:
      return std::sqrt(Variance(samples));
    case RangeOp::kQuantileOverTime:
      return Quantile(samples, range.parameter.value_or(0));
    case RangeOp::kFirstOverTime:
      return samples.front().value;
    case RangeOp::kLastOverTime:
      return samples.back().value;
    default:
      return static_cast<double>(samples.size());
  }
}

}  // namespace vedette::logql
