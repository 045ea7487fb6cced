#include "collector/promql/histogram_buckets.h"

#include <algorithm>

#include "collector/promql/constants.h"
#include "collector/promql/exponential_bounds.h"

namespace vedette::promql {
namespace {

double BoundOf(const model::Histogram& histogram, int32_t index) {
  if (!histogram.is_custom()) return ExponentialBound(index, histogram.schema);
  if (index < 0) return -kInf;
  const auto at = static_cast<size_t>(index);
  return at < histogram.custom_bounds.size() ? histogram.custom_bounds[at] : kInf;
}

// A bucket that overlaps the zero bucket holds what is outside of it.
void CutAtZeroBucket(double threshold, BoundedBucket* bucket) {
  if (bucket->lower > 0 && bucket->lower < threshold) {
    bucket->lower = threshold;
  } else if (bucket->upper < 0 && bucket->upper > -threshold) {
    bucket->upper = -threshold;
  }
}

std::vector<BoundedBucket> SideBuckets(const model::Histogram& histogram, bool positive) {
  std::vector<BoundedBucket> out;
  for (const IndexedCount& bucket : Expand(positive ? histogram.positive : histogram.negative)) {
    out.push_back(BoundsOf(histogram, bucket, positive));
  }
  return out;
}

}  // namespace

std::vector<IndexedCount> Expand(const model::HistogramBuckets& side) {
  std::vector<IndexedCount> out;
  out.reserve(side.counts.size());
  int64_t index = 0;
  size_t next = 0;
  for (const model::HistogramSpan& span : side.spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length && next < side.counts.size(); ++i) {
      out.push_back({static_cast<int32_t>(index++), side.counts[next++]});
    }
  }
  return out;
}

model::HistogramBuckets Pack(const std::vector<IndexedCount>& buckets) {
  model::HistogramBuckets out;
  out.counts.reserve(buckets.size());
  int64_t end = 0;  // behind the last bucket
  for (const IndexedCount& bucket : buckets) {
    if (out.spans.empty() || bucket.index != end) {
      out.spans.push_back({static_cast<int32_t>(bucket.index - end), 0});
    }
    ++out.spans.back().length;
    out.counts.push_back(bucket.count);
    end = int64_t{bucket.index} + 1;
  }
  return out;
}

std::vector<IndexedCount> Coarsen(const std::vector<IndexedCount>& buckets, int32_t from,
                                  int32_t to) {
  if (from == to) return buckets;
  std::vector<IndexedCount> out;
  for (const IndexedCount& bucket : buckets) {
    const int32_t index = ((bucket.index - 1) >> (from - to)) + 1;
    if (out.empty() || out.back().index != index) {
      out.push_back({index, bucket.count});
    } else {
      out.back().count += bucket.count;
    }
  }
  return out;
}

BoundedBucket BoundsOf(const model::Histogram& histogram, const IndexedCount& bucket,
                       bool positive) {
  const double outer = BoundOf(histogram, bucket.index);
  const double inner = BoundOf(histogram, bucket.index - 1);
  BoundedBucket out;
  out.lower = positive ? inner : -outer;
  out.upper = positive ? outer : -inner;
  out.count = bucket.count;
  out.lower_inclusive = histogram.is_custom() ? bucket.index == 0 : out.lower < 0;
  out.upper_inclusive = histogram.is_custom() || out.upper > 0;
  return out;
}

BoundedBucket ZeroBucket(const model::Histogram& histogram) {
  return {-histogram.zero_threshold, histogram.zero_threshold, histogram.zero_count_float, true,
          true};
}

std::vector<BoundedBucket> PositiveBuckets(const model::Histogram& histogram) {
  return SideBuckets(histogram, true);
}

std::vector<BoundedBucket> NegativeBuckets(const model::Histogram& histogram) {
  return SideBuckets(histogram, false);
}

std::vector<BoundedBucket> AllBuckets(const model::Histogram& histogram) {
  std::vector<BoundedBucket> out = NegativeBuckets(histogram);
  std::reverse(out.begin(), out.end());
  if (histogram.zero_count_float > 0) out.push_back(ZeroBucket(histogram));
  const std::vector<BoundedBucket> positive = PositiveBuckets(histogram);
  out.insert(out.end(), positive.begin(), positive.end());
  for (BoundedBucket& bucket : out) CutAtZeroBucket(histogram.zero_threshold, &bucket);
  return out;
}

}  // namespace vedette::promql
