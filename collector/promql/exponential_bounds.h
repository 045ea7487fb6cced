#ifndef VEDETTE_COLLECTOR_PROMQL_EXPONENTIAL_BOUNDS_H_
#define VEDETTE_COLLECTOR_PROMQL_EXPONENTIAL_BOUNDS_H_

#include <cstdint>

namespace vedette::promql {

// The upper bound of a bucket of an exponential schema (-4..8): 2^(index / 2^schema), to the bit as
// Prometheus has it. The last bucket of finite numbers ends at the largest of them; the one behind
// it at +Inf.
double ExponentialBound(int32_t index, int32_t schema);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_EXPONENTIAL_BOUNDS_H_
