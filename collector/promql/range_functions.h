#ifndef VEDETTE_COLLECTOR_PROMQL_RANGE_FUNCTIONS_H_
#define VEDETTE_COLLECTOR_PROMQL_RANGE_FUNCTIONS_H_

#include <cstdint>
#include <span>

#include "collector/promql/functions.h"

namespace vedette::promql {

// One step's window of a series: samples in (start_ms, end_ms], at least one.
struct Window {
  std::span<const int64_t> times;
  std::span<const double> values;
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  int64_t eval_ms = 0;  // the step itself: offset and @ do not move it
  double param = 0;     // of quantile_over_time and predict_linear
};

// How far the increase over a window is drawn out to its edges, where the samples come close to
// them. Depends on times alone, but for counters, which are not drawn out below zero.
struct Extrapolation {
  double sampled = 0;        // seconds from the first sample to the last
  double to_start = 0;       // seconds before the first
  double to_end = 0;         // seconds behind the last
  double range_seconds = 0;  // of the window, for a rate; 0: the increase itself

  // What the increase between the samples is to be multiplied by.
  double Factor(double seconds_to_start) const {
    const double factor = (sampled + seconds_to_start + to_end) / sampled;
    return range_seconds == 0 ? factor : factor / range_seconds;
  }
};

// Of at least two samples in (start_ms, end_ms].
Extrapolation ExtrapolationOf(std::span<const int64_t> times, int64_t start_ms, int64_t end_ms,
                              bool rate);
// As Go's Duration.Seconds rounds.
double RangeSeconds(int64_t range_ms);

// A function over range vectors that looks at one window at a time.
struct RangeFunction {
  FunctionId id;
  // False: no value at this step.
  bool (*compute)(const Window& window, double* out);
  int matrix_arg = 0;
  int param_arg = -1;   // a scalar, -1: none
  int second_arg = -1;  // another; windows with both are mixed ones (mixed_window.h)
  bool keeps_name = false;
  bool counts = false;  // expects a counter: a name that tells otherwise is worth an annotation
};

// Null for functions of another kind.
const RangeFunction* FindRangeFunction(FunctionId id);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_RANGE_FUNCTIONS_H_
