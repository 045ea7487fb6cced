#include "exporters/runtime/telemetry_metrics.h"

#include "exporters/runtime/family_sink.h"

namespace vedette::exporters {

std::vector<prometheus::MetricFamily> TelemetryMetrics::Collect() const {
  FamilySink sink;
  for (const base::Telemetry::Family& family : telemetry_->Collect()) {
    FamilyRef out = family.type == base::MetricType::kCounter
                        ? sink.Counter(family.name, family.help)
                        : sink.Gauge(family.name, family.help);
    std::vector<LabelRef> labels;
    for (const base::Telemetry::Point& point : family.points) {
      labels.clear();
      for (const auto& [name, value] : point.labels) labels.push_back({name, value});
      out.Add(point.value, labels);
    }
  }
  std::vector<prometheus::MetricFamily> families;
  sink.MoveTo(&families);
  return families;
}

}  // namespace vedette::exporters
