#include "model/otlp/native_histogram.h"

#include <limits>
#include <string>
#include <vector>

#include "base/strings.h"

namespace vedette::model::otlp {
namespace {

// Upstream's threshold where a point tells none.
constexpr double kDefaultZeroThreshold = 1e-128;
// Of empty buckets between two: written as such; more begin a span.
constexpr int64_t kMaxGap = 2;

// Writes buckets, given by ascending index, as spans and deltas.
class BucketWriter {
 public:
  explicit BucketWriter(HistogramBuckets* out) : out_(out) {}

  // Adds to the bucket of this index, which is not below the one before.
  base::Status Add(int64_t index, uint64_t count) {
    if (count == 0) return {};
    if (count > kMaxCount - pending_) return base::InvalidArgument("bucket counts overflow");
    if (pending_ > 0 && index != index_) Flush();
    index_ = index;
    pending_ += count;
    constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
    if (index >= -kMax && index <= kMax) return {};
    return base::InvalidArgument(
        base::Concat({"bucket index ", std::to_string(index), " is beyond 32 bits"}));
  }

  void Flush() {
    if (pending_ == 0) return;
    const int64_t gap = index_ - end_;
    if (out_->spans.empty() || gap > kMaxGap) {
      const int64_t offset = out_->spans.empty() ? index_ : gap;
      out_->spans.push_back({static_cast<int32_t>(offset), 0});
    } else {
      for (int64_t i = 0; i < gap; ++i) Append(0);
    }
    Append(static_cast<int64_t>(pending_));
    end_ = index_ + 1;
    pending_ = 0;
  }

 private:
  static constexpr uint64_t kMaxCount = std::numeric_limits<int64_t>::max();

  void Append(int64_t count) {
    ++out_->spans.back().length;
    out_->deltas.push_back(count - last_);
    last_ = count;
  }

  HistogramBuckets* const out_;
  int64_t index_ = 0;     // of the bucket under way
  uint64_t pending_ = 0;  // its count
  int64_t end_ = 0;       // behind the last that is written
  int64_t last_ = 0;      // its count
};

// `shift`: 2 to this many buckets become one. A bucket of OTLP has its lower bound as its index, a
// native one its upper.
base::Status AddBuckets(const ExponentialBuckets& from, int shift, HistogramBuckets* out) {
  BucketWriter writer(out);
  for (size_t i = 0; i < from.counts.size(); ++i) {
    const int64_t index = from.offset + static_cast<int64_t>(i);
    VEDETTE_RETURN_IF_ERROR(writer.Add((index >> shift) + 1, from.counts[i]));
  }
  writer.Flush();
  return {};
}

Histogram Begin(const Point& point, bool is_delta) {
  Histogram h;
  h.reset = is_delta ? CounterReset::kGauge : CounterReset::kUnknown;
  h.count = point.count;
  h.sum = point.sum.value_or(0);
  return h;
}

}  // namespace

base::StatusOr<Histogram> NativeHistogram(const Point& point, bool is_delta) {
  if (point.has_no_recorded_value) return StaleHistogram(false);
  if (point.scale < Histogram::kMinSchema) {
    return base::InvalidArgument(
        base::Concat({"found scale ", std::to_string(point.scale), "; allowed is ",
                      std::to_string(Histogram::kMinSchema), " and above"}));
  }
  // Of 2^31 finest buckets one is left after 31 shifts.
  constexpr int64_t kAllShifted = 62;
  const int64_t excess = std::max<int64_t>(int64_t{point.scale} - Histogram::kMaxSchema, 0);
  const int shift = static_cast<int>(std::min(excess, kAllShifted));
  Histogram h = Begin(point, is_delta);
  h.schema = std::min(point.scale, Histogram::kMaxSchema);
  h.zero_count = point.zero_count;
  h.zero_threshold = point.zero_threshold > 0 ? point.zero_threshold : kDefaultZeroThreshold;
  VEDETTE_RETURN_IF_ERROR(AddBuckets(point.positive, shift, &h.positive));
  VEDETTE_RETURN_IF_ERROR(AddBuckets(point.negative, shift, &h.negative));
  VEDETTE_RETURN_IF_ERROR(h.Validate());
  return h;
}

base::StatusOr<Histogram> CustomHistogram(const Point& point, bool is_delta) {
  if (point.has_no_recorded_value) return StaleHistogram(false);
  Histogram h = Begin(point, is_delta);
  h.schema = Histogram::kCustomSchema;
  h.custom_bounds = point.bounds;
  BucketWriter writer(&h.positive);
  for (size_t i = 0; i < point.bucket_counts.size(); ++i) {
    VEDETTE_RETURN_IF_ERROR(writer.Add(static_cast<int64_t>(i), point.bucket_counts[i]));
  }
  writer.Flush();
  VEDETTE_RETURN_IF_ERROR(h.Validate());
  return h;
}

base::Status CheckBounds(const Point& point) {
  const size_t bounds = point.bounds.size();
  const size_t buckets = point.bucket_counts.size();
  if (buckets != bounds + 1 && !(buckets == 0 && bounds == 0)) {
    return base::InvalidArgument(
        base::Concat({"found ", std::to_string(buckets), " buckets for ", std::to_string(bounds),
                      " bounds; there must be one more than bounds"}));
  }
  for (size_t i = 0; i < bounds; ++i) {
    const bool ascends = i == 0 ? point.bounds[i] == point.bounds[i]  // no NaN
                                : point.bounds[i] > point.bounds[i - 1];
    if (!ascends) {
      return base::InvalidArgument(
          base::Concat({"bounds do not ascend at number ", std::to_string(i + 1)}));
    }
  }
  return {};
}

}  // namespace vedette::model::otlp
