#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/range_functions.h"
#include "collector/promql/range_sweep.h"

// Functions over range vectors: windows slide over each series once.

namespace vedette::promql {
namespace {

bool DescribesName(std::string_view label) { return label == "__type__" || label == "__unit__"; }

// Whether series have the same labels once they lost their names. Keeps hashes of 128 bits.
class SameLabelsCheck {
 public:
  // `named`: all series have one metric name, without which they still differ.
  explicit SameLabelsCheck(bool named) : named_(named), needed_(!named) {}

  // `after` is looked at where the series may have several names.
  void Add(const model::Labels& before, const model::Labels& after) {
    if (!named_) return hashes_.push_back(base::Hash128(after.bytes()));
    // What describes the name is dropped along with it.
    const bool described = before.Has("__type__") || before.Has("__unit__");
    if (described) {
      needed_ = true;
      rest_.AssignIf(before, [](const auto& label) { return !DescribesName(label.name); });
    }
    hashes_.push_back(base::Hash128(described ? rest_.bytes() : before.bytes()));
  }
  bool AnySame() {
    if (!needed_) return false;
    std::sort(hashes_.begin(), hashes_.end());
    return std::adjacent_find(hashes_.begin(), hashes_.end()) != hashes_.end();
  }

 private:
  const bool named_;
  bool needed_;
  model::Labels rest_;
  std::vector<base::Hash128Value> hashes_;
};

// Whether the selector asks for one metric by its name.
bool IsOfOneMetric(const Expr& matrix) {
  const auto* selector = TryAs<MatrixSelector>(StripParens(matrix));
  if (selector == nullptr) return false;
  const auto& matchers = selector->selector->matchers;
  return std::any_of(matchers.begin(), matchers.end(), [](const model::Matcher& matcher) {
    return matcher.name() == model::kMetricName && matcher.type() == model::MatchType::kEqual &&
           !matcher.value().empty();
  });
}

bool LooksLikeCounter(std::string_view name) {
  for (const std::string_view suffix : {"_total", "_sum", "_count", "_bucket"}) {
    if (base::EndsWith(name, suffix)) return true;
  }
  return name.empty();
}

bool AnyWithin(std::span<const model::HistogramSample> histograms, int64_t start_ms,
               int64_t end_ms) {
  return std::any_of(histograms.begin(), histograms.end(),
                     [&](const auto& h) { return h.time_ms > start_ms && h.time_ms <= end_ms; });
}

}  // namespace

WindowShape ShapeOf(const Expr& matrix) {
  const Expr& inner = StripParens(matrix);
  if (const auto* subquery = TryAs<SubqueryExpr>(inner)) {
    return {&subquery->time, subquery->range.ms};
  }
  const auto& selector = As<MatrixSelector>(inner);
  return {&selector.selector->time, selector.range.ms, selector.selector->anchored,
          selector.selector->smoothed};
}

void Evaluator::InformNonCounter(const CallExpr& call, const model::Labels& labels) {
  const std::string_view name = labels.MetricName();
  if (name.empty()) return;
  const PositionRange where = PlaceOf(*call.args[0]);
  if (run_->settings().type_and_unit_labels) {
    const std::string_view type = labels.Get("__type__");
    if (type == "counter" || type == "histogram") return;
    run_->annotations().Inform(
        "metric might not be a counter, __type__ label is not set to \"counter\" or "
        "\"histogram\", got " +
            base::GoQuote(type) + ": " + base::GoQuote(name),
        where);
    return;
  }
  if (LooksLikeCounter(name)) return;
  run_->annotations().Inform(
      "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: " +
          base::GoQuote(name),
      where);
}

base::StatusOr<RangeParams> Evaluator::EvalRangeParams(const CallExpr& call,
                                                       const RangeFunction& function,
                                                       const Grid& grid) {
  RangeParams params;
  if (function.param_arg >= 0) {
    const Expr& arg = *call.args[static_cast<size_t>(function.param_arg)];
    VEDETTE_ASSIGN_OR_RETURN(params.first, Eval(arg, grid));
  }
  if (function.second_arg >= 0) {
    const Expr& arg = *call.args[static_cast<size_t>(function.second_arg)];
    VEDETTE_ASSIGN_OR_RETURN(params.second, Eval(arg, grid));
  }
  return params;
}

base::Status Evaluator::ComputeEach(const CallExpr& call, const RangeFunction& function,
                                    const Sweep& series, const Table& param, const Grid& grid,
                                    Row* row) {
  const WindowPlan& plan = *series.plan;
  row->values.clear();
  for (int step = plan.first; step < plan.end; ++step) {
    const auto at = static_cast<size_t>(step);
    if (plan.low[at] == plan.high[at]) continue;
    VEDETTE_RETURN_IF_ERROR(run_->Work(plan.count(step)));
    Window window;
    window.times = series.times.subspan(plan.low[at], plan.count(step));
    window.values = series.values.subspan(plan.low[at], plan.count(step));
    window.start_ms = series.windows.At(at).start_ms;
    window.end_ms = series.windows.At(at).end_ms;
    window.eval_ms = grid.At(step);
    if (!param.rows.empty()) window.param = param.ScalarAt(step);
    if (function.id == FunctionId::kQuantileOverTime && !(window.param >= 0 && window.param <= 1)) {
      run_->annotations().WarnInvalidQuantile(window.param, PlaceOf(*call.args[0]));
    }
    double value = 0;
    if (function.compute(window, &value)) row->Append(step, value);
  }
  return base::Status();
}

base::Status Evaluator::StreamRangeCall(const CallExpr& call, const RangeFunction& function,
                                        const Grid& grid, const RowSink& sink, LabelUse use) {
  const Expr& matrix = *call.args[static_cast<size_t>(function.matrix_arg)];
  VEDETTE_RETURN_IF_ERROR(CheckExtended(call, matrix));
  // Computed first, but what a parameter behind the series says is said behind them.
  const bool behind = function.param_arg > function.matrix_arg;
  Annotations before = behind ? std::exchange(run_->annotations(), {}) : Annotations();
  VEDETTE_ASSIGN_OR_RETURN(const RangeParams params, EvalRangeParams(call, function, grid));
  if (behind) std::swap(run_->annotations(), before);
  const bool drops_now = !function.keeps_name && !run_->settings().delayed_name_removal;
  const WindowShape shape = ShapeOf(matrix);
  Windows windows(WindowsOf(*shape.time, shape.range_ms, grid));
  const SweepKind sweep = FindSweep(function.id);
  const bool named = IsOfOneMetric(matrix);
  const bool drops_labels = drops_now && !(named && use == LabelUse::kBesidesNames);
  SameLabelsCheck same(named);
  std::string informed;  // the metric that was looked at last
  Row row;
  const base::Status streamed = StreamRange(matrix, grid, [&](const RangeSeries& series) {
    row.histograms.clear();
    if (NeedsMixedWindow(function, matrix, series)) {
      VEDETTE_ASSIGN_OR_RETURN(row, ComputeMixedRow(call, function, series, grid, params));
    } else {
      const Sweep all = {series.times, series.values, windows.windows(),
                         windows.PlanFor(series.times)};
      if (sweep.compute != nullptr && all.plan->samples <= sweep.most_samples) {
        VEDETTE_RETURN_IF_ERROR(run_->Work(series.times.size()));
        sweep.compute(all, &row);
      } else {
        VEDETTE_RETURN_IF_ERROR(ComputeEach(call, function, all, params.first, grid, &row));
      }
      row.Trim();
    }
    if (row.empty()) return base::Status();
    const bool counts = function.counts && !row.values.empty();
    const std::string_view name = counts ? series.labels.MetricName() : "";
    if (name != informed || run_->settings().type_and_unit_labels) {
      InformNonCounter(call, series.labels);
      informed = name;
    }
    row.drop_name = series.drop_name || !function.keeps_name;
    // What is said about histograms further on names the metric that they still have.
    if (drops_labels || (drops_now && !row.histograms.empty())) {
      DropReserved(series.labels, &row.labels);
    } else {
      row.labels = series.labels;
    }
    if (drops_now) same.Add(series.labels, row.labels);
    return sink(std::move(row));
  });
  VEDETTE_RETURN_IF_ERROR(streamed);
  if (behind) run_->annotations().Add(before);
  return drops_now && same.AnySame() ? ExecutionError(kSameLabels) : base::Status();
}

base::StatusOr<Table> Evaluator::EvalAbsentOverTime(const CallExpr& call, const Grid& grid) {
  const WindowShape shape = ShapeOf(*call.args[0]);
  std::vector<bool> present(static_cast<size_t>(grid.steps), false);
  Windows windows(WindowsOf(*shape.time, shape.range_ms, grid));
  const base::Status streamed = StreamRange(*call.args[0], grid, [&](const RangeSeries& series) {
    const WindowPlan& plan = *windows.PlanFor(series.times);
    for (int step = plan.first; step < plan.end; ++step) {
      if (plan.count(step) > 0) present[static_cast<size_t>(step)] = true;
    }
    for (int step = 0; step < grid.steps && !series.histograms.empty(); ++step) {
      const TimeWindow window = windows.windows().At(static_cast<size_t>(step));
      if (AnyWithin(series.histograms, window.start_ms, window.end_ms)) {
        present[static_cast<size_t>(step)] = true;
      }
    }
    return base::Status();
  });
  VEDETTE_RETURN_IF_ERROR(streamed);
  Row row;
  row.labels = LabelsOfAbsent(*call.args[0]);
  for (int step = 0; step < grid.steps; ++step) {
    if (!present[static_cast<size_t>(step)]) row.Append(step, 1);
  }
  Table table;
  if (!row.empty()) VEDETTE_RETURN_IF_ERROR(table.Add(run_, std::move(row)));
  return table;
}

}  // namespace vedette::promql
