#ifndef VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_TRIM_H_
#define VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_TRIM_H_

#include "model/histogram.h"

namespace vedette::promql {

// Removes what was observed above `bound` (upper), or below it. A bucket that holds the bound is
// cut as if its values lay evenly in it (exponential buckets: on a logarithmic scale); one without
// end on that side goes whole. The sum is then that of the middles of what is left.
void Trim(double bound, bool upper, model::Histogram* h);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_TRIM_H_
