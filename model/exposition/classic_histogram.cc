#include "model/exposition/classic_histogram.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "model/histogram_layout.h"

namespace vedette::model::exposition {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Runs of empty buckets that integer histograms keep, as upstream.
constexpr uint32_t kKeptRun = 2;

bool IsInteger(double count) { return count < 9.2e18 && count == std::trunc(count); }

}  // namespace

void ClassicHistogram::Clear() {
  buckets_.clear();
  count_.reset();
  sum_ = 0;
  is_bad_ = false;
}

void ClassicHistogram::SetBucket(double bound, double count) {
  if (is_bad_) return;
  is_bad_ = std::isnan(bound) || !(count >= 0) || buckets_.size() == kMaxBuckets;
  if (!is_bad_) buckets_.emplace_back(bound, count);
}

bool ClassicHistogram::PutInOrder() {
  std::stable_sort(buckets_.begin(), buckets_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto end = std::unique(buckets_.begin(), buckets_.end(),
                               [](const auto& a, const auto& b) { return a.first == b.first; });
  buckets_.erase(end, buckets_.end());
  return std::is_sorted(buckets_.begin(), buckets_.end(),
                        [](const auto& a, const auto& b) { return a.second < b.second; });
}

void ClassicHistogram::SetCount(double count) {
  if (!(count >= 0)) is_bad_ = true;
  count_ = count;
}

bool ClassicHistogram::FitsIntegers(double count) const {
  return IsInteger(count) && std::all_of(buckets_.begin(), buckets_.end(), [](const auto& bucket) {
           return IsInteger(bucket.second);
         });
}

std::optional<Histogram> ClassicHistogram::Convert() {
  if (is_bad_ || (!count_ && buckets_.empty()) || !PutInOrder()) return std::nullopt;
  const double count = count_ ? *count_ : buckets_.back().second;
  const bool has_last = !buckets_.empty() && buckets_.back().first == kInfinity;
  if (has_last && buckets_.back().second != count) return std::nullopt;

  Histogram out;
  out.schema = Histogram::kCustomSchema;
  out.sum = sum_;
  out.is_float = !FitsIntegers(count);
  double before = 0;
  int64_t last = 0;
  const auto add = [&](double cumulative) {
    const double inside = cumulative - before;
    before = cumulative;
    if (out.is_float) {
      out.positive.counts.push_back(inside);
    } else {
      out.positive.deltas.push_back(static_cast<int64_t>(inside) - last);
      last = static_cast<int64_t>(inside);
    }
  };
  for (const auto& [bound, cumulative] : buckets_) {
    if (bound != kInfinity) out.custom_bounds.push_back(bound);
    add(cumulative);
  }
  if (!has_last) add(count);
  out.positive.spans.push_back({0, static_cast<uint32_t>(out.custom_bounds.size() + 1)});
  if (out.is_float) {
    out.count_float = count;
  } else {
    out.count = static_cast<uint64_t>(count);
  }
  CompactBuckets(&out, out.is_float ? 0 : kKeptRun);
  if (!out.Validate().ok()) return std::nullopt;
  return out;
}

}  // namespace vedette::model::exposition
