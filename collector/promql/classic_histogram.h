#ifndef VEDETTE_COLLECTOR_PROMQL_CLASSIC_HISTOGRAM_H_
#define VEDETTE_COLLECTOR_PROMQL_CLASSIC_HISTOGRAM_H_

#include <vector>

// Histograms made of cumulative `le` buckets.

namespace vedette::promql {

struct Bucket {
  double upper_bound = 0;
  double count = 0;  // cumulative
};

struct BucketQuantileResult {
  double value = 0;
  bool forced_monotonic = false;  // counts went down and were repaired
};

// The q-quantile, interpolated linearly within its bucket. Sorts and repairs `buckets`, which must
// not be empty; NaN without a +Inf bucket.
BucketQuantileResult BucketQuantile(double q, std::vector<Bucket>* buckets);

// The share of observations between two values. Where a first bucket of positive bounds begins:
// Prometheus 3.5 has it begin at -Inf, which leaves nothing to tell of values within it (NaN);
// newer ones at zero.
double BucketFraction(double lower, double upper, bool newer, std::vector<Bucket>* buckets);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_CLASSIC_HISTOGRAM_H_
