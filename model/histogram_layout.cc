#include "model/histogram_layout.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace vedette::model {
namespace {

// Counts wrap around instead of overflowing: what comes of nonsense is nonsense, and refused later.
int64_t Plus(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t Minus(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
double Plus(double a, double b) { return a + b; }

// The buckets that count something, by index, as one side of a histogram has them.
template <typename Count>
using Counted = std::vector<std::pair<int64_t, Count>>;

// The counts themselves: those of integer histograms are written as deltas.
std::vector<int64_t> Unfold(const std::vector<int64_t>& deltas) {
  std::vector<int64_t> counts;
  counts.reserve(deltas.size());
  int64_t count = 0;
  for (const int64_t delta : deltas) counts.push_back(count = Plus(count, delta));
  return counts;
}

bool SpansFit(const HistogramBuckets& side, size_t buckets) {
  uint64_t needed = 0;
  for (const HistogramSpan& span : side.spans) needed += span.length;
  return needed == buckets;
}

template <typename Count>
Counted<Count> NonEmpty(const std::vector<HistogramSpan>& spans, const std::vector<Count>& counts) {
  Counted<Count> out;
  int64_t index = 0;
  size_t next = 0;
  for (const HistogramSpan& span : spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length; ++i, ++index, ++next) {
      if (counts[next] != Count{}) out.emplace_back(index, counts[next]);
    }
  }
  return out;
}

void AddBucket(int64_t count, int64_t* last, HistogramBuckets* side) {
  side->deltas.push_back(Minus(count, *last));
  *last = count;
}
void AddBucket(double count, double*, HistogramBuckets* side) { side->counts.push_back(count); }

template <typename Count>
HistogramBuckets Lay(const Counted<Count>& counted, int64_t kept_run) {
  HistogramBuckets out;
  int64_t end = 0;  // index behind the last bucket laid
  Count last{};
  for (const auto& [index, count] : counted) {
    const int64_t gap = index - end;
    if (out.spans.empty() || gap > kept_run || gap < 0) {
      out.spans.push_back({static_cast<int32_t>(gap), 0});
    } else {
      for (int64_t i = 0; i < gap; ++i) AddBucket(Count{}, &last, &out);
      out.spans.back().length += static_cast<uint32_t>(gap);
    }
    AddBucket(count, &last, &out);
    ++out.spans.back().length;
    end = index + 1;
  }
  return out;
}

// Bucket i of 2^shift times the resolution falls into this one.
int64_t Wider(int64_t index, int shift) { return ((index - 1) >> shift) + 1; }

template <typename Count>
Counted<Count> Widen(const Counted<Count>& counted, int shift) {
  Counted<Count> out;
  for (const auto& [index, count] : counted) {
    const int64_t wider = Wider(index, shift);
    if (!out.empty() && out.back().first == wider) {
      out.back().second = Plus(out.back().second, count);
    } else {
      out.emplace_back(wider, count);
    }
  }
  return out;
}

template <typename Count>
void Relay(const std::vector<Count>& counts, int shift, int64_t kept_run, HistogramBuckets* side) {
  Counted<Count> counted = NonEmpty(side->spans, counts);
  if (shift > 0) counted = Widen(counted, shift);
  *side = Lay(counted, kept_run);
}

void Relay(bool is_float, int shift, int64_t kept_run, HistogramBuckets* side) {
  if (!SpansFit(*side, is_float ? side->counts.size() : side->deltas.size())) return;
  if (is_float) {
    const std::vector<double> counts = std::move(side->counts);
    Relay(counts, shift, kept_run, side);
  } else {
    Relay(Unfold(side->deltas), shift, kept_run, side);
  }
}

}  // namespace

void CompactBuckets(Histogram* histogram, uint32_t kept_run) {
  Relay(histogram->is_float, 0, kept_run, &histogram->positive);
  Relay(histogram->is_float, 0, kept_run, &histogram->negative);
}

void ReduceResolution(Histogram* histogram, int32_t schema) {
  schema = std::max(schema, Histogram::kMinSchema);
  if (histogram->is_custom() || schema >= histogram->schema) return;
  const int shift = histogram->schema - schema;
  if (shift > Histogram::kMaxSchema - Histogram::kMinSchema) return;  // of no schema there is
  Relay(histogram->is_float, shift, 0, &histogram->positive);
  Relay(histogram->is_float, shift, 0, &histogram->negative);
  histogram->schema = schema;
}

size_t BucketCount(const Histogram& histogram) {
  const auto count = [&histogram](const HistogramBuckets& side) {
    return histogram.is_float ? side.counts.size() : side.deltas.size();
  };
  return count(histogram.positive) + count(histogram.negative);
}

}  // namespace vedette::model
