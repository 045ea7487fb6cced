#include "collector/promql/row_ops.h"

#include "collector/promql/binary_ops.h"
#include "collector/promql/table.h"

namespace vedette::promql {
namespace {

// out[i] = f(i, left, right) where both sides have a value.
template <typename F>
void ForEach(const RowOperands& in, double* out, const F& f) {
  for (size_t i = 0; i < in.n; ++i) {
    const double left = in.left[i];
    const double right = in.right[i];
    out[i] = IsPresent(left) && IsPresent(right) ? f(i, left, right) : Absent();
  }
}

void Compute(BinaryOp op, const RowOperands& in, double* out) {
  switch (op) {
    case BinaryOp::kAdd:
      return ForEach(in, out, [](size_t, double a, double b) { return a + b; });
    case BinaryOp::kSub:
      return ForEach(in, out, [](size_t, double a, double b) { return a - b; });
    case BinaryOp::kMul:
      return ForEach(in, out, [](size_t, double a, double b) { return a * b; });
    case BinaryOp::kDiv:
      return ForEach(in, out, [](size_t, double a, double b) { return a / b; });
    default:
      return ForEach(in, out, [op](size_t, double a, double b) { return Apply(op, a, b).value; });
  }
}

}  // namespace

void ApplyToRows(BinaryOp op, bool return_bool, const RowOperands& in, double* out) {
  if (!IsComparison(op)) return Compute(op, in, out);
  ForEach(in, out, [&](size_t i, double a, double b) {
    const bool holds = Apply(op, a, b).keep;
    if (return_bool) return holds ? 1.0 : 0.0;
    return holds ? in.kept[i] : Absent();
  });
}

}  // namespace vedette::promql
