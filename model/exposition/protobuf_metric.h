#ifndef VEDETTE_MODEL_EXPOSITION_PROTOBUF_METRIC_H_
#define VEDETTE_MODEL_EXPOSITION_PROTOBUF_METRIC_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/exposition/reader.h"
#include "model/histogram.h"

// The messages of package io.prometheus.client, as far as a scrape needs them. Internal to
// exposition.

namespace vedette::model::exposition {

// By the numbers of the wire.
enum class MetricType : uint64_t {
  kCounter = 0,
  kGauge = 1,
  kSummary = 2,
  kUntyped = 3,
  kHistogram = 4,
  kGaugeHistogram = 5,
};

inline bool IsHistogram(MetricType type) {
  return type == MetricType::kHistogram || type == MetricType::kGaugeHistogram;
}

// One message Metric. Texts are views into the page; the vectors keep their memory from metric to
// metric. Fields that are not sent are zero, as the format has it.
struct ProtobufMetric {
  // Present where the pointer is not null.
  using Message = std::string_view;

  struct Bucket {
    double cumulative = 0;
    double upper_bound = 0;
    Message exemplar;
  };

  std::vector<std::pair<std::string_view, std::string_view>> labels;
  int64_t timestamp_ms = 0;
  int64_t start_ms = 0;

  double value = 0;  // counters, gauges, untyped
  Message exemplar;  // counters

  double count = 0;  // summaries, histograms: classic
  double sum = 0;
  std::vector<std::pair<double, double>> quantiles;
  std::vector<Bucket> buckets;
  Histogram native;  // but for `count` and `sum`, which it shares, complete
  std::vector<Message> exemplars;
  bool is_native = false;  // has a native side at all

  void Clear();
};

// Reads a Metric of a family of this type. InvalidArgument names the field. More than 65,536
// labels, buckets, spans, quantiles or exemplars are refused: memory is taken for what is there,
// but a page has bytes enough to ask for twenty times its size.
base::Status DecodeMetric(std::string_view message, MetricType type, ProtobufMetric* out);

base::Status DecodeExemplar(std::string_view message, Exemplar* out);

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_PROTOBUF_METRIC_H_
