#include "model/histogram.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "base/number_text.h"
#include "base/strings.h"
#include "model/sample.h"

namespace vedette::model {
namespace {

using base::Concat;
using base::InvalidArgument;

std::string Text(double v) {
  std::string text;
  base::AppendFloatG(v, &text);
  return text;
}

bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

bool SameBits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

bool Same(const HistogramBuckets& a, const HistogramBuckets& b) {
  return a.spans == b.spans && a.deltas == b.deltas && SameBits(a.counts, b.counts);
}

base::Status CheckSpans(const HistogramBuckets& buckets) {
  int64_t index = 0;
  uint64_t needed = 0;
  for (size_t i = 0; i < buckets.spans.size(); ++i) {
    const HistogramSpan& span = buckets.spans[i];
    if (i > 0 && span.offset < 0) {
      return InvalidArgument(Concat({"span ", std::to_string(i), " has the offset ",
                                     std::to_string(span.offset), "; allowed from 0 on"}));
    }
    index += span.offset + int64_t{span.length};
    needed += span.length;
    if (index > std::numeric_limits<int32_t>::max()) {
      return InvalidArgument(Concat({"span ", std::to_string(i), " ends beyond bucket 2^31"}));
    }
  }
  const size_t found = buckets.deltas.size() + buckets.counts.size();
  if (needed == found) return {};
  return InvalidArgument(Concat({"spans for ", std::to_string(needed), " buckets, found ",
                                 std::to_string(found), " buckets"}));
}

base::Status NegativeBucket(size_t i, const std::string& count) {
  return InvalidArgument(Concat({"bucket ", std::to_string(i), " counts ", count}));
}

// Adds what the buckets count to `total`.
base::Status CheckDeltas(const std::vector<int64_t>& deltas, uint64_t* total) {
  int64_t count = 0;
  for (size_t i = 0; i < deltas.size(); ++i) {
    if (__builtin_add_overflow(count, deltas[i], &count)) {
      return NegativeBucket(i, "more than 2^63");
    }
    if (count < 0) return NegativeBucket(i, std::to_string(count));
    if (__builtin_add_overflow(*total, static_cast<uint64_t>(count), total)) {
      return InvalidArgument("buckets together count more than 2^64");
    }
  }
  return {};
}

base::Status CheckCounts(const std::vector<double>& counts) {
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < 0) return NegativeBucket(i, Text(counts[i]));
  }
  return {};
}

base::Status CheckSide(const Histogram& histogram, const HistogramBuckets& side,
                       std::string_view name, uint64_t* total) {
  if (!(histogram.is_float ? side.deltas.empty() : side.counts.empty())) {
    return InvalidArgument(Concat({name, " side: buckets of integer and float mixed"}));
  }
  base::Status status = CheckSpans(side);
  if (status.ok()) status = CheckDeltas(side.deltas, total);
  if (status.ok()) status = CheckCounts(side.counts);
  return status.ok() ? status : base::Annotate(status, Concat({name, " side"}));
}

base::Status CheckBounds(const std::vector<double>& bounds) {
  for (size_t i = 0; i < bounds.size(); ++i) {
    if (std::isfinite(bounds[i]) && (i == 0 || bounds[i] > bounds[i - 1])) continue;
    return InvalidArgument(Concat({"custom bound ", std::to_string(i), " is ", Text(bounds[i]),
                                   i == 0 ? "" : Concat({" after ", Text(bounds[i - 1])}),
                                   "; allowed are finite bounds, each above the one before"}));
  }
  return {};
}

base::Status CheckCustom(const Histogram& h) {
  if (!h.negative.empty()) return InvalidArgument("custom buckets with negative ones");
  if (h.zero_count != 0 || h.zero_count_float != 0 || h.zero_threshold != 0) {
    return InvalidArgument("custom buckets with a zero bucket");
  }
  VEDETTE_RETURN_IF_ERROR(CheckBounds(h.custom_bounds));
  int64_t end = 0;
  for (const HistogramSpan& span : h.positive.spans) {
    if (span.offset < 0) {
      return InvalidArgument(
          Concat({"custom buckets: span with the offset ", std::to_string(span.offset)}));
    }
    end += span.offset + int64_t{span.length};
  }
  if (end <= static_cast<int64_t>(h.custom_bounds.size()) + 1) return {};
  return InvalidArgument(Concat({"custom buckets: spans up to bucket ", std::to_string(end - 1),
                                 " with ", std::to_string(h.custom_bounds.size()), " bounds"}));
}

base::Status CheckSchema(const Histogram& h) {
  if (h.is_custom()) return CheckCustom(h);
  if (h.schema < Histogram::kMinSchema || h.schema > Histogram::kMaxSchema) {
    return InvalidArgument(
        Concat({"schema ", std::to_string(h.schema), "; allowed are -4 to 8 and -53"}));
  }
  if (!h.custom_bounds.empty()) return InvalidArgument("exponential buckets with custom bounds");
  return {};
}

base::Status CheckTotal(const Histogram& h, uint64_t in_buckets) {
  uint64_t total = 0;
  if (__builtin_add_overflow(in_buckets, h.zero_count, &total)) {
    return InvalidArgument("buckets together count more than 2^64");
  }
  // An observed NaN is in the count and in no bucket.
  if (std::isnan(h.sum) ? total <= h.count : total == h.count) return {};
  return InvalidArgument(
      Concat({"buckets count ", std::to_string(total), ", the whole ", std::to_string(h.count)}));
}

HistogramBuckets ToFloat(const HistogramBuckets& buckets) {
  HistogramBuckets out;
  out.spans = buckets.spans;
  out.counts.reserve(buckets.deltas.size());
  int64_t count = 0;  // summed as doubles, deltas over 2^53 could leave less than nothing
  for (const int64_t delta : buckets.deltas) {
    count += delta;
    out.counts.push_back(static_cast<double>(count));
  }
  return out;
}

size_t HeapBytes(const HistogramBuckets& buckets) {
  return buckets.spans.capacity() * sizeof(HistogramSpan) +
         buckets.deltas.capacity() * sizeof(int64_t) + buckets.counts.capacity() * sizeof(double);
}

}  // namespace

bool Histogram::IsStale() const { return IsStaleNan(sum); }

base::Status Histogram::Validate() const {
  VEDETTE_RETURN_IF_ERROR(CheckSchema(*this));
  uint64_t in_buckets = 0;
  VEDETTE_RETURN_IF_ERROR(CheckSide(*this, negative, "negative", &in_buckets));
  VEDETTE_RETURN_IF_ERROR(CheckSide(*this, positive, "positive", &in_buckets));
  if (!is_float) return CheckTotal(*this, in_buckets);
  if (zero_count_float < 0) {
    return InvalidArgument(Concat({"zero bucket counts ", Text(zero_count_float)}));
  }
  if (count_float < 0) return InvalidArgument(Concat({"count is ", Text(count_float)}));
  return {};
}

Histogram Histogram::ToFloat() const {
  if (is_float) return *this;
  Histogram out;
  out.is_float = true;
  out.reset = reset;
  out.schema = schema;
  out.zero_threshold = zero_threshold;
  out.zero_count_float = static_cast<double>(zero_count);
  out.count_float = static_cast<double>(count);
  out.sum = sum;
  out.positive = model::ToFloat(positive);
  out.negative = model::ToFloat(negative);
  out.custom_bounds = custom_bounds;
  return out;
}

size_t Histogram::MemoryBytes() const {
  return sizeof(*this) + HeapBytes(positive) + HeapBytes(negative) +
         custom_bounds.capacity() * sizeof(double);
}

bool operator==(const Histogram& a, const Histogram& b) {
  return a.is_float == b.is_float && a.reset == b.reset && a.schema == b.schema &&
         SameBits(a.zero_threshold, b.zero_threshold) && a.zero_count == b.zero_count &&
         a.count == b.count && SameBits(a.zero_count_float, b.zero_count_float) &&
         SameBits(a.count_float, b.count_float) && SameBits(a.sum, b.sum) &&
         Same(a.positive, b.positive) && Same(a.negative, b.negative) &&
         SameBits(a.custom_bounds, b.custom_bounds);
}

Histogram StaleHistogram(bool is_float) {
  Histogram histogram;
  histogram.is_float = is_float;
  histogram.sum = StaleNan();
  return histogram;
}

}  // namespace vedette::model
