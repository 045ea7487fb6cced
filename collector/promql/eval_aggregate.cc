#include "base/strings.h"
#include "collector/promql/accumulators.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/group_sums.h"
#include "collector/promql/grouping.h"
#include "collector/promql/histogram_aggregate.h"
#include "collector/promql/histogram_notes.h"
#include "collector/promql/limits.h"

// Aggregations: series stream into their groups' accumulators.

namespace vedette::promql {

base::StatusOr<Table> Evaluator::EvalAggregate(const AggregateExpr& expr, const Grid& grid) {
  switch (expr.op) {
    case AggregateOp::kSum:
      return Accumulate<GroupSums>(expr, grid);
    case AggregateOp::kAvg:
      return Accumulate<GroupMeans>(expr, grid);
    case AggregateOp::kCount:
      return Accumulate<StepAccumulators<CountAccumulator>>(expr, grid);
    case AggregateOp::kMin:
      return Accumulate<StepAccumulators<MinAccumulator>>(expr, grid);
    case AggregateOp::kMax:
      return Accumulate<StepAccumulators<MaxAccumulator>>(expr, grid);
    case AggregateOp::kGroup:
      return Accumulate<StepAccumulators<GroupAccumulator>>(expr, grid);
    case AggregateOp::kStddev:
      return Accumulate<StepAccumulators<DeviationAccumulator>>(expr, grid);
    case AggregateOp::kStdvar:
      return Accumulate<StepAccumulators<VarianceAccumulator>>(expr, grid);
    case AggregateOp::kQuantile:
      return EvalQuantile(expr, grid);
    case AggregateOp::kCountValues:
      return EvalCountValues(expr, grid);
    case AggregateOp::kTopk:
    case AggregateOp::kBottomk:
      return EvalTopK(expr, grid);
    case AggregateOp::kLimitk:
    case AggregateOp::kLimitRatio:
      return EvalLimit(expr, grid);
  }
  return ExecutionError("unknown aggregation");
}

template <typename Accumulators>
base::StatusOr<Table> Evaluator::Accumulate(const AggregateExpr& expr, const Grid& grid) {
  const auto steps = static_cast<size_t>(grid.steps);
  Grouping grouping(expr);
  std::vector<Accumulators> groups;
  std::vector<bool> drop_name;
  HistogramAggregate histograms(expr, run_);
  SampleHold hold;
  const auto add = [&](Row&& row) -> base::Status {
    const size_t group = grouping.GroupOf(row.labels);
    if (group == groups.size()) {
      // Accumulators are some numbers a step.
      VEDETTE_RETURN_IF_ERROR(hold.Add(run_, steps, steps * sizeof(double) * 3 + row.OtherBytes()));
      groups.emplace_back(steps);
      drop_name.push_back(row.drop_name);
    }
    if (run_->Newer() && row.drop_name) drop_name[group] = true;
    if (!row.histograms.empty()) {
      const auto has_float = [&](int step) {
        return groups[group].seen(static_cast<size_t>(step));
      };
      VEDETTE_RETURN_IF_ERROR(histograms.Add(group, row, has_float));
    }
    groups[group].Add(row);
    return base::Status();
  };
  const LabelUse use = grouping.LooksAtNames() ? LabelUse::kAll : LabelUse::kBesidesNames;
  VEDETTE_RETURN_IF_ERROR(Stream(*expr.operand, grid, add, use));
  Table table;
  for (size_t group = 0; group < groups.size(); ++group) {
    Row row;
    row.labels = grouping.LabelsOf(group);
    row.drop_name = drop_name[group];
    for (size_t i = 0; i < steps; ++i) {
      if (groups[group].seen(i)) row.Append(static_cast<int>(i), groups[group].Value(i));
    }
    histograms.Finish(group, &row);
    if (!row.empty()) VEDETTE_RETURN_IF_ERROR(table.Add(run_, std::move(row)));
  }
  return table;
}

base::StatusOr<Table> Evaluator::EvalQuantile(const AggregateExpr& expr, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(const Table q, Eval(*expr.param, grid));
  VEDETTE_ASSIGN_OR_RETURN(const Table input, Eval(*expr.operand, grid));
  const Extremes extremes = ExtremesOf(q.rows.front().values);
  for (const double value : {extremes.most, extremes.least}) {
    if (value >= 0 && value <= 1) continue;
    run_->annotations().WarnInvalidQuantile(value, PlaceOf(*expr.param));
  }
  Table out;
  Grouping grouping(expr);
  std::vector<std::vector<const Row*>> groups;
  for (const Row& row : input.rows) {
    if (!row.histograms.empty()) {
      InformIgnoredInAggregation(&run_->annotations(), OpText(expr.op), expr.operand->pos);
    }
    const size_t group = grouping.GroupOf(row.labels);
    if (group == groups.size()) groups.emplace_back();
    groups[group].push_back(&row);
  }
  std::vector<double> values;
  for (size_t group = 0; group < groups.size(); ++group) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    Row row;
    row.labels = grouping.LabelsOf(group);
    row.drop_name = groups[group].front()->drop_name;
    for (int step = 0; step < grid.steps; ++step) {
      values.clear();
      for (const Row* in : groups[group]) {
        if (IsPresent(in->At(step))) values.push_back(in->At(step));
      }
      if (!values.empty()) row.Append(step, Quantile(q.ScalarAt(step), &values));
    }
    if (!row.empty()) VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(row)));
  }
  return out;
}

}  // namespace vedette::promql
