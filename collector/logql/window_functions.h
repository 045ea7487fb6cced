#ifndef VEDETTE_COLLECTOR_LOGQL_WINDOW_FUNCTIONS_H_
#define VEDETTE_COLLECTOR_LOGQL_WINDOW_FUNCTIONS_H_

#include <cstdint>
#include <span>

#include "collector/logql/parse/ast.h"

namespace vedette::logql {

struct WindowSample {
  int64_t timestamp_ns = 0;
  double value = 0;
};

// What a function over unwrapped values comes to: `samples` are those of the window that ends at
// `end_ns`, by time and at least one. Means, deviations and quantiles as Prometheus has them.
double ApplyWindow(const RangeAggregation& range, std::span<const WindowSample> samples,
                   int64_t end_ns);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_WINDOW_FUNCTIONS_H_
