#include "exporters/runtime/telemetry_metrics.h"

#include <cstdlib>
#include <utility>

#include "base/distribution.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters {
namespace {

prometheus::MetricFamily ToFamily(const base::SummaryFamily& summary) {
  prometheus::MetricFamily family{summary.name, summary.help, prometheus::MetricType::Summary, {}};
  for (const base::SummaryFamily::Point& point : summary.points) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : point.labels) metric.label.push_back({name, value});
    for (const auto& [quantile, value] : point.quantiles) {
      metric.summary.quantile.push_back({std::strtod(quantile.c_str(), nullptr), value});
    }
    metric.summary.sample_sum = point.sum;
    metric.summary.sample_count = static_cast<uint64_t>(point.count);
    family.metric.push_back(std::move(metric));
  }
  return family;
}

}  // namespace

std::vector<prometheus::MetricFamily> TelemetryMetrics::Collect() const {
  FamilySink sink;
  std::vector<base::Telemetry::Family> collected = telemetry_->Collect();
  for (const base::SummaryFamily& summary : base::TakeSummaries(&collected)) {
    sink.Add(ToFamily(summary));
  }
  for (const base::Telemetry::Family& family : collected) {
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
