#include <algorithm>
#include <limits>

#include "collector/promql/evaluator.h"
#include "collector/promql/stats_selectors.h"

// Selectors and subqueries: from stored samples to rows and windows.

namespace vedette::promql {
namespace {

// What stale markers leave.
RangeSeries WithoutMarkers(model::SeriesSamples&& samples) {
  RangeSeries out;
  out.labels = std::move(samples.labels);
  out.histograms = std::move(samples.histograms);
  std::erase_if(out.histograms, [](const auto& h) { return h.histogram->IsStale(); });
  const bool any = std::any_of(samples.values.begin(), samples.values.end(), model::IsStaleNan);
  if (!any) {
    out.times = std::move(samples.timestamps_ms);
    out.values = std::move(samples.values);
    out.starts = std::move(samples.starts_ms);
    return out;
  }
  for (size_t i = 0; i < samples.values.size(); ++i) {
    if (model::IsStaleNan(samples.values[i])) continue;
    out.times.push_back(samples.timestamps_ms[i]);
    out.values.push_back(samples.values[i]);
    if (!samples.starts_ms.empty()) out.starts.push_back(samples.starts_ms[i]);
  }
  return out;
}

// The samples that a series' histograms count for; makes them all histograms of floats.
size_t TakeHistograms(std::vector<model::HistogramSample>* histograms) {
  size_t samples = 0;
  for (model::HistogramSample& h : *histograms) {
    if (!h.histogram->is_float) {
      h.histogram = std::make_shared<const model::Histogram>(h.histogram->ToFloat());
    }
    samples += SamplesOf(*h.histogram);
  }
  return samples;
}

// What a subquery saw of a histogram at its steps: samples between them are not seen, so that what
// was known of resets no longer holds.
model::HistogramSample AtSubqueryStep(int64_t time_ms, HistogramPtr histogram) {
  if (histogram->reset == model::CounterReset::kReset ||
      histogram->reset == model::CounterReset::kNotReset) {
    auto unknown = std::make_shared<model::Histogram>(*histogram);
    unknown->reset = model::CounterReset::kUnknown;
    histogram = std::move(unknown);
  }
  return {time_ms, 0, std::move(histogram)};
}

// The inner grid of a subquery whose windows end between first_ref and last_ref: multiples of the
// step behind the first window's open start. No steps when the windows hold none.
Grid SubqueryGrid(int64_t first_ref, int64_t last_ref, int64_t range_ms, int64_t step_ms) {
  const int64_t open_start = first_ref - range_ms;
  int64_t start = step_ms * (open_start / step_ms);
  if (start <= open_start) start += step_ms;
  const int64_t steps = last_ref < start ? 0 : (last_ref - start) / step_ms + 1;
  constexpr int64_t kMost = std::numeric_limits<int>::max();
  return Grid{start, step_ms, static_cast<int>(std::min(steps, kMost))};
}

}  // namespace

int64_t Evaluator::ReferenceTime(const TimeModifier& time, int64_t step_ms) const {
  int64_t at = step_ms;
  if (time.at_ms) at = *time.at_ms;
  if (time.at == AtPreprocessor::kStart) at = run_->settings().start_ms;
  if (time.at == AtPreprocessor::kEnd) at = run_->settings().end_ms;
  return at - time.offset.ms;
}

base::Status Evaluator::Select(const VectorSelector& selector, int64_t min_ms, int64_t max_ms,
                               const std::function<base::Status(model::SeriesSamples&&)>& visit) {
  const SelectRequest request{selector.matchers, min_ms, max_ms};
  const auto& all = run_->settings().without_buckets;
  const bool without_buckets = std::find(all.begin(), all.end(), &selector) != all.end();
  return run_->settings().queryable->Select(request, [&](model::SeriesSamples&& samples) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    if (samples.empty()) return base::Status();
    SampleHold hold;
    const size_t held = samples.values.size() + TakeHistograms(&samples.histograms);
    VEDETTE_RETURN_IF_ERROR(hold.Add(run_, held));
    if (without_buckets) LeaveOutBuckets(run_->settings().level, &samples.histograms);
    return visit(std::move(samples));
  });
}

base::Status Evaluator::StreamSelector(const VectorSelector& selector, const Grid& grid,
                                       SampleField field, const RowSink& sink) {
  const int64_t lookback = run_->settings().lookback_ms;
  const int64_t first = ReferenceTime(selector.time, grid.start_ms);
  const int64_t last = ReferenceTime(selector.time, grid.end_ms());
  if (selector.smoothed) {
    return Select(selector, first - lookback + 1, last + lookback, [&](auto&& samples) {
      Row row = SmoothedRow(WithoutMarkers(std::move(samples)), selector, grid);
      return row.empty() ? base::Status() : sink(std::move(row));
    });
  }
  const bool timestamps = field == SampleField::kTime;
  return Select(selector, first - lookback + 1, last, [&](model::SeriesSamples&& samples) {
    if (!samples.histograms.empty() || field >= SampleField::kStartTime) {
      Row row = MixedRow(samples, selector.time, grid, field);
      return row.empty() ? base::Status() : sink(std::move(row));
    }
    Row row;
    size_t next = 0;  // the first sample behind the step's time
    for (int step = 0; step < grid.steps; ++step) {
      const int64_t ref = ReferenceTime(selector.time, grid.At(step));
      while (next < samples.values.size() && samples.timestamps_ms[next] <= ref) ++next;
      if (next == 0) continue;
      const int64_t time = samples.timestamps_ms[next - 1];
      const double value = samples.values[next - 1];
      if (time <= ref - lookback || model::IsStaleNan(value)) continue;
      row.Append(step, timestamps ? static_cast<double>(time) / 1000 : value);
    }
    if (row.empty()) return base::Status();
    row.labels = std::move(samples.labels);
    return sink(std::move(row));
  });
}

base::Status Evaluator::CheckDurations(const Expr& matrix) const {
  const auto* subquery = TryAs<SubqueryExpr>(matrix);
  const DurationValue& range =
      subquery != nullptr ? subquery->range : As<MatrixSelector>(matrix).range;
  const bool bad_step =
      subquery != nullptr && subquery->step.expr != nullptr && subquery->step.ms <= 0;
  if (range.ms > 0 && !bad_step) return base::Status();
  return ExecutionError("duration must be greater than 0");
}

base::Status Evaluator::StreamRange(const Expr& matrix, const Grid& grid, const RangeSink& sink) {
  const Expr& inner = StripParens(matrix);
  VEDETTE_RETURN_IF_ERROR(CheckDurations(inner));
  if (const auto* selector = TryAs<MatrixSelector>(inner)) {
    return StreamMatrix(*selector, grid, sink);
  }
  return StreamSubquery(As<SubqueryExpr>(inner), grid, sink);
}

base::Status Evaluator::StreamMatrix(const MatrixSelector& matrix, const Grid& grid,
                                     const RangeSink& sink) {
  const TimeModifier& time = matrix.selector->time;
  const Reach reach = ReachOf(ShapeOf(matrix));
  const int64_t first = ReferenceTime(time, grid.start_ms) - matrix.range.ms - reach.before_ms + 1;
  const int64_t last = ReferenceTime(time, grid.end_ms()) + reach.behind_ms;
  return Select(*matrix.selector, first, last, [&](model::SeriesSamples&& samples) {
    RangeSeries series = WithoutMarkers(std::move(samples));
    return series.empty() ? base::Status() : sink(std::move(series));
  });
}

base::Status Evaluator::StreamSubquery(const SubqueryExpr& subquery, const Grid& grid,
                                       const RangeSink& sink) {
  const int64_t step =
      subquery.step.ms != 0 ? subquery.step.ms : run_->settings().default_subquery_step_ms;
  const int64_t first = ReferenceTime(subquery.time, grid.start_ms);
  const int64_t last = ReferenceTime(subquery.time, grid.end_ms());
  const Grid inner = SubqueryGrid(first, last, subquery.range.ms, step);
  if (inner.steps == 0) return base::Status();
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*subquery.inner, inner));
  for (Row& row : table.rows) {
    RangeSeries series;
    series.labels = std::move(row.labels);
    series.drop_name = row.drop_name;
    for (int i = row.first; i < row.end(); ++i) {
      if (!IsPresent(row.At(i))) continue;
      series.times.push_back(inner.At(i));
      series.values.push_back(row.At(i));
    }
    for (HistogramStep& h : row.histograms) {
      series.histograms.push_back(AtSubqueryStep(inner.At(h.step), std::move(h.histogram)));
    }
    if (!series.empty()) VEDETTE_RETURN_IF_ERROR(sink(std::move(series)));
  }
  return base::Status();
}

base::StatusOr<std::vector<Series>> Evaluator::EvalMatrix(const Expr& matrix, int64_t time_ms) {
  std::vector<Series> out;
  SampleHold hold;
  const Grid grid{time_ms, 1, 1};
  const base::Status streamed = StreamRange(matrix, grid, [&](RangeSeries&& in) {
    VEDETTE_RETURN_IF_ERROR(
        ExtendSeries(ShapeOf(matrix), ReferenceTime(*ShapeOf(matrix).time, time_ms), &in));
    if (in.empty()) return base::Status();
    size_t samples = in.values.size();
    for (const model::HistogramSample& h : in.histograms) samples += SamplesOf(*h.histogram);
    VEDETTE_RETURN_IF_ERROR(hold.Add(run_, samples));
    Series series;
    series.labels = in.drop_name ? DropReserved(in.labels) : std::move(in.labels);
    for (size_t i = 0; i < in.values.size(); ++i) {
      series.points.push_back({in.times[i], in.values[i]});
    }
    series.histograms = std::move(in.histograms);
    out.push_back(std::move(series));
    return base::Status();
  });
  VEDETTE_RETURN_IF_ERROR(streamed);
  return out;
}

}  // namespace vedette::promql
