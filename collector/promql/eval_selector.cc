#include <algorithm>
#include <limits>

#include "collector/promql/evaluator.h"
#include "collector/promql/kernels.h"
#include "collector/promql/stats_selectors.h"

// Selectors and subqueries: from stored samples to rows and windows.

namespace vedette::promql {
namespace {

// Leaves stale markers out.
class MarkerFilter {
 public:
  RangeSeries Filter(const model::SeriesView& view) {
    histograms_.assign(view.histograms.begin(), view.histograms.end());
    std::erase_if(histograms_, [](const auto& h) { return h.histogram->IsStale(); });
    if (!BestKernels().any_stale(view.values.data(), view.values.size())) {
      return {*view.labels, false, view.timestamps_ms, view.values, view.starts_ms, histograms_};
    }
    times_.clear();
    values_.clear();
    starts_.clear();
    for (size_t i = 0; i < view.values.size(); ++i) {
      if (model::IsStaleNan(view.values[i])) continue;
      times_.push_back(view.timestamps_ms[i]);
      values_.push_back(view.values[i]);
      if (!view.starts_ms.empty()) starts_.push_back(view.starts_ms[i]);
    }
    return {*view.labels, false, times_, values_, starts_, histograms_};
  }

 private:
  std::vector<int64_t> times_;
  std::vector<double> values_;
  std::vector<int64_t> starts_;
  std::vector<model::HistogramSample> histograms_;
};

// Of each step with a sample the newest in its window. A stale marker is the absent value.
void NewestOfSteps(const model::SeriesView& view, const WindowPlan& plan, Row* row) {
  row->first = plan.first;
  row->values.resize(static_cast<size_t>(plan.end - plan.first));
  const auto first = static_cast<size_t>(plan.first);
  if (plan.newest_slides) {
    const double* const values = view.values.data() + plan.high[first] - 1;
    std::copy(values, values + row->values.size(), row->values.begin());
    return;
  }
  for (size_t i = 0; i < row->values.size(); ++i) {
    const uint32_t high = plan.high[first + i];
    row->values[i] = plan.low[first + i] < high ? view.values[high - 1] : Absent();
  }
}

// What timestamp() makes of them.
void TimesOfSteps(const model::SeriesView& view, const WindowPlan& plan, Row* row) {
  for (size_t i = 0; i < row->values.size(); ++i) {
    if (!IsPresent(row->values[i])) continue;
    const uint32_t high = plan.high[static_cast<size_t>(plan.first) + i];
    row->values[i] = static_cast<double>(view.timestamps_ms[high - 1]) / 1000;
  }
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
  const int64_t rest = steps == 0 ? 0 : (last_ref - start) % step_ms;
  return Grid{start, step_ms, static_cast<int>(std::min(steps, kMost)), rest};
}

}  // namespace

int64_t Evaluator::ReferenceTime(const TimeModifier& time, int64_t step_ms) const {
  int64_t at = step_ms;
  if (time.at_ms) at = *time.at_ms;
  if (time.at == AtPreprocessor::kStart) at = run_->settings().start_ms;
  if (time.at == AtPreprocessor::kEnd) at = run_->settings().end_ms;
  return at - time.offset.ms;
}

StepWindows Evaluator::WindowsOf(const TimeModifier& time, int64_t range_ms,
                                 const Grid& grid) const {
  const int64_t first = ReferenceTime(time, grid.start_ms);
  const int64_t last = ReferenceTime(time, grid.end_ms());
  return {first, first == last ? 0 : grid.step_ms, range_ms, static_cast<size_t>(grid.steps)};
}

base::Status Evaluator::Select(const VectorSelector& selector, const SelectRequest& request,
                               Loaded loaded, const Queryable::VisitView& visit) {
  SelectRequest of_selector = request;
  of_selector.matchers = selector.matchers;
  const auto& all = run_->settings().without_buckets;
  const bool without_buckets = std::find(all.begin(), all.end(), &selector) != all.end();
  if (without_buckets) of_selector.newest_only = false;  // resets are found between samples
  std::vector<model::HistogramSample> histograms;
  return run_->settings().queryable->Lend(of_selector, [&](const model::SeriesView& lent) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    if (lent.empty()) return base::Status();
    model::SeriesView view = lent;
    const size_t floats = view.values.size();
    size_t of_histograms = 0;
    if (!view.histograms.empty()) {
      histograms.assign(view.histograms.begin(), view.histograms.end());
      of_histograms = TakeHistograms(&histograms);
      if (without_buckets) LeaveOutBuckets(run_->settings().level, &histograms);
      view.histograms = histograms;
    }
    SampleHold hold;
    const size_t samples = (loaded == Loaded::kCounts ? floats : 0) + of_histograms;
    VEDETTE_RETURN_IF_ERROR(hold.Add(run_, samples, (floats + of_histograms) * sizeof(int64_t)));
    return visit(view);
  });
}

base::Status Evaluator::StreamSelector(const VectorSelector& selector, const Grid& grid,
                                       SampleField field, const RowSink& sink) {
  Windows windows(WindowsOf(selector.time, run_->settings().lookback_ms, grid));
  SelectRequest request;
  request.min_ms = windows.windows().At(0).start_ms + 1;
  request.max_ms = windows.windows().At(windows.windows().steps - 1).end_ms;
  MarkerFilter filter;
  if (selector.smoothed) {
    request.max_ms += run_->settings().lookback_ms;
    return Select(selector, request, Loaded::kDoesNot, [&](const model::SeriesView& view) {
      VEDETTE_ASSIGN_OR_RETURN(Row smoothed, SmoothedRow(filter.Filter(view), selector, grid));
      return smoothed.empty() ? base::Status() : sink(std::move(smoothed));
    });
  }
  request.newest_only = grid.steps == 1;
  Row row;
  return Select(selector, request, Loaded::kDoesNot, [&](const model::SeriesView& view) {
    if (!view.histograms.empty() || field >= SampleField::kStartTime) {
      Row mixed = MixedRow(model::CopyOf(view), selector.time, grid, field);
      return mixed.empty() ? base::Status() : sink(std::move(mixed));
    }
    const WindowPlan& plan = *windows.PlanFor(view.timestamps_ms);
    NewestOfSteps(view, plan, &row);
    if (field == SampleField::kTime) TimesOfSteps(view, plan, &row);
    row.Trim();
    if (row.empty()) return base::Status();
    row.labels = *view.labels;
    row.drop_name = false;
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
  SelectRequest request;
  request.min_ms = ReferenceTime(time, grid.start_ms) - matrix.range.ms - reach.before_ms + 1;
  request.max_ms = ReferenceTime(time, grid.end_ms()) + reach.behind_ms;
  MarkerFilter filter;
  return Select(*matrix.selector, request, Loaded::kCounts, [&](const model::SeriesView& view) {
    const RangeSeries series = filter.Filter(view);
    return series.empty() ? base::Status() : sink(series);
  });
}

Grid Evaluator::StepsOf(const SubqueryExpr& subquery, const Grid& grid) const {
  const int64_t step =
      subquery.step.ms != 0 ? subquery.step.ms : run_->settings().default_subquery_step_ms;
  const int64_t first = ReferenceTime(subquery.time, grid.start_ms);
  const int64_t last = ReferenceTime(subquery.time, grid.end_ms() + grid.rest_ms);
  return SubqueryGrid(first, last, subquery.range.ms, step);
}

base::Status Evaluator::StreamSubquery(const SubqueryExpr& subquery, const Grid& grid,
                                       const RangeSink& sink) {
  const Grid inner = StepsOf(subquery, grid);
  if (inner.steps == 0) return base::Status();
  // Whatever is computed takes memory by the step.
  SampleHold hold;
  VEDETTE_RETURN_IF_ERROR(hold.Add(run_, 0, static_cast<size_t>(inner.steps) * sizeof(double)));
  if (inner.steps > run_->settings().max_samples) {
    return ExecutionError("the subquery has more steps than a query may hold samples");
  }
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*subquery.inner, inner));
  std::vector<int64_t> times;
  std::vector<double> values;
  std::vector<model::HistogramSample> histograms;
  for (Row& row : table.rows) {
    times.clear();
    values.clear();
    histograms.clear();
    for (int i = row.first; i < row.end(); ++i) {
      if (!IsPresent(row.At(i))) continue;
      times.push_back(inner.At(i));
      values.push_back(row.At(i));
    }
    for (HistogramStep& h : row.histograms) {
      histograms.push_back(AtSubqueryStep(inner.At(h.step), std::move(h.histogram)));
    }
    if (times.empty() && histograms.empty()) continue;
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    VEDETTE_RETURN_IF_ERROR(
        sink(RangeSeries{row.labels, row.drop_name, times, values, {}, histograms}));
  }
  return base::Status();
}

base::StatusOr<std::vector<Series>> Evaluator::EvalMatrix(const Expr& matrix, int64_t time_ms) {
  std::vector<Series> out;
  SampleHold hold;
  const Grid grid{time_ms, 1, 1};
  const base::Status streamed = StreamRange(matrix, grid, [&](const RangeSeries& in) {
    VEDETTE_ASSIGN_OR_RETURN(
        std::vector<model::Sample> points,
        PointsOf(ShapeOf(matrix), ReferenceTime(*ShapeOf(matrix).time, time_ms), in));
    if (points.empty() && in.histograms.empty()) return base::Status();
    size_t samples = points.size();
    for (const model::HistogramSample& h : in.histograms) samples += SamplesOf(*h.histogram);
    VEDETTE_RETURN_IF_ERROR(hold.Add(run_, samples));
    Series series;
    series.labels = in.drop_name ? DropReserved(in.labels) : in.labels;
    series.points = std::move(points);
    series.histograms.assign(in.histograms.begin(), in.histograms.end());
    out.push_back(std::move(series));
    return base::Status();
  });
  VEDETTE_RETURN_IF_ERROR(streamed);
  return out;
}

}  // namespace vedette::promql
