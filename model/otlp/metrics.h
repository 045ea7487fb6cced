#ifndef VEDETTE_MODEL_OTLP_METRICS_H_
#define VEDETTE_MODEL_OTLP_METRICS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/otlp/any_value.h"

// OTLP metrics (opentelemetry-proto 1.x, ExportMetricsServiceRequest) as they are read: never whole
// in memory, but handed out data point by data point.

namespace vedette::model::otlp {

struct Resource {
  Attributes attributes;
};

struct Scope {
  std::string name;
  std::string version;
  std::string schema_url;
  Attributes attributes;
};

// kNone: the request names no kind that is known.
enum class MetricKind { kNone, kGauge, kSum, kHistogram, kExponentialHistogram, kSummary };
// By the numbers of the wire.
enum class Temporality { kUnspecified = 0, kDelta = 1, kCumulative = 2 };

struct Metric {
  std::string name;
  std::string description;
  std::string unit;
  MetricKind kind = MetricKind::kNone;
  Temporality temporality = Temporality::kUnspecified;  // sums and both histograms
  bool is_monotonic = false;                            // sums
};

struct Exemplar {
  uint64_t time_ns = 0;
  std::optional<double> value;
  std::string trace_id;  // bytes
  std::string span_id;
  Attributes attributes;
};

// Buckets of an exponential histogram: the first has the index `offset`.
struct ExponentialBuckets {
  int32_t offset = 0;
  std::vector<uint64_t> counts;
};

// A data point; which fields mean something the metric's kind says.
struct Point {
  Attributes attributes;
  uint64_t start_ns = 0;  // 0: unknown
  uint64_t time_ns = 0;
  bool has_no_recorded_value = false;  // the flag: the series has ended
  std::vector<Exemplar> exemplars;

  std::optional<double> value;  // gauges, sums

  uint64_t count = 0;         // histograms, summaries
  std::optional<double> sum;  // summaries always have one
  std::vector<uint64_t> bucket_counts;
  std::vector<double> bounds;

  int32_t scale = 0;  // exponential histograms
  uint64_t zero_count = 0;
  double zero_threshold = 0;
  ExponentialBuckets positive;
  ExponentialBuckets negative;

  std::vector<std::pair<double, double>> quantiles;  // summaries: quantile and value
};

// What a request may hold of each of these; more is InvalidArgument.
inline constexpr size_t kMaxAttributes = 4096;  // of one resource, scope, point or exemplar
inline constexpr size_t kMaxBuckets = 65'536;   // of one point; exemplars and quantiles as many

// Takes a request piece by piece, in this order: a resource, its scopes, their metrics, their
// points. An error ends the reading and is what Decode returns. On one thread.
class MetricsVisitor {
 public:
  virtual ~MetricsVisitor() = default;
  virtual base::Status OnResource(const Resource& resource) = 0;
  virtual base::Status OnScope(const Scope& scope) = 0;
  virtual base::Status OnMetric(const Metric& metric) = 0;
  virtual base::Status OnPoint(const Point& point) = 0;
  virtual base::Status OnResourceEnd() = 0;
};

// Reads an ExportMetricsServiceRequest. InvalidArgument for what is none. What has been handed out
// before an error is found was right as far as it went: who wants all or nothing keeps it until the
// end.
base::Status DecodeProtobuf(std::string_view body, MetricsVisitor* visitor);
// The same as JSON by the OTLP/JSON rules: lowerCamelCase or the fields' own names, ids in
// hexadecimal, enums by name or number, 64-bit numbers as text or number, unknown fields passed
// over. Errors name the field.
base::Status DecodeJson(std::string_view body, MetricsVisitor* visitor);

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_METRICS_H_
