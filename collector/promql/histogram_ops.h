#ifndef VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_OPS_H_
#define VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_OPS_H_

#include "collector/promql/ast.h"
#include "collector/promql/mixed_window.h"
#include "collector/promql/query_run.h"
#include "collector/promql/table.h"

// What operators make of native histograms.

namespace vedette::promql {

// One side of an operation at a step: a float, or a histogram where that is not null.
struct Operand {
  double value = 0;
  const model::Histogram* histogram = nullptr;
};

struct MixedResult {
  // Not present where the sides do not go together, which has been said then, or a comparison
  // without `bool` does not hold.
  MixedValue value;
  // The sides went together: a result that does not hold still takes part in matching.
  bool computed = false;
};

// `left op right`, at least one a histogram; a comparison with `bool` gives 0 or 1.
MixedResult ApplyMixed(const BinaryExpr& expr, const Operand& left, const Operand& right,
                       QueryRun* run);

// The same for two rows, at all steps at which both have values. `out` gets what each step comes
// to; rows of floats alone are faster done without.
void ApplyMixedRows(const BinaryExpr& expr, const Row& left, const Row& right, QueryRun* run,
                    Row* out);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_OPS_H_
