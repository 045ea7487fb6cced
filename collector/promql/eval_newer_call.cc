#include "collector/promql/evaluator.h"
#include "collector/promql/math.h"

// Functions that came after Prometheus 3.5: start(), end(), step(), range(), min_of, max_of,
// start_timestamp.

namespace vedette::promql {

// What is known of the whole query; an instant query has no step and no range.
base::StatusOr<Table> Evaluator::EvalQueryTime(FunctionId id, const Grid& grid) {
  const auto& settings = run_->settings();
  int64_t ms = settings.start_ms;
  if (id == FunctionId::kEnd) ms = settings.end_ms;
  if (id == FunctionId::kRange) ms = settings.end_ms - settings.start_ms;
  if (id == FunctionId::kStep) ms = settings.step_ms;
  return ScalarTable(grid, [ms](int) { return static_cast<double>(ms) / 1000; });
}

base::StatusOr<Table> Evaluator::EvalExtremum(const CallExpr& call, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(const Table a, Eval(*call.args[0], grid));
  VEDETTE_ASSIGN_OR_RETURN(const Table b, Eval(*call.args[1], grid));
  const bool least = call.function->id == FunctionId::kMinOf;
  return ScalarTable(grid, [&](int step) {
    return least ? GoMin(a.ScalarAt(step), b.ScalarAt(step))
                 : GoMax(a.ScalarAt(step), b.ScalarAt(step));
  });
}

// When the counters of samples began; nothing is known of what is not a sample itself.
base::StatusOr<Table> Evaluator::EvalStartTimestamp(const CallExpr& call, const Grid& grid) {
  Table table;
  const auto* selector = TryAs<VectorSelector>(StripParens(*call.args[0]));
  if (selector == nullptr) return table;
  const RowSink add = [&](Row&& row) {
    DropName(&row);
    return table.Add(run_, std::move(row));
  };
  VEDETTE_RETURN_IF_ERROR(StreamSelector(*selector, grid, SampleField::kStartTime, add));
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&table));
  return table;
}

}  // namespace vedette::promql
