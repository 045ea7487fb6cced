#include "collector/promql/binary_ops.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/histogram_ops.h"

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
    for (size_t i = 0; i < row.values.size(); ++i) {
      const double v = row.values[i];
      if (!IsPresent(v)) continue;
      const double s = scalar.ScalarAt(row.first + static_cast<int>(i));
      const OpResult result = scalar_left ? Apply(expr.op, s, v) : Apply(expr.op, v, s);
      if (expr.return_bool) {
        row.values[i] = result.keep ? 1 : 0;
      } else if (IsComparison(expr.op)) {
        row.values[i] = result.keep ? v : Absent();
      } else {
        row.values[i] = result.value;
      }
    }
    if (!row.histograms.empty()) ApplyToHistograms(expr, scalar, &notes, &row);
    if (renames) DropName(&row);
  }
  notes.Say(expr, &run_->annotations());
  DropEmptyRows(&vector);
  if (renames) VEDETTE_RETURN_IF_ERROR(MergeRenamed(&vector));
  vector.type = ValueType::kVector;
  return std::move(vector);
}

}  // namespace vedette::promql
