#ifndef VEDETTE_COLLECTOR_PROMQL_RESULT_REACH_H_
#define VEDETTE_COLLECTOR_PROMQL_RESULT_REACH_H_

#include <cstdint>
#include <optional>

#include "collector/promql/ast.h"

namespace vedette::promql {

// The newest samples that a step's value depends on.
struct Reach {
  int64_t ahead_ms = INT64_MIN;  // so much after the step, negative: before; INT64_MIN: of none
  int64_t fixed_ms = INT64_MIN;  // by `@`, whatever the step
};

// Nothing where a step's value, or whether the query has an answer at all, depends on more than the
// samples up to there: on the query's range (start(), @ end(), step()), on samples between those of
// a window (anchored, smoothed), or on the labels that other steps have. The last is so wherever an
// operation could make series of several names or labels equal: that is an error even where they
// have values at different steps. Nothing, too, for a query without a selector. Durations are
// resolved (analysis.h).
std::optional<Reach> ReachOf(const Expr& expr);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_RESULT_REACH_H_
