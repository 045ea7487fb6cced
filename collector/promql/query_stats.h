#ifndef VEDETTE_COLLECTOR_PROMQL_QUERY_STATS_H_
#define VEDETTE_COLLECTOR_PROMQL_QUERY_STATS_H_

#include <cstdint>
#include <vector>

namespace vedette::promql {

// What a query took, for the API's `stats`. A value type.
struct QueryStats {
  double prepare_seconds = 0;  // parsing and what comes before evaluation
  double eval_seconds = 0;
  double sort_seconds = 0;
  // Samples that were looked at, each as often as a step looked at it: the last sample of a
  // selector once a step, those of a range each step that they are in range of. A native histogram
  // counts as the floats that fit its size.
  int64_t total_samples = 0;
  int64_t peak_samples = 0;  // held in memory at once: loaded and computed
  // `total_samples` by step, where asked for: step i at start_ms + i * step_ms.
  std::vector<int64_t> samples_by_step;
  int64_t start_ms = 0;
  int64_t step_ms = 0;
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_QUERY_STATS_H_
