#ifndef VEDETTE_COLLECTOR_PROMQL_LIMITS_H_
#define VEDETTE_COLLECTOR_PROMQL_LIMITS_H_

#include <cstddef>
#include <vector>

#include "base/status.h"
#include "collector/promql/ast.h"

namespace vedette::promql {

// The parameter of topk, bottomk and limitk as a count of series, `most` at most; the error names
// what is wrong with it.
base::StatusOr<size_t> CountOf(double param, size_t most);

// The least and the largest value of a parameter over all steps, which are all that is told of it;
// both NaN where any is.
struct Extremes {
  double least = 0;
  double most = 0;
};
Extremes ExtremesOf(const std::vector<double>& params);

// By newer rules no step's parameter may be NaN, even where there is nothing to choose from.
base::Status CheckNoNan(AggregateOp op, const std::vector<double>& params);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_LIMITS_H_
