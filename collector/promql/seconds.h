#ifndef VEDETTE_COLLECTOR_PROMQL_SECONDS_H_
#define VEDETTE_COLLECTOR_PROMQL_SECONDS_H_

#include <cstdint>

// Milliseconds as seconds. There are two ways, and Prometheus takes now one, now the other.

namespace vedette::promql {

inline double Seconds(int64_t ms) { return static_cast<double>(ms) / 1000; }

// time.Duration.Seconds of Go: the whole seconds apart.
inline double DurationSeconds(int64_t ms) {
  return static_cast<double>(ms / 1000) + static_cast<double>(ms % 1000 * 1'000'000) / 1e9;
}

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_SECONDS_H_
