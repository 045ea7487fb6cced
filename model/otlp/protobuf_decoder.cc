#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "model/otlp/metrics.h"
#include "model/otlp/protobuf_point.h"
#include "model/protobuf_field.h"

namespace vedette::model::otlp {
namespace {

using protozero::pbf_reader;
using wire::kBytes;
using wire::kVarint;
using wire::TagAndType;
using wire::ToStd;

MetricKind KindOf(uint32_t tag) {
  switch (tag) {
    case 5:
      return MetricKind::kGauge;
    case 7:
      return MetricKind::kSum;
    case 9:
      return MetricKind::kHistogram;
    case 10:
      return MetricKind::kExponentialHistogram;
    case 11:
      return MetricKind::kSummary;
    default:
      return MetricKind::kNone;
  }
}

// What Sum and both histograms say beside their points, which come first on the wire.
void ReadData(pbf_reader message, Metric* metric) {
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(2, kVarint):
        metric->temporality = static_cast<Temporality>(message.get_enum());
        break;
      case TagAndType(3, kVarint):
        metric->is_monotonic = message.get_bool();
        break;
      default:
        message.skip();
    }
  }
}

base::Status VisitMetric(pbf_reader message, MetricsVisitor* visitor) {
  Metric metric;
  pbf_reader data;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(1, kBytes):
        metric.name = TextField(ToStd(message.get_view()));
        break;
      case TagAndType(2, kBytes):
        metric.description = TextField(ToStd(message.get_view()));
        break;
      case TagAndType(3, kBytes):
        metric.unit = TextField(ToStd(message.get_view()));
        break;
      default:
        if (KindOf(message.tag()) == MetricKind::kNone || message.wire_type() != kBytes) {
          message.skip();
          break;
        }
        metric.kind = KindOf(message.tag());
        data = message.get_message();
    }
  }
  ReadData(data, &metric);
  VEDETTE_RETURN_IF_ERROR(visitor->OnMetric(metric));
  while (data.next(1, kBytes)) {
    VEDETTE_RETURN_IF_ERROR(visitor->OnPoint(ReadPoint(metric.kind, ToStd(data.get_view()))));
  }
  return {};
}

// Fields may come in any order: what a scope or resource says of itself is read before what it
// holds.
base::Status VisitScope(pbf_reader message, MetricsVisitor* visitor) {
  Scope scope;
  std::string schema_url;
  for (pbf_reader first = message; first.next();) {
    switch (first.tag_and_type()) {
      case TagAndType(1, kBytes):
        scope = ReadScope(ToStd(first.get_view()), AddAttribute);
        break;
      case TagAndType(3, kBytes):
        schema_url = TextField(ToStd(first.get_view()));
        break;
      default:
        first.skip();
    }
  }
  scope.schema_url = std::move(schema_url);
  VEDETTE_RETURN_IF_ERROR(visitor->OnScope(scope));
  while (message.next(2, kBytes)) {
    VEDETTE_RETURN_IF_ERROR(VisitMetric(message.get_message(), visitor));
  }
  return {};
}

base::Status VisitResource(pbf_reader message, MetricsVisitor* visitor) {
  Resource resource;
  for (pbf_reader first = message; first.next(1, kBytes);) {
    pbf_reader fields = first.get_message();
    while (fields.next(1, kBytes)) AddAttribute(ToStd(fields.get_view()), &resource.attributes);
  }
  VEDETTE_RETURN_IF_ERROR(visitor->OnResource(resource));
  while (message.next(2, kBytes)) {
    VEDETTE_RETURN_IF_ERROR(VisitScope(message.get_message(), visitor));
  }
  return visitor->OnResourceEnd();
}

}  // namespace

base::Status DecodeProtobuf(std::string_view body, MetricsVisitor* visitor) {
  try {
    pbf_reader request(body.data(), body.size());
    while (request.next()) {
      if (request.tag_and_type() == TagAndType(1, kBytes)) {
        VEDETTE_RETURN_IF_ERROR(VisitResource(request.get_message(), visitor));
      } else {
        request.skip();
      }
    }
    return {};
  } catch (const TooMany& error) {
    return base::InvalidArgument(base::Concat({"OTLP metrics: ", error.what()}));
  } catch (const protozero::exception& error) {
    return base::InvalidArgument(
        base::Concat({"OTLP metrics: not an ExportMetricsServiceRequest: ", error.what()}));
  }
}

}  // namespace vedette::model::otlp
