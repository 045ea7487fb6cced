#ifndef VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_QUANTILE_H_
#define VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_QUANTILE_H_

#include <string>

#include "collector/promql/histogram_math.h"
#include "model/histogram.h"

// What native histograms of floats tell about the values that they counted.

namespace vedette::promql {

struct HistogramQuantileResult {
  enum class Note {
    kNone,
    kNanResult,  // the quantile lies among NaNs
    kSkewed,     // NaNs were counted, which count as the highest values
  };
  double value = 0;
  Note note = Note::kNone;
};

// The q-quantile: interpolated on a logarithmic scale within exponential buckets, linearly within
// the zero bucket and custom ones. NaN of nothing, +-Inf outside [0, 1].
HistogramQuantileResult HistogramQuantile(double q, const model::Histogram& histogram);

// The share of all values that lie between two; NaNs are between none. NaN of nothing. Of a first
// custom bucket without a lower end, Prometheus 3.5 cannot tell what is below a value in it (NaN);
// by newer rules all is.
double HistogramFraction(double lower, double upper, MergeRules rules,
                         const model::Histogram& histogram);

// The variance, each value taken as the middle of its bucket.
double HistogramVariance(const model::Histogram& histogram);

// {count:12, sum:100, [-0.001,0.001]:2, (0.5,1]:2}: how count_values labels it.
std::string HistogramLabelText(const model::Histogram& histogram);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_QUANTILE_H_
