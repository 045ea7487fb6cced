#include "model/exposition/protobuf_writer.h"

#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

namespace vedette::model::exposition {
namespace {

using protozero::pbf_writer;

// Field numbers of the messages written.
namespace family_field {
constexpr uint32_t kName = 1;
constexpr uint32_t kType = 3;
constexpr uint32_t kMetric = 4;
}  // namespace family_field
namespace metric_field {
constexpr uint32_t kLabel = 1;
constexpr uint32_t kUntyped = 5;
constexpr uint32_t kTimestampMs = 6;
constexpr uint32_t kHistogram = 7;
}  // namespace metric_field
namespace histogram_field {
constexpr uint32_t kSum = 2;
constexpr uint32_t kCountFloat = 4;
constexpr uint32_t kSchema = 5;
constexpr uint32_t kZeroThreshold = 6;
constexpr uint32_t kZeroCountFloat = 8;
constexpr uint32_t kNegativeSpan = 9;
constexpr uint32_t kNegativeCount = 11;
constexpr uint32_t kPositiveSpan = 12;
constexpr uint32_t kPositiveCount = 14;
}  // namespace histogram_field

// Not packed, as proto2 has it.
void WriteBuckets(const HistogramBuckets& buckets, uint32_t span_field, uint32_t count_field,
                  pbf_writer* out) {
  for (const HistogramSpan& span : buckets.spans) {
    pbf_writer message(*out, span_field);
    message.add_sint32(1, span.offset);
    message.add_uint32(2, span.length);
  }
  for (const double count : buckets.counts) out->add_double(count_field, count);
}

void WriteHistogram(const Histogram& h, pbf_writer* out) {
  out->add_double(histogram_field::kSum, h.sum);
  out->add_double(histogram_field::kCountFloat, h.count_float);
  out->add_sint32(histogram_field::kSchema, h.schema);
  out->add_double(histogram_field::kZeroThreshold, h.zero_threshold);
  out->add_double(histogram_field::kZeroCountFloat, h.zero_count_float);
  WriteBuckets(h.negative, histogram_field::kNegativeSpan, histogram_field::kNegativeCount, out);
  WriteBuckets(h.positive, histogram_field::kPositiveSpan, histogram_field::kPositiveCount, out);
}

void AddText(pbf_writer* out, uint32_t field, std::string_view text) {
  out->add_string(field, text.data(), text.size());
}

}  // namespace

void BeginFamily(std::string_view name, MetricType type, uint64_t points_bytes, std::string* out) {
  std::string head;
  pbf_writer writer(head);
  AddText(&writer, family_field::kName, name);
  writer.add_enum(family_field::kType, static_cast<int32_t>(type));
  protozero::add_varint_to_buffer(out, head.size() + points_bytes);
  *out += head;
}

void AppendPoint(const ProtobufPoint& point, std::string* out) {
  pbf_writer family(*out);
  pbf_writer metric(family, family_field::kMetric);
  for (const LabelView& label : point.labels) {
    pbf_writer pair(metric, metric_field::kLabel);
    AddText(&pair, 1, label.name);
    AddText(&pair, 2, label.value);
  }
  if (point.histogram == nullptr) {
    pbf_writer untyped(metric, metric_field::kUntyped);
    untyped.add_double(1, point.value);
  }
  metric.add_int64(metric_field::kTimestampMs, point.timestamp_ms);
  if (point.histogram == nullptr) return;
  pbf_writer histogram(metric, metric_field::kHistogram);
  WriteHistogram(*point.histogram, &histogram);
}

}  // namespace vedette::model::exposition
