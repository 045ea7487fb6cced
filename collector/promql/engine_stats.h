#ifndef VEDETTE_COLLECTOR_PROMQL_ENGINE_STATS_H_
#define VEDETTE_COLLECTOR_PROMQL_ENGINE_STATS_H_

#include <cstdint>

#include "collector/promql/engine.h"
#include "collector/promql/query_run.h"
#include "collector/promql/table.h"

namespace vedette::promql {

// When the phases of a query began and ended; monotonic nanoseconds.
struct QueryTimes {
  int64_t begun_ns = 0;
  int64_t prepared_ns = 0;
  int64_t evaluated_ns = 0;
};

// Sets the stats of a query that has its result and peak, counting the samples it looked at. Where
// time or memory do not allow that, the counts stay 0: the answer itself is there.
void FillStats(const Expr& expr, const Grid& grid, const QueryTimes& times,
               const QueryRun::Settings& settings, Result* result);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_ENGINE_STATS_H_
