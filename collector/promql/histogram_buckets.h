#ifndef VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_BUCKETS_H_
#define VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_BUCKETS_H_

#include <cstdint>
#include <vector>

#include "model/histogram.h"

// The buckets of native histograms of floats, one by one.

namespace vedette::promql {

// A bucket by its index, which its histogram's schema gives a meaning.
struct IndexedCount {
  int32_t index = 0;
  double count = 0;
  friend bool operator==(const IndexedCount&, const IndexedCount&) = default;
};

// A side's buckets in ascending order of indexes, empty ones too; and back, in the fewest spans.
std::vector<IndexedCount> Expand(const model::HistogramBuckets& side);
model::HistogramBuckets Pack(const std::vector<IndexedCount>& buckets);

// The same buckets at a lower resolution: `to` <= `from`, both exponential.
std::vector<IndexedCount> Coarsen(const std::vector<IndexedCount>& buckets, int32_t from,
                                  int32_t to);

// A bucket by its bounds.
struct BoundedBucket {
  double lower = 0;
  double upper = 0;
  double count = 0;
  bool lower_inclusive = false;
  bool upper_inclusive = false;
};

// The bounds of a bucket of the positive or negative side.
BoundedBucket BoundsOf(const model::Histogram& histogram, const IndexedCount& bucket,
                       bool positive);
// The zero bucket; not of custom schemas.
BoundedBucket ZeroBucket(const model::Histogram& histogram);

// From the zero bucket outwards.
std::vector<BoundedBucket> PositiveBuckets(const model::Histogram& histogram);
std::vector<BoundedBucket> NegativeBuckets(const model::Histogram& histogram);
// All, lowest first: those next to a populated zero bucket begin where it ends.
std::vector<BoundedBucket> AllBuckets(const model::Histogram& histogram);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_BUCKETS_H_
