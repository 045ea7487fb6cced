#ifndef VEDETTE_COLLECTOR_PROMQL_SAMPLE_COUNT_H_
#define VEDETTE_COLLECTOR_PROMQL_SAMPLE_COUNT_H_

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "collector/promql/ast.h"
#include "collector/promql/query_run.h"
#include "collector/promql/table.h"

namespace vedette::promql {

// The samples that an expression's selectors look at, counted as Prometheus does for `stats`: by
// what the expression says and not by how it is evaluated, which may spare most of them. A walk of
// its own over the store, so that evaluation needs not count.
//
// One count a step of the grid.
base::StatusOr<std::vector<int64_t>> CountSamples(const Expr& expr, const Grid& grid,
                                                  QueryRun* run);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_SAMPLE_COUNT_H_
