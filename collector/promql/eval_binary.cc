#include "collector/promql/binary_ops.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/histogram_ops.h"
#include "collector/promql/row_ops.h"

// Binary operations with a scalar on one side at least.

namespace vedette::promql {

// The left operands in a row are computed one after the other. One that is the same at every step,
// where the whole is not, is computed once.
base::StatusOr<Table> Evaluator::EvalChain(const BinaryExpr& top, const Grid& grid) {
  std::vector<const BinaryExpr*> open = {&top};
  while (const auto* left = TryAs<BinaryExpr>(*open.back()->lhs)) {
    if (left->step_invariant != top.step_invariant && grid.steps > 1) break;
    open.push_back(left);
  }
  VEDETTE_ASSIGN_OR_RETURN(Table value, Eval(*open.back()->lhs, grid));
  for (; !open.empty(); open.pop_back()) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    VEDETTE_ASSIGN_OR_RETURN(value, EvalBinary(*open.back(), std::move(value), grid));
  }
  return value;
}

base::StatusOr<Table> Evaluator::EvalBinary(const BinaryExpr& expr, Table lhs, const Grid& grid) {
  const bool left_scalar = expr.lhs->type == ValueType::kScalar;
  const bool right_scalar = expr.rhs->type == ValueType::kScalar;
  if (left_scalar && right_scalar) return EvalScalars(expr, lhs, grid);
  if (left_scalar || right_scalar) return EvalVectorScalar(expr, std::move(lhs), grid);
  return IsSetOperator(expr.op) ? EvalSets(expr, std::move(lhs), grid)
                                : EvalVectors(expr, lhs, grid);
}

base::StatusOr<Table> Evaluator::EvalScalars(const BinaryExpr& expr, const Table& lhs,
                                             const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(const Table rhs, Eval(*expr.rhs, grid));
  return ScalarTable(grid, [&](int step) {
    const OpResult result = Apply(expr.op, lhs.ScalarAt(step), rhs.ScalarAt(step));
    if (IsComparison(expr.op)) return result.keep ? 1.0 : 0.0;
    return result.value;
  });
}

bool IsNumberFilter(const Expr& expr) {
  const auto* binary = TryAs<BinaryExpr>(expr);
  if (binary == nullptr || !IsComparison(binary->op) || binary->return_bool) return false;
  const ExprKind left = StripParens(*binary->lhs).kind;
  return (left == ExprKind::kVectorSelector || left == ExprKind::kCall) &&
         binary->lhs->type == ValueType::kVector &&
         StripParens(*binary->rhs).kind == ExprKind::kNumber;
}

base::Status Evaluator::StreamNumberFilter(const BinaryExpr& expr, const Grid& grid,
                                           const RowSink& sink, LabelUse use) {
  VEDETTE_ASSIGN_OR_RETURN(const Table number, Eval(*expr.rhs, grid));
  OpNotes notes;
  const auto filter = [&](Row&& row) {
    ApplyToRow(expr, number, &notes, &row);
    return row.HasAny() ? sink(std::move(row)) : base::Status();
  };
  VEDETTE_RETURN_IF_ERROR(Stream(*expr.lhs, grid, filter, use));
  notes.Say(expr, &run_->annotations());
  return base::Status();
}

void Evaluator::ApplyToRow(const BinaryExpr& expr, const Table& scalar, OpNotes* notes, Row* row) {
  const bool scalar_left = expr.lhs->type == ValueType::kScalar;
  if (!row->values.empty()) {
    const double* const v = row->values.data();
    const double* const s = scalar.rows.front().values.data() + row->first;
    const RowOperands operands = {scalar_left ? s : v, scalar_left ? v : s, v, row->values.size()};
    ApplyToRows(expr.op, expr.return_bool, operands, row->values.data());
  }
  if (!row->histograms.empty()) ApplyToHistograms(expr, scalar, notes, row);
}

base::StatusOr<Table> Evaluator::EvalVectorScalar(const BinaryExpr& expr, Table lhs,
                                                  const Grid& grid) {
  const bool scalar_left = expr.lhs->type == ValueType::kScalar;
  VEDETTE_ASSIGN_OR_RETURN(Table rhs, Eval(*expr.rhs, grid));
  const Table& scalar = scalar_left ? lhs : rhs;
  Table& vector = scalar_left ? rhs : lhs;
  if (IsTrim(expr.op)) PassOverFloats(expr, &vector);
  const bool renames = (!IsComparison(expr.op) && !IsTrim(expr.op)) || expr.return_bool;
  OpNotes notes;
  for (Row& row : vector.rows) {
    VEDETTE_RETURN_IF_ERROR(run_->Work(row.values.size()));
    ApplyToRow(expr, scalar, &notes, &row);
    if (renames) DropName(&row);
  }
  notes.Say(expr, &run_->annotations());
  DropEmptyRows(&vector);
  if (renames) VEDETTE_RETURN_IF_ERROR(MergeRenamed(&vector));
  vector.type = ValueType::kVector;
  return std::move(vector);
}

}  // namespace vedette::promql
