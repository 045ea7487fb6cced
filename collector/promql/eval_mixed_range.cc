#include <algorithm>
#include <utility>

#include "collector/promql/evaluator.h"
#include "collector/promql/extended_range.h"
#include "collector/promql/mixed_row.h"
#include "collector/promql/mixed_window.h"

// Range functions over series with histograms or start times of counters, over ranges whose ends
// are found between samples, and of several parameters: a window at a time.

namespace vedette::promql {
namespace {

// The indexes of times in (start, end].
std::pair<size_t, size_t> Within(std::span<const int64_t> times, int64_t start_ms, int64_t end_ms) {
  const auto low = std::upper_bound(times.begin(), times.end(), start_ms);
  const auto high = std::upper_bound(low, times.end(), end_ms);
  return {static_cast<size_t>(low - times.begin()), static_cast<size_t>(high - times.begin())};
}

std::span<const model::HistogramSample> Within(std::span<const model::HistogramSample> histograms,
                                               int64_t start_ms, int64_t end_ms) {
  const auto later = [](int64_t t, const model::HistogramSample& h) { return t < h.time_ms; };
  const auto low = std::upper_bound(histograms.begin(), histograms.end(), start_ms, later);
  const auto high = std::upper_bound(low, histograms.end(), end_ms, later);
  return {low, high};
}

// The window with the samples in (start, end].
MixedWindow WindowOf(const RangeSeries& series, int64_t start_ms, int64_t end_ms) {
  MixedWindow window;
  const auto [low, high] = Within(series.times, start_ms, end_ms);
  window.times = std::span(series.times).subspan(low, high - low);
  window.values = std::span(series.values).subspan(low, high - low);
  if (!series.starts.empty()) window.starts = std::span(series.starts).subspan(low, high - low);
  window.histograms = Within(series.histograms, start_ms, end_ms);
  return window;
}

}  // namespace

bool Evaluator::NeedsMixedWindow(const RangeFunction& function, const Expr& matrix,
                                 const RangeSeries& series) const {
  if (!series.histograms.empty() || function.second_arg >= 0) return true;
  if (run_->settings().use_start_timestamps && !series.starts.empty()) return true;
  const WindowShape shape = ShapeOf(matrix);
  return shape.anchored || shape.smoothed;
}

base::StatusOr<Row> Evaluator::ComputeMixedRow(const CallExpr& call, const RangeFunction& function,
                                               const RangeSeries& series, const Grid& grid,
                                               const RangeParams& params) {
  const WindowShape shape = ShapeOf(*call.args[static_cast<size_t>(function.matrix_arg)]);
  const bool quantile = function.id == FunctionId::kQuantileOverTime;
  const Reach reach = ReachOf(shape);
  const MixedContext context{run_, series.labels.MetricName(), PlaceOf(*call.args[0])};
  MixedRowMaker row(run_);
  for (int step = 0; step < grid.steps; ++step) {
    const int64_t end_ms = ReferenceTime(*shape.time, grid.At(step));
    const int64_t start_ms = end_ms - shape.range_ms;
    MixedWindow window = WindowOf(series, start_ms - reach.before_ms, end_ms + reach.behind_ms);
    if (window.times.empty() && window.histograms.empty()) continue;
    // A histogram is about as much work as the buckets that it has.
    constexpr size_t kBuckets = 32;
    VEDETTE_RETURN_IF_ERROR(run_->Work(window.times.size() + kBuckets * window.histograms.size()));
    window.eval_ms = grid.At(step);
    window.start_ms = start_ms;
    window.end_ms = end_ms;
    window.use_starts = run_->settings().use_start_timestamps;
    if (!params.first.rows.empty()) window.param = params.first.ScalarAt(step);
    if (!params.second.rows.empty()) window.second_param = params.second.ScalarAt(step);
    if (quantile && !window.values.empty() && !(window.param >= 0 && window.param <= 1)) {
      run_->annotations().WarnInvalidQuantile(window.param, context.where);
    }
    MixedValue value;
    if (shape.anchored || shape.smoothed) {
      value = ComputeExtended(function, window, shape.smoothed, context);
    } else {
      VEDETTE_ASSIGN_OR_RETURN(value, ComputeMixed(function, window, context));
    }
    VEDETTE_RETURN_IF_ERROR(row.Add(step, std::move(value)));
  }
  return row.Take();
}

Evaluator::Reach Evaluator::ReachOf(const WindowShape& shape) const {
  const int64_t lookback = run_->settings().lookback_ms;
  return {shape.anchored || shape.smoothed ? lookback : 0, shape.smoothed ? lookback : 0};
}

base::StatusOr<std::vector<model::Sample>> Evaluator::PointsOf(const WindowShape& shape,
                                                               int64_t end_ms,
                                                               const RangeSeries& series) const {
  if (!shape.anchored && !shape.smoothed) {
    std::vector<model::Sample> points;
    points.reserve(series.values.size());
    for (size_t i = 0; i < series.values.size(); ++i) {
      points.push_back({series.times[i], series.values[i]});
    }
    return points;
  }
  if (!series.histograms.empty()) {
    return ExecutionError("anchored modifier is not supported with histograms");
  }
  MixedWindow window;
  window.times = series.times;
  window.values = series.values;
  window.start_ms = end_ms - shape.range_ms;
  window.end_ms = end_ms;
  return ExtendSamples(window, shape.smoothed);
}

base::StatusOr<Row> Evaluator::SmoothedRow(const RangeSeries& series,
                                           const VectorSelector& selector, const Grid& grid) {
  const int64_t lookback = run_->settings().lookback_ms;
  const MixedContext context{run_, series.labels.MetricName(), selector.pos};
  MixedRowMaker maker(run_);
  for (int step = 0; step < grid.steps; ++step) {
    const int64_t at_ms = ReferenceTime(selector.time, grid.At(step));
    const MixedWindow window = WindowOf(series, at_ms - lookback, at_ms + lookback);
    if (window.times.empty() && window.histograms.empty()) continue;
    VEDETTE_RETURN_IF_ERROR(maker.Add(step, SmoothedValue(window, at_ms, context)));
  }
  Row row = maker.Take();
  row.labels = series.labels;
  return row;
}

base::Status Evaluator::CheckExtended(const CallExpr& call, const Expr& matrix) const {
  const WindowShape shape = ShapeOf(matrix);
  if (!shape.anchored && !shape.smoothed) return base::Status();
  return CheckExtendedFunction(call.function->id, call.function->name, shape.smoothed);
}

}  // namespace vedette::promql
