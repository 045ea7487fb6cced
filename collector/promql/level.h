#ifndef VEDETTE_COLLECTOR_PROMQL_LEVEL_H_
#define VEDETTE_COLLECTOR_PROMQL_LEVEL_H_

namespace vedette::promql {

// Versions of Prometheus whose answers differ: 3.14 takes more care of sums of histograms, of their
// resets and custom bounds.
enum class Level { kPrometheus35, kPrometheus314 };

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_LEVEL_H_
