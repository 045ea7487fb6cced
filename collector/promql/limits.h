#ifndef VEDETTE_COLLECTOR_PROMQL_LIMITS_H_
#define VEDETTE_COLLECTOR_PROMQL_LIMITS_H_

#include <cstddef>

#include "base/status.h"

namespace vedette::promql {

// The parameter of topk, bottomk and limitk as a count of series, `most` at most; the error names
// what is wrong with it.
base::StatusOr<size_t> CountOf(double param, size_t most);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_LIMITS_H_
