#ifndef VEDETTE_COLLECTOR_LOGQL_COUNT_EVAL_H_
#define VEDETTE_COLLECTOR_LOGQL_COUNT_EVAL_H_

#include <optional>

#include "base/status.h"
#include "collector/logql/eval.h"

namespace vedette::logql {

// A range aggregation of lines that nothing filters, from what the store counted when it took them.
// Nothing where lines have to be looked at: there are stages, windows are not of whole minutes that
// begin with one, or the store does not know.
base::StatusOr<std::optional<GridValue>> EvalByCounts(const RangeAggregation& range,
                                                      const Grid& grid, const LogScan& scan,
                                                      Budget* budget, const Grouping* grouping);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_COUNT_EVAL_H_
