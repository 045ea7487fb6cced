#include <optional>
#include <string_view>

#include "base/strings.h"
#include "model/otlp/json_fields.h"
#include "model/otlp/json_point.h"
#include "model/otlp/metrics.h"

namespace vedette::model::otlp {
namespace json {
namespace {

Temporality TemporalityField(const object& from, Reading* reading) {
  constexpr std::string_view kName = "aggregationTemporality";
  const auto found = Find(from, kName);
  if (!found) return Temporality::kUnspecified;
  std::string_view text;
  if (found->get(text) == simdjson::SUCCESS) {
    if (text == "AGGREGATION_TEMPORALITY_CUMULATIVE") return Temporality::kCumulative;
    if (text == "AGGREGATION_TEMPORALITY_DELTA") return Temporality::kDelta;
    if (text == "AGGREGATION_TEMPORALITY_UNSPECIFIED") return Temporality::kUnspecified;
  }
  const auto number = WholeNumber<int64_t>(*found);
  if (!number) reading->Fail(kName, "a number or a name such as AGGREGATION_TEMPORALITY_DELTA");
  return static_cast<Temporality>(static_cast<int>(number.value_or(0)));
}

struct KindName {
  std::string_view name;
  MetricKind kind;
};
constexpr KindName kKinds[] = {{"gauge", MetricKind::kGauge},
                               {"sum", MetricKind::kSum},
                               {"histogram", MetricKind::kHistogram},
                               {"exponentialHistogram", MetricKind::kExponentialHistogram},
                               {"summary", MetricKind::kSummary}};

// Walks the request; the visitor's own errors end it too.
class Walk {
 public:
  explicit Walk(MetricsVisitor* visitor) : visitor_(visitor) {}

  base::Status Go(const object& request) {
    EachObject(request, "resourceMetrics", kNoLimit, &reading_,
               [this](const object& item) { WalkResource(item); });
    return reading_.status();
  }

 private:
  void WalkResource(const object& item) {
    Resource resource;
    if (const auto fields = ObjectField(item, "resource", &reading_)) {
      resource.attributes = AttributesField(*fields, "attributes", &reading_);
    }
    if (!reading_.ok() || !reading_.Took(visitor_->OnResource(resource))) return;
    EachObject(item, "scopeMetrics", kNoLimit, &reading_,
               [this](const object& scope) { WalkScope(scope); });
    if (reading_.ok()) reading_.Took(visitor_->OnResourceEnd());
  }

  void WalkScope(const object& item) {
    Scope scope;
    if (const auto fields = ObjectField(item, "scope", &reading_)) {
      scope.name = TextField(*fields, "name", &reading_);
      scope.version = TextField(*fields, "version", &reading_);
      scope.attributes = AttributesField(*fields, "attributes", &reading_);
    }
    scope.schema_url = TextField(item, "schemaUrl", &reading_);
    if (!reading_.ok() || !reading_.Took(visitor_->OnScope(scope))) return;
    EachObject(item, "metrics", kNoLimit, &reading_,
               [this](const object& metric) { WalkMetric(metric); });
  }

  void WalkMetric(const object& item) {
    Metric metric;
    metric.name = TextField(item, "name", &reading_);
    metric.description = TextField(item, "description", &reading_);
    metric.unit = TextField(item, "unit", &reading_);
    std::optional<object> data;
    for (const KindName& known : kKinds) {
      const auto found = ObjectField(item, known.name, &reading_);
      if (!found) continue;
      metric.kind = known.kind;
      data = found;
    }
    if (data) {
      metric.temporality = TemporalityField(*data, &reading_);
      metric.is_monotonic = BoolField(*data, "isMonotonic", &reading_);
    }
    if (!reading_.ok() || !reading_.Took(visitor_->OnMetric(metric)) || !data) return;
    EachObject(*data, "dataPoints", kNoLimit, &reading_, [&](const object& from) {
      const Point point = ReadPoint(metric.kind, from, &reading_);
      if (reading_.ok()) reading_.Took(visitor_->OnPoint(point));
    });
  }

  MetricsVisitor* const visitor_;
  Reading reading_;
};

}  // namespace
}  // namespace json

base::Status DecodeJson(std::string_view body, MetricsVisitor* visitor) {
  return json::ReadBody(body, "OTLP metrics", [visitor](const json::object& request) {
    return json::Walk(visitor).Go(request);
  });
}

}  // namespace vedette::model::otlp
