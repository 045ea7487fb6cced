#include "collector/promql/histogram_quantile.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/number_text.h"
#include "collector/promql/constants.h"
#include "collector/promql/histogram_buckets.h"
#include "collector/promql/math.h"

namespace vedette::promql {
namespace {

using model::Histogram;
using Note = HistogramQuantileResult::Note;

// The zero bucket of a histogram with values of one sign begins or ends at zero.
void ClipZeroBucket(const Histogram& h, BoundedBucket* bucket) {
  const bool negatives = !h.negative.counts.empty();
  const bool positives = !h.positive.counts.empty();
  if (!negatives && positives) bucket->lower = 0;
  if (negatives && !positives) bucket->upper = 0;
}

// Where in the histogram a quantile lies.
struct Found {
  BoundedBucket bucket;
  double count = 0;  // up to the end of the bucket, from the side that was counted from
};

Found FindRank(const std::vector<BoundedBucket>& buckets, double rank) {
  Found found;
  for (const BoundedBucket& bucket : buckets) {
    if (bucket.count == 0) continue;
    found.bucket = bucket;
    found.count += bucket.count;
    if (found.count >= rank) break;
  }
  return found;
}

double Interpolate(const Histogram& h, const BoundedBucket& bucket, double fraction) {
  if (h.is_custom() || (bucket.lower <= 0 && bucket.upper >= 0)) {
    return bucket.lower + (bucket.upper - bucket.lower) * fraction;
  }
  const double log_lower = GoLog2(std::abs(bucket.lower));
  const double log_upper = GoLog2(std::abs(bucket.upper));
  if (bucket.lower > 0) return GoExp2(log_lower + (log_upper - log_lower) * fraction);
  return -GoExp2(log_upper + (log_lower - log_upper) * (1 - fraction));
}

// How many values lie below v, which is within the bucket; `rank` lie below the bucket.
double RankWithin(const BoundedBucket& bucket, double rank, double v, bool linear) {
  if (linear) return rank + bucket.count * (v - bucket.lower) / (bucket.upper - bucket.lower);
  const double log_lower = GoLog2(std::abs(bucket.lower));
  const double log_upper = GoLog2(std::abs(bucket.upper));
  const double log_v = GoLog2(std::abs(v));
  const double fraction = v > 0 ? (log_v - log_lower) / (log_upper - log_lower)
                                : 1 - ((log_v - log_upper) / (log_lower - log_upper));
  return rank + bucket.count * fraction;
}

// Finds how many values lie below a bound while buckets go by.
class RankFinder {
 public:
  RankFinder(double bound, MergeRules rules) : bound_(bound), rules_(rules) {}

  void Visit(const BoundedBucket& bucket, double rank, bool linear) {
    if (found_) return;
    if (bucket.lower >= bound_) {
      rank_ = rank;
      found_ = true;
    } else if (bucket.upper > bound_) {
      const bool all_below = rules_ == MergeRules::k314 && bucket.lower == -kInf;
      rank_ = all_below ? rank + bucket.count : RankWithin(bucket, rank, bound_, linear);
      found_ = true;
    }
  }
  double Rank(double most) const { return !found_ || rank_ > most ? most : rank_; }

 private:
  const double bound_;
  const MergeRules rules_;
  double rank_ = 0;
  bool found_ = false;
};

void AppendBucketText(const BoundedBucket& bucket, std::string* out) {
  if (bucket.count == 0) return;
  *out += bucket.lower_inclusive ? ", [" : ", (";
  base::AppendFloatG(bucket.lower, out);
  *out += ',';
  base::AppendFloatG(bucket.upper, out);
  *out += bucket.upper_inclusive ? "]:" : "):";
  base::AppendFloatG(bucket.count, out);
}

}  // namespace

HistogramQuantileResult HistogramQuantile(double q, const Histogram& h) {
  if (q < 0) return {-kInf};
  if (q > 1) return {kInf};
  if (h.count_float == 0 || std::isnan(q)) return {NormalNan()};
  // NaNs are counted but in no bucket: then only the way from below finds the rank.
  const bool nans = std::isnan(h.sum);
  const bool from_below = nans || q < 0.5;
  std::vector<BoundedBucket> buckets = AllBuckets(h);
  if (!from_below) std::reverse(buckets.begin(), buckets.end());
  double rank = (from_below ? q : 1 - q) * h.count_float;
  Found found = FindRank(buckets, rank);
  BoundedBucket& bucket = found.bucket;
  if (h.is_custom()) {
    if (bucket.lower == -kInf) {
      if (bucket.upper <= 0) return {bucket.upper};
      bucket.lower = 0;
    } else if (bucket.upper == kInf) {
      return {bucket.lower};
    }
  } else if (bucket.lower < 0 && bucket.upper > 0) {
    ClipZeroBucket(h, &bucket);
  }
  const double count = std::min(found.count, h.count_float);
  if (count < rank) {
    if (nans) return {NormalNan(), Note::kNanResult};
    return {bucket.upper};
  }
  rank = from_below ? rank - (count - bucket.count) : count - rank;
  return {Interpolate(h, bucket, rank / bucket.count), nans ? Note::kSkewed : Note::kNone};
}

double HistogramFraction(double lower, double upper, MergeRules rules, const Histogram& h) {
  if (h.count_float == 0 || std::isnan(lower) || std::isnan(upper)) return NormalNan();
  if (lower >= upper) return 0;
  RankFinder lower_rank(lower, rules);
  RankFinder upper_rank(upper, rules);
  double rank = 0;
  for (BoundedBucket bucket : AllBuckets(h)) {
    const bool around_zero = bucket.lower <= 0 && bucket.upper >= 0;
    if (around_zero) ClipZeroBucket(h, &bucket);
    const bool linear = h.is_custom() || around_zero;
    lower_rank.Visit(bucket, rank, linear);
    upper_rank.Visit(bucket, rank, linear);
    rank += bucket.count;
  }
  const double most = std::isnan(h.sum) ? rank : h.count_float;
  return (upper_rank.Rank(most) - lower_rank.Rank(most)) / h.count_float;
}

double HistogramVariance(const Histogram& h) {
  const double mean = h.sum / h.count_float;
  KahanSum variance;
  for (const BoundedBucket& bucket : AllBuckets(h)) {
    if (bucket.count == 0) continue;
    double value = 0;
    if (h.is_custom()) {
      value = (bucket.upper + bucket.lower) / 2.0;
    } else if (!(bucket.lower <= 0 && bucket.upper >= 0)) {
      value = std::sqrt(bucket.upper * bucket.lower);
      if (bucket.upper < 0) value = -value;
    }
    const double delta = value - mean;
    variance.Add(bucket.count * delta * delta);
  }
  return (variance.sum + variance.compensation) / h.count_float;
}

std::string HistogramLabelText(const Histogram& h) {
  std::string out = "{count:";
  base::AppendFloatG(h.count_float, &out);
  out += ", sum:";
  base::AppendFloatG(h.sum, &out);
  std::vector<BoundedBucket> negative = NegativeBuckets(h);
  std::reverse(negative.begin(), negative.end());
  for (const BoundedBucket& bucket : negative) AppendBucketText(bucket, &out);
  if (!h.is_custom()) AppendBucketText(ZeroBucket(h), &out);
  for (const BoundedBucket& bucket : PositiveBuckets(h)) AppendBucketText(bucket, &out);
  return out + "}";
}

}  // namespace vedette::promql
