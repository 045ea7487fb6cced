#ifndef VEDETTE_COLLECTOR_PROMQL_ROW_OPS_H_
#define VEDETTE_COLLECTOR_PROMQL_ROW_OPS_H_

#include <cstddef>

#include "collector/promql/ast.h"

// What operators make of floats, a whole row at a time.

namespace vedette::promql {

// Neighbouring steps of both sides of an operation.
struct RowOperands {
  const double* left = nullptr;
  const double* right = nullptr;
  // What is left of a step at which a comparison holds.
  const double* kept = nullptr;
  size_t n = 0;
};

// Writes n values to `out`, which may be either side: absent where either side is, or where a
// comparison does not hold; with `return_bool` 1 or 0.
void ApplyToRows(BinaryOp op, bool return_bool, const RowOperands& operands, double* out);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_ROW_OPS_H_
