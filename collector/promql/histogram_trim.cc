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
    if (!whole) trimmed_ = true;
    if (whole) return Count(bucket, Middle(bucket, linear));
    if (nothing) return 0;
    if (std::isinf(bucket.lower) || std::isinf(bucket.upper)) return KeepEndless(bucket);
    const double below = bucket.count * FractionBelow(bucket, linear);
    if (upper_) {
      bucket.upper = bound_;
      bucket.count = below;
    } else {
      bucket.lower = bound_;
      bucket.count -= below;
    }
    return Count(bucket, Middle(bucket, linear));
  }

  double bound() const { return bound_; }
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

  // How values lie in a bucket without end is not known: those that are cut off from the side of
  // its end go whole, else all stay and count as the bound.
  double KeepEndless(const BoundedBucket& bucket) {
    const bool stays =
        upper_ ? std::isfinite(bucket.upper) && bucket.upper <= 0 : std::isfinite(bucket.lower);
    return stays ? Count(bucket, bound_) : 0;
  }

  double Count(const BoundedBucket& bucket, double middle) {
    count_ += bucket.count;
    sum_ += bucket.count * middle;
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
    // A first custom bucket that reaches above zero is taken to begin there.
    if (h.is_custom() && std::isinf(bounds.lower) && bounds.upper > 0 &&
        std::isfinite(bounds.upper) && trimmer->bound() >= 0) {
      bounds.lower = 0;
    }
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
