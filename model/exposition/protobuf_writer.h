#ifndef VEDETTE_MODEL_EXPOSITION_PROTOBUF_WRITER_H_
#define VEDETTE_MODEL_EXPOSITION_PROTOBUF_WRITER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/exposition/protobuf_metric.h"
#include "model/exposition/writer.h"
#include "model/histogram.h"

// Prometheus' protobuf exposition as it is written: each family a message MetricFamily of package
// io.prometheus.client, its length before it. Names and label names are said as they are given.

namespace vedette::model::exposition {

// What a metric of a family says: an untyped value, or a native histogram of floats.
struct ProtobufPoint {
  std::span<const LabelView> labels;
  double value = 0;
  const Histogram* histogram = nullptr;  // null: `value`
  int64_t timestamp_ms = 0;
};

// Begins a family of this type; `points_bytes`: what AppendPoint will append for all of its points.
void BeginFamily(std::string_view name, MetricType type, uint64_t points_bytes, std::string* out);
// Appends a point to the family begun last.
void AppendPoint(const ProtobufPoint& point, std::string* out);

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_PROTOBUF_WRITER_H_
