#ifndef VEDETTE_MODEL_HISTOGRAM_H_
#define VEDETTE_MODEL_HISTOGRAM_H_

#include <cstdint>
#include <vector>

#include "base/status.h"

namespace vedette::model {

// A run of consecutive buckets.
struct HistogramSpan {
  int32_t offset = 0;  // first span: index of its first bucket; others: buckets left out before
  uint32_t length = 0;
  friend bool operator==(const HistogramSpan&, const HistogramSpan&) = default;
};

// What is known of a reset of the counters before this sample. By the numbers of the wire.
enum class CounterReset : uint8_t { kUnknown = 0, kReset = 1, kNotReset = 2, kGauge = 3 };

// Of one sign: which buckets there are and what they count.
struct HistogramBuckets {
  std::vector<HistogramSpan> spans;
  std::vector<int64_t> deltas;  // integer: to the bucket before, the first to zero
  std::vector<double> counts;   // float: as they are
  bool empty() const { return spans.empty() && deltas.empty() && counts.empty(); }
};

// A native histogram, one sample of it: a value type. Integer and float ones differ in where their
// counts stand. Schema n of -4..8: bucket i of the positive side holds (2^((i-1)/2^n), 2^(i/2^n)],
// the negative side mirrors it, the zero bucket holds [-zero_threshold, zero_threshold]. Schema
// -53: `custom_bounds` are upper bounds, bucket i holds (bound i-1, bound i], one more goes up to
// +Inf; no negative side, no zero bucket.
struct Histogram {
  static constexpr int32_t kMinSchema = -4;
  static constexpr int32_t kMaxSchema = 8;
  static constexpr int32_t kCustomSchema = -53;

  bool is_float = false;
  CounterReset reset = CounterReset::kUnknown;
  int32_t schema = 0;
  double zero_threshold = 0;
  uint64_t zero_count = 0;  // integer
  uint64_t count = 0;
  double zero_count_float = 0;  // float
  double count_float = 0;
  double sum = 0;
  HistogramBuckets positive;
  HistogramBuckets negative;
  std::vector<double> custom_bounds;

  bool is_custom() const { return schema == kCustomSchema; }
  // A stale marker has the marker's NaN as its sum; nothing else of it counts.
  bool IsStale() const;
  // Upstream's rules: known schema; spans that ascend and fit the buckets; no negative count; the
  // count is that of all buckets together (at least that, where a NaN was observed; not asked of
  // floats); custom bounds finite and ascending. The message says which bucket or span.
  base::Status Validate() const;
  // The same as a float histogram.
  Histogram ToFloat() const;
  // What it takes in memory, itself included.
  size_t MemoryBytes() const;

  // To the bit: NaNs equal themselves, 0 is not -0; the reset hint counts, as does the layout.
  friend bool operator==(const Histogram& a, const Histogram& b);
};

// Schema -53's stale marker and every other's are the same.
Histogram StaleHistogram(bool is_float);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_HISTOGRAM_H_
