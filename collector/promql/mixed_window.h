#ifndef VEDETTE_COLLECTOR_PROMQL_MIXED_WINDOW_H_
#define VEDETTE_COLLECTOR_PROMQL_MIXED_WINDOW_H_

#include <cstdint>
#include <span>

#include "base/status.h"
#include "collector/promql/histogram_notes.h"
#include "collector/promql/query_run.h"
#include "collector/promql/range_functions.h"
#include "model/sample.h"

// Functions over windows that the plain arrays of range_functions do not describe: with histograms,
// with start times of counters, or with more than one parameter.

namespace vedette::promql {

// A window with all that its samples are. `times` and `values` are of floats; either kind may be
// absent, not both.
struct MixedWindow : Window {
  std::span<const int64_t> starts;  // of the floats' counters; empty: not known
  std::span<const model::HistogramSample> histograms;
  double second_param = 0;
  bool use_starts = false;  // those of histograms too
};

// The value of a step: of either kind, or none.
struct MixedValue {
  bool present = false;
  double value = 0;
  HistogramPtr histogram;

  static MixedValue None() { return {}; }
  static MixedValue Of(double v) { return {true, v, nullptr}; }
  static MixedValue Of(HistogramPtr h) { return {true, 0, std::move(h)}; }
};

// What a function has to say and by whose rules it goes.
struct MixedContext {
  QueryRun* run = nullptr;
  std::string_view metric;
  PositionRange where;  // of the function's first argument

  HistogramNotes notes() const { return HistogramNotes(&run->annotations(), metric, where); }
  MergeRules rules() const { return run->merge_rules(); }
};

// Execution errors only of parameters that the function does not take.
base::StatusOr<MixedValue> ComputeMixed(const RangeFunction& function, const MixedWindow& window,
                                        const MixedContext& context);

// rate, increase, delta; irate, idelta.
MixedValue MixedExtrapolate(const MixedWindow& window, bool counter, bool rate,
                            const MixedContext& context);
MixedValue MixedLastTwo(const MixedWindow& window, bool rate, const MixedContext& context);
// sum_over_time and avg_over_time of histograms alone.
MixedValue SumHistograms(const MixedWindow& window, const MixedContext& context);
MixedValue AverageHistograms(const MixedWindow& window, const MixedContext& context);

// Whether `start_ms` tells when the counter of a sample began.
inline bool IsStart(int64_t start_ms, int64_t time_ms) {
  return start_ms != 0 && start_ms < time_ms;
}
// Whether a counter began anew between two samples, by what they say of when it began.
bool IsStartReset(int64_t start_before, int64_t time_before, int64_t start, int64_t time);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_MIXED_WINDOW_H_
