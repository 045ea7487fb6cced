#ifndef VEDETTE_COLLECTOR_PROMQL_EXTENDED_RANGE_H_
#define VEDETTE_COLLECTOR_PROMQL_EXTENDED_RANGE_H_

#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/promql/mixed_window.h"
#include "model/sample.h"

// Ranges whose values at both ends are found from samples around them: of an anchored range the
// newest sample at or before its start, of a smoothed one the line between the samples next to
// each end.

namespace vedette::promql {

// Refuses functions that do not take such ranges.
base::Status CheckExtendedFunction(FunctionId id, std::string_view name, bool smoothed);

// The function over a window that holds the samples around the range too: a look-back before it,
// and of smoothed ones a look-back behind it.
MixedValue ComputeExtended(const RangeFunction& function, const MixedWindow& window, bool smoothed,
                           const MixedContext& context);
// rate, increase and delta where all samples are histograms.
MixedValue GrowthOfExtendedHistograms(FunctionId id, const MixedWindow& window, bool smoothed,
                                      const MixedContext& context);

// The value of a smoothed instant selector: on the line between the samples next to `at_ms`, which
// are among those of a look-back before and behind.
MixedValue SmoothedValue(const MixedWindow& window, int64_t at_ms, const MixedContext& context);

// What a range itself shows: its samples with those found at its ends.
std::vector<model::Sample> ExtendSamples(const MixedWindow& window, bool smoothed);

// The value at `at_ms` on the line between two samples; a counter that went down is taken to have
// begun at zero.
MixedValue InterpolateHistogram(const model::HistogramSample& before,
                                const model::HistogramSample& behind, int64_t at_ms, bool counter,
                                const MixedContext& context);
double Interpolate(const model::Sample& before, const model::Sample& behind, int64_t at_ms,
                   bool counter);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_EXTENDED_RANGE_H_
