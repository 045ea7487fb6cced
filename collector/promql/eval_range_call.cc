#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "base/strings.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/range_functions.h"

// Functions over range vectors: windows slide over each series once.

namespace vedette::promql {
namespace {

// The samples in (start, end] as starts and ends ascend.
class WindowCursor {
 public:
  explicit WindowCursor(const RangeSeries& series) : series_(series) {}

  std::pair<size_t, size_t> Move(int64_t start_ms, int64_t end_ms) {
    while (low_ < series_.times.size() && series_.times[low_] <= start_ms) ++low_;
    while (high_ < series_.times.size() && series_.times[high_] <= end_ms) ++high_;
    return {low_, high_};
  }

 private:
  const RangeSeries& series_;
  size_t low_ = 0;
  size_t high_ = 0;
};

bool LooksLikeCounter(std::string_view name) {
  for (const std::string_view suffix : {"_total", "_sum", "_count", "_bucket"}) {
    if (base::EndsWith(name, suffix)) return true;
  }
  return name.empty();
}

bool AnyWithin(const std::vector<model::HistogramSample>& histograms, int64_t start_ms,
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

Row Evaluator::ComputeRow(const CallExpr& call, const RangeFunction& function,
                          const RangeSeries& series, const Grid& grid, const RangeParams& params) {
  const WindowShape shape = ShapeOf(*call.args[static_cast<size_t>(function.matrix_arg)]);
  const Table& param = params.first;
  const bool quantile = function.id == FunctionId::kQuantileOverTime;
  Row row;
  WindowCursor cursor(series);
  for (int step = 0; step < grid.steps; ++step) {
    Window window;
    window.eval_ms = grid.At(step);
    window.end_ms = ReferenceTime(*shape.time, window.eval_ms);
    window.start_ms = window.end_ms - shape.range_ms;
    const auto [low, high] = cursor.Move(window.start_ms, window.end_ms);
    if (low >= high) continue;
    window.times = std::span(series.times).subspan(low, high - low);
    window.values = std::span(series.values).subspan(low, high - low);
    if (!param.rows.empty()) window.param = param.ScalarAt(step);
    if (quantile && !(window.param >= 0 && window.param <= 1)) {
      run_->annotations().WarnInvalidQuantile(window.param, PlaceOf(*call.args[0]));
    }
    double value = 0;
    if (function.compute(window, &value)) row.Append(step, value);
  }
  return row;
}

base::Status Evaluator::StreamRangeCall(const CallExpr& call, const RangeFunction& function,
                                        const Grid& grid, const RowSink& sink) {
  const Expr& matrix = *call.args[static_cast<size_t>(function.matrix_arg)];
  VEDETTE_RETURN_IF_ERROR(CheckExtended(call, matrix));
  VEDETTE_ASSIGN_OR_RETURN(const RangeParams params, EvalRangeParams(call, function, grid));
  const bool drops_now = !function.keeps_name && !run_->settings().delayed_name_removal;
  absl::flat_hash_set<model::Labels> seen;
  return StreamRange(matrix, grid, [&](RangeSeries&& series) {
    Row row;
    if (NeedsMixedWindow(function, matrix, series)) {
      VEDETTE_ASSIGN_OR_RETURN(row, ComputeMixedRow(call, function, series, grid, params));
    } else {
      row = ComputeRow(call, function, series, grid, params);
    }
    if (row.empty()) return base::Status();
    if (function.counts && !row.values.empty()) InformNonCounter(call, series.labels);
    row.labels = std::move(series.labels);
    row.drop_name = series.drop_name;
    if (!function.keeps_name) DropName(&row);
    if (drops_now && !seen.insert(row.labels).second) return ExecutionError(kSameLabels);
    return sink(std::move(row));
  });
}

base::StatusOr<Table> Evaluator::EvalAbsentOverTime(const CallExpr& call, const Grid& grid) {
  const WindowShape shape = ShapeOf(*call.args[0]);
  std::vector<bool> present(static_cast<size_t>(grid.steps), false);
  const base::Status streamed = StreamRange(*call.args[0], grid, [&](RangeSeries&& series) {
    WindowCursor cursor(series);
    for (int step = 0; step < grid.steps; ++step) {
      const int64_t end = ReferenceTime(*shape.time, grid.At(step));
      const auto [low, high] = cursor.Move(end - shape.range_ms, end);
      if (low < high || AnyWithin(series.histograms, end - shape.range_ms, end)) {
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
