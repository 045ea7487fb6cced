#ifndef VEDETTE_COLLECTOR_PROMQL_STATS_SELECTORS_H_
#define VEDETTE_COLLECTOR_PROMQL_STATS_SELECTORS_H_

#include <vector>

#include "collector/promql/ast.h"
#include "collector/promql/level.h"
#include "model/sample.h"

namespace vedette::promql {

// The selectors whose histograms Prometheus reads without buckets, because only counts and sums are
// asked for: it can be seen in what combines and what is equal. 3.5 looks at the first selector of
// a query only, and not at the call around the whole query; newer ones at all, but for subqueries.
std::vector<const VectorSelector*> SelectorsWithoutBuckets(const Expr& query, Level level);

// Leaves counts, sums and what is known of resets, found out where it is not said; at the newer
// level buckets stay, which trimming needs. Histograms of floats, times ascending.
void LeaveOutBuckets(Level level, std::vector<model::HistogramSample>* histograms);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_STATS_SELECTORS_H_
