#include "collector/promql/histogram_trim.h"

#include <cmath>
#include <vector>

#include "collector/promql/histogram_buckets.h"
#include "collector/promql/histogram_math.h"
#include "collector/promql/math.h"

namespace vedette::promql {
namespace {

using model::Histogram;

// Cuts buckets one by one and adds up what is left.
class Trimmer {
 public:
  Trimmer(double bound, bool upper) : bound_(bound), upper_(upper) {}

  // What is left of a bucket's count. `linear`: values lie evenly in it.
  double Keep(BoundedBucket bucket, bool linear) {
    if (bucket.count == 0) return 0;
    const bool whole = upper_ ? bucket.upper <= bound_ : bucket.lower >= bound_;
    const bool nothing = upper_ ? bucket.lower >= bound_ : bucket.upper <= bound_;
    const bool endless = std::isinf(bucket.lower) || std::isinf(bucket.upper);
    if (!whole) trimmed_ = true;
    if (nothing || (endless && !whole)) return whole ? Count(bucket, linear) : 0;
    if (whole) return Count(bucket, linear);
    const double below = bucket.count * FractionBelow(bucket, linear);
    if (upper_) {
      bucket.upper = bound_;
      bucket.count = below;
    } else {
      bucket.lower = bound_;
      bucket.count -= below;
    }
    return Count(bucket, linear);
  }

  bool trimmed() const { return trimmed_; }
  double count() const { return count_; }
  double sum() const { return sum_; }

 private:
  double FractionBelow(const BoundedBucket& bucket, bool linear) const {
    if (linear) return (bound_ - bucket.lower) / (bucket.upper - bucket.lower);
    const double log_lower = GoLog2(std::abs(bucket.lower));
    const double log_upper = GoLog2(std::abs(bucket.upper));
    const double log_bound = GoLog2(std::abs(bound_));
    if (bucket.lower > 0) return (log_bound - log_lower) / (log_upper - log_lower);
    return 1 - ((log_bound - log_upper) / (log_lower - log_upper));
  }

  static double Middle(const BoundedBucket& bucket, bool linear) {
    if (std::isinf(bucket.lower)) return bucket.upper;
    if (std::isinf(bucket.upper)) return bucket.lower;
    if (linear) return (bucket.lower + bucket.upper) / 2;
    const double middle = std::sqrt(std::abs(bucket.lower) * std::abs(bucket.upper));
    return bucket.lower < 0 ? -middle : middle;
  }

  double Count(const BoundedBucket& bucket, bool linear) {
    count_ += bucket.count;
    sum_ += bucket.count * Middle(bucket, linear);
    return bucket.count;
  }

  const double bound_;
  const bool upper_;
  bool trimmed_ = false;
  double count_ = 0;
  double sum_ = 0;
};

void TrimSide(const Histogram& h, bool positive, Trimmer* trimmer, model::HistogramBuckets* side) {
  std::vector<IndexedCount> buckets = Expand(*side);
  for (IndexedCount& bucket : buckets) {
    BoundedBucket bounds = BoundsOf(h, bucket, positive);
    // Custom buckets that reach above zero are taken to begin there.
    if (h.is_custom() && std::isinf(bounds.lower) && bounds.upper > 0) bounds.lower = 0;
    bucket.count = trimmer->Keep(bounds, h.is_custom());
  }
  *side = Pack(buckets);
}

BoundedBucket ClippedZeroBucket(const Histogram& h) {
  BoundedBucket bucket = ZeroBucket(h);
  const bool negatives = !h.negative.counts.empty();
  const bool positives = !h.positive.counts.empty();
  if (positives && !negatives) bucket.lower = 0;
  if (negatives && !positives) bucket.upper = 0;
  return bucket;
}

}  // namespace

void Trim(double bound, bool upper, Histogram* h) {
  Trimmer trimmer(bound, upper);
  const BoundedBucket zero = ClippedZeroBucket(*h);
  TrimSide(*h, true, &trimmer, &h->positive);
  TrimSide(*h, false, &trimmer, &h->negative);
  if (!h->is_custom() && zero.count > 0) h->zero_count_float = trimmer.Keep(zero, true);
  if (trimmer.trimmed()) {
    h->count_float = trimmer.count();
    h->sum = trimmer.count() == 0 ? 0 : trimmer.sum();
  }
  Compact(h);
}

}  // namespace vedette::promql
