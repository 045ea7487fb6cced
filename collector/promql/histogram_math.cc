#include "collector/promql/histogram_math.h"

#include <bit>
#include <cmath>
#include <vector>

#include "collector/promql/exponential_bounds.h"
#include "collector/promql/histogram_buckets.h"
#include "collector/promql/histogram_custom.h"

namespace vedette::promql {
namespace {

using model::CounterReset;
using model::Histogram;
using model::HistogramBuckets;

bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

bool SameBits(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!SameBits(a[i], b[i])) return false;
  }
  return true;
}

std::vector<IndexedCount> Populated(const HistogramBuckets& side) {
  std::vector<IndexedCount> out = Expand(side);
  std::erase_if(out, [](const IndexedCount& bucket) { return bucket.count == 0; });
  return out;
}

// Empty buckets do not count: Prometheus' chunks give all their histograms the same ones.
bool SameSide(const HistogramBuckets& a, const HistogramBuckets& b) {
  if (a.spans == b.spans) return SameBits(a.counts, b.counts);
  const auto x = Populated(a);
  const auto y = Populated(b);
  if (x.size() != y.size()) return false;
  for (size_t i = 0; i < x.size(); ++i) {
    if (x[i].index != y[i].index || !SameBits(x[i].count, y[i].count)) return false;
  }
  return true;
}

// What is known of a reset before the sum of two. True when they contradict each other.
bool CombineHints(CounterReset other, CounterReset* hint) {
  if (other == *hint || *hint == CounterReset::kGauge) return false;
  if (other == CounterReset::kGauge) {
    *hint = CounterReset::kGauge;
    return false;
  }
  const bool collide = *hint != CounterReset::kUnknown && other != CounterReset::kUnknown;
  *hint = CounterReset::kUnknown;
  return collide;
}

// The zero count that `other` has at the threshold that both come to.
double ReconcileZeroBuckets(const Histogram& other, Histogram* h) {
  ZeroCount zero{other.zero_count_float, other.zero_threshold};
  while (zero.threshold != h->zero_threshold) {
    if (h->zero_threshold > zero.threshold) zero = ZeroCountAt(other, h->zero_threshold);
    if (zero.threshold > h->zero_threshold) WidenZeroBucket(ZeroCountAt(*h, zero.threshold), h);
  }
  return zero.count;
}

// The buckets of `from` without those that lie within the zero bucket.
std::vector<IndexedCount> OutsideOf(double threshold, int32_t schema,
                                    std::vector<IndexedCount> from) {
  size_t skip = 0;
  while (skip < from.size() && ExponentialBound(from[skip].index, schema) <= threshold) ++skip;
  from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(skip));
  return from;
}

bool BeginsOutside(double threshold, int32_t schema, const HistogramBuckets& side) {
  return side.spans.empty() || ExponentialBound(side.spans.front().offset, schema) > threshold;
}

std::vector<IndexedCount> MergeBuckets(const std::vector<IndexedCount>& a,
                                       const std::vector<IndexedCount>& b, double sign) {
  std::vector<IndexedCount> out;
  out.reserve(a.size() + b.size());
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (j == b.size() || (i < a.size() && a[i].index < b[j].index)) {
      out.push_back(a[i++]);
    } else if (i == a.size() || b[j].index < a[i].index) {
      out.push_back({b[j].index, sign * b[j].count});
      ++j;
    } else {
      out.push_back({a[i].index, a[i].count + sign * b[j].count});
      ++i;
      ++j;
    }
  }
  return out;
}

void MergeSide(const Histogram& other, const HistogramBuckets& from, int32_t own_schema,
               double sign, Histogram* h, HistogramBuckets* to) {
  // Series keep their layout from sample to sample.
  if (own_schema == other.schema && from.spans == to->spans &&
      (h->is_custom() || BeginsOutside(h->zero_threshold, own_schema, from))) {
    for (size_t i = 0; i < to->counts.size(); ++i) to->counts[i] += sign * from.counts[i];
    return;
  }
  if (h->is_custom()) {
    *to = Pack(MergeBuckets(Expand(*to), Expand(from), sign));
    return;
  }
  const auto own = Coarsen(Expand(*to), own_schema, h->schema);
  auto added = Coarsen(Expand(from), other.schema, h->schema);
  added = OutsideOf(h->zero_threshold, h->schema, std::move(added));
  *to = Pack(MergeBuckets(own, added, sign));
}

MergeOutcome Merge(const Histogram& other, double sign, MergeRules rules, Histogram* h) {
  MergeOutcome outcome;
  const bool bounds_differ = h->is_custom() && !SameBits(h->custom_bounds, other.custom_bounds);
  if (h->is_custom() != other.is_custom()) {
    outcome.problem = MergeProblem::kSchema;
  } else if (bounds_differ && rules == MergeRules::k35) {
    outcome.problem = MergeProblem::kBounds;
  }
  if (outcome.problem != MergeProblem::kNone) return outcome;
  if (sign > 0 || rules == MergeRules::k314) {
    outcome.reset_collision = CombineHints(other.reset, &h->reset);
  }
  if (!h->is_custom()) {
    const double zero_count = ReconcileZeroBuckets(other, h);
    h->zero_count_float += sign * zero_count;
  }
  h->count_float += sign * other.count_float;
  h->sum += sign * other.sum;
  if (bounds_differ) {
    outcome.bounds_reconciled = true;
    MergeCustom(other, sign, h);
    return outcome;
  }
  const int32_t own_schema = h->schema;
  if (!h->is_custom()) h->schema = std::min(own_schema, other.schema);
  MergeSide(other, other.positive, own_schema, sign, h, &h->positive);
  MergeSide(other, other.negative, own_schema, sign, h, &h->negative);
  return outcome;
}

void CompactSide(HistogramBuckets* side) {
  std::vector<IndexedCount> kept;
  for (const IndexedCount& bucket : Expand(*side)) {
    if (bucket.count != 0) kept.push_back(bucket);
  }
  *side = Pack(kept);
}

// Removes what WidenZeroBucket counted: all buckets from the zero bucket outwards that begin below
// the threshold.
void TrimSide(double threshold, bool positive, const Histogram& h, HistogramBuckets* side) {
  std::vector<IndexedCount> kept;
  for (const IndexedCount& bucket : Expand(*side)) {
    const BoundedBucket bounds = BoundsOf(h, bucket, positive);
    const double inner = positive ? bounds.lower : -bounds.upper;
    if (inner >= threshold && bucket.count != 0) kept.push_back(bucket);
  }
  *side = Pack(kept);
}

// Whether a bucket of `before` counts more than that of `now`.
bool AnyLess(const std::vector<IndexedCount>& now, const std::vector<IndexedCount>& before) {
  size_t i = 0;
  for (const IndexedCount& bucket : before) {
    while (i < now.size() && now[i].index < bucket.index) ++i;
    if (i == now.size() || now[i].index != bucket.index) {
      if (bucket.count != 0) return true;
    } else if (now[i].count < bucket.count) {
      return true;
    }
  }
  return false;
}

std::vector<IndexedCount> Comparable(const Histogram& h, const HistogramBuckets& side,
                                     double threshold, int32_t schema) {
  if (h.is_custom()) return Expand(side);
  return OutsideOf(threshold, schema, Coarsen(Expand(side), h.schema, schema));
}

// Whether one side of `before` counts more in any bucket than that of `h`.
bool SideIsLess(const Histogram& h, const Histogram& before, HistogramBuckets Histogram::*side) {
  const HistogramBuckets& now = h.*side;
  const HistogramBuckets& then = before.*side;
  const double threshold = h.zero_threshold;
  if (h.schema == before.schema && now.spans == then.spans &&
      (h.is_custom() || BeginsOutside(threshold, h.schema, now))) {
    for (size_t i = 0; i < now.counts.size(); ++i) {
      if (now.counts[i] < then.counts[i]) return true;
    }
    return false;
  }
  return AnyLess(Comparable(h, now, threshold, h.schema),
                 Comparable(before, then, threshold, h.schema));
}

bool AnyInfinite(const std::vector<double>& counts) {
  for (const double count : counts) {
    if (std::isinf(count)) return true;
  }
  return false;
}

template <typename F>
void ForEachCount(Histogram* h, const F& f) {
  f(&h->zero_count_float);
  f(&h->count_float);
  f(&h->sum);
  for (double& count : h->positive.counts) f(&count);
  for (double& count : h->negative.counts) f(&count);
}

}  // namespace

MergeOutcome Add(const Histogram& other, MergeRules rules, Histogram* h) {
  return Merge(other, 1, rules, h);
}

MergeOutcome Subtract(const Histogram& other, MergeRules rules, Histogram* h) {
  return Merge(other, -1, rules, h);
}

void Multiply(double factor, MergeRules rules, Histogram* h) {
  ForEachCount(h, [factor](double* count) { *count *= factor; });
  if (factor < 0 && rules == MergeRules::k314) h->reset = CounterReset::kGauge;
}

void Divide(double divisor, MergeRules rules, Histogram* h) {
  if (divisor == 0) {  // what infinite buckets there would be is not known
    h->positive = {};
    h->negative = {};
  }
  ForEachCount(h, [divisor](double* count) { *count /= divisor; });
  if (divisor < 0 && rules == MergeRules::k314) h->reset = CounterReset::kGauge;
}

void Compact(Histogram* h) {
  CompactSide(&h->positive);
  CompactSide(&h->negative);
}

Histogram AtSchema(const Histogram& h, int32_t schema) {
  Histogram out = h;
  if (h.is_custom() || schema >= h.schema) return out;
  out.schema = schema;
  out.positive = Pack(Coarsen(Expand(h.positive), h.schema, schema));
  out.negative = Pack(Coarsen(Expand(h.negative), h.schema, schema));
  return out;
}

bool IsReset(const Histogram& h, const Histogram& before, MergeRules rules) {
  if (h.reset == CounterReset::kReset) return true;
  if (h.reset == CounterReset::kNotReset) return false;
  if (h.count_float < before.count_float) return true;
  if (h.is_custom() != before.is_custom()) return true;
  if (h.is_custom() && !SameBits(h.custom_bounds, before.custom_bounds)) {
    return rules == MergeRules::k35 || AnyCustomLess(h, before);
  }
  if (h.schema > before.schema || h.zero_threshold < before.zero_threshold) return true;
  const ZeroCount zero = ZeroCountAt(before, h.zero_threshold);
  if (zero.threshold != h.zero_threshold || h.zero_count_float < zero.count) return true;
  return SideIsLess(h, before, &Histogram::positive) || SideIsLess(h, before, &Histogram::negative);
}

bool SameHistogram(const Histogram& a, const Histogram& b) {
  return a.schema == b.schema && SameBits(a.count_float, b.count_float) && SameBits(a.sum, b.sum) &&
         a.zero_threshold == b.zero_threshold && SameBits(a.zero_count_float, b.zero_count_float) &&
         SameBits(a.custom_bounds, b.custom_bounds) && SameSide(a.negative, b.negative) &&
         SameSide(a.positive, b.positive);
}

bool Overflows(const Histogram& h) {
  return std::isinf(h.zero_count_float) || std::isinf(h.count_float) || std::isinf(h.sum) ||
         AnyInfinite(h.positive.counts) || AnyInfinite(h.negative.counts);
}

size_t SamplesOf(const Histogram& h) {
  constexpr size_t kFixed = 168;  // what Prometheus' own structure takes
  const size_t words = h.positive.spans.size() + h.negative.spans.size() +
                       h.positive.counts.size() + h.negative.counts.size() + h.custom_bounds.size();
  return (kFixed + 8 * words + 8) / 16;
}

ZeroCount ZeroCountAt(const Histogram& h, double threshold) {
  if (threshold == h.zero_threshold) return {h.zero_count_float, threshold};
  const std::vector<BoundedBucket> positive = PositiveBuckets(h);
  const std::vector<BoundedBucket> negative = NegativeBuckets(h);
  while (true) {
    double count = h.zero_count_float;
    for (const BoundedBucket& bucket : positive) {
      if (bucket.lower >= threshold) break;
      count += bucket.count;
      if (bucket.upper <= threshold) continue;
      if (bucket.count != 0) threshold = bucket.upper;
      break;
    }
    bool again = false;  // the threshold grew: the positive side may have more below it
    for (const BoundedBucket& bucket : negative) {
      if (bucket.upper <= -threshold) break;
      count += bucket.count;
      if (bucket.lower >= -threshold) continue;
      if (bucket.count != 0) {
        threshold = -bucket.lower;
        again = true;
      }
      break;
    }
    if (!again) return {count, threshold};
  }
}

void WidenZeroBucket(const ZeroCount& zero, Histogram* h) {
  h->zero_count_float = zero.count;
  h->zero_threshold = zero.threshold;
  TrimSide(zero.threshold, true, *h, &h->positive);
  TrimSide(zero.threshold, false, *h, &h->negative);
}

}  // namespace vedette::promql
