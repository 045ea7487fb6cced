#include "collector/promql/evaluator.h"

#include <algorithm>

#include "collector/promql/range_functions.h"

namespace vedette::promql {
namespace {

void RepeatHistogram(int steps, Row* row) {
  const HistogramPtr histogram = row->histograms.front().histogram;
  row->histograms.clear();
  for (int step = 0; step < steps; ++step) row->histograms.push_back({step, histogram});
}

HistogramPtr Negated(const model::Histogram& histogram, MergeRules rules) {
  auto out = std::make_shared<model::Histogram>(histogram);
  Multiply(-1, rules, out.get());
  return out;
}

}  // namespace

void Evaluator::DropName(Row* row) const {
  row->drop_name = true;
  if (!run_->settings().delayed_name_removal) row->labels = DropReserved(row->labels);
}

base::Status Evaluator::MergeRenamed(Table* table) const {
  return MergeEqualRows(&table->rows) ? base::Status() : ExecutionError(kSameLabels);
}

base::Status Evaluator::MergeRelabelled(Table* table) const {
  DropEmptyRows(table);
  const bool fine = run_->Newer() ? MergeEqualRows(&table->rows) : AllDistinct(table->rows);
  return fine ? base::Status() : ExecutionError(kSameLabels);
}

PositionRange PlaceOf(const Expr& argument) {
  const Expr& inner = StripParens(argument);
  return inner.kind == ExprKind::kSubquery ? PositionRange{} : inner.pos;
}

base::StatusOr<Table> Evaluator::Eval(const Expr& expr, const Grid& grid) {
  VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
  const bool literal = expr.kind == ExprKind::kNumber || expr.kind == ExprKind::kString;
  const bool once = expr.step_invariant && grid.steps > 1 && !literal;
  VEDETTE_ASSIGN_OR_RETURN(Table table, once ? Broadcast(expr, grid) : EvalNode(expr, grid));
  // Before whoever asked goes on with it: of calls within calls all but the innermost wait there.
  VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
  return table;
}

// Computes at the first step and repeats the value at all.
base::StatusOr<Table> Evaluator::Broadcast(const Expr& expr, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(Table once, EvalNode(expr, Grid{grid.start_ms, grid.step_ms, 1}));
  Table out;
  out.type = once.type;
  for (Row& row : once.rows) {
    if (row.empty()) continue;
    if (row.values.empty()) {
      RepeatHistogram(grid.steps, &row);
    } else {
      row.values.assign(static_cast<size_t>(grid.steps), row.At(0));
      row.first = 0;
    }
    VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(row)));
  }
  return out;
}

base::StatusOr<Table> Evaluator::EvalNode(const Expr& expr, const Grid& grid) {
  switch (expr.kind) {
    case ExprKind::kNumber:
      return ScalarTable(grid, [&](int) { return As<NumberLiteral>(expr).value; });
    case ExprKind::kString: {
      Table table;
      table.type = ValueType::kString;
      table.text = As<StringLiteral>(expr).value;
      return table;
    }
    case ExprKind::kParen:
      return Eval(*As<ParenExpr>(expr).inner, grid);
    case ExprKind::kUnary:
      return EvalUnary(As<UnaryExpr>(expr), grid);
    case ExprKind::kBinary:
      return EvalChain(As<BinaryExpr>(expr), grid);
    case ExprKind::kAggregate:
      return EvalAggregate(As<AggregateExpr>(expr), grid);
    case ExprKind::kCall:
      return EvalCall(As<CallExpr>(expr), grid);
    case ExprKind::kVectorSelector:
      return Collect(expr, grid);
    case ExprKind::kMatrixSelector:
    case ExprKind::kSubquery:
      break;
  }
  return ExecutionError("a range vector cannot be evaluated at steps");
}

base::StatusOr<Table> Evaluator::Collect(const Expr& expr, const Grid& grid) {
  Table table;
  const RowSink add = [&](Row&& row) { return table.Add(run_, std::move(row)); };
  if (const auto* selector = TryAs<VectorSelector>(expr)) {
    VEDETTE_RETURN_IF_ERROR(StreamSelector(*selector, grid, SampleField::kValue, add));
  } else {
    const auto& call = As<CallExpr>(expr);
    VEDETTE_RETURN_IF_ERROR(
        StreamRangeCall(call, *FindRangeFunction(call.function->id), grid, add));
  }
  return table;
}

base::Status Evaluator::Stream(const Expr& expr, const Grid& grid, const RowSink& sink,
                               LabelUse use) {
  const Expr& inner = StripParens(expr);
  if (!inner.step_invariant || grid.steps == 1) {
    if (const auto* selector = TryAs<VectorSelector>(inner)) {
      return StreamSelector(*selector, grid, SampleField::kValue, sink);
    }
    if (const auto* call = TryAs<CallExpr>(inner)) {
      const RangeFunction* function = FindRangeFunction(call->function->id);
      if (function != nullptr) return StreamRangeCall(*call, *function, grid, sink, use);
    }
    if (IsNumberFilter(inner)) {
      return StreamNumberFilter(As<BinaryExpr>(inner), grid, sink, use);
    }
  }
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(inner, grid));
  for (Row& row : table.rows) VEDETTE_RETURN_IF_ERROR(sink(std::move(row)));
  return base::Status();
}

base::StatusOr<Table> Evaluator::EvalUnary(const UnaryExpr& expr, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*expr.operand, grid));
  if (!expr.negative) return table;
  for (Row& row : table.rows) {
    VEDETTE_RETURN_IF_ERROR(run_->Work(row.values.size()));
    for (double& v : row.values) {
      if (IsPresent(v)) v = -v;
    }
    for (HistogramStep& h : row.histograms) {
      h.histogram = Negated(*h.histogram, run_->merge_rules());
    }
    DropName(&row);
  }
  if (!run_->settings().delayed_name_removal) VEDETTE_RETURN_IF_ERROR(MergeRelabelled(&table));
  return table;
}

base::StatusOr<Table> Evaluator::ScalarTable(const Grid& grid,
                                             const std::function<double(int)>& f) {
  Table table;
  table.type = ValueType::kScalar;
  Row row;
  row.values.reserve(static_cast<size_t>(grid.steps));
  for (int step = 0; step < grid.steps; ++step) row.values.push_back(f(step));
  VEDETTE_RETURN_IF_ERROR(table.Add(run_, std::move(row)));
  return table;
}

}  // namespace vedette::promql
