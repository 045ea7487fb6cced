#include "exporters/pve/request_metrics.h"

#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::pve {

void RequestMetrics::Know(const std::string& module) {
  base::MutexLock lock(mutex_);
  modules_.try_emplace(module);
}

void RequestMetrics::Count(const std::string& module, int64_t nanos, bool failed) {
  base::MutexLock lock(mutex_);
  Totals& totals = modules_[module];
  ++totals.count;
  totals.seconds += static_cast<double>(nanos) / 1e9;
  if (failed) ++totals.errors;
}

std::vector<prometheus::MetricFamily> RequestMetrics::Collect() const {
  prometheus::MetricFamily duration;
  duration.name = "pve_collection_duration_seconds";
  duration.help = "Duration of collections by the PVE exporter";
  duration.type = prometheus::MetricType::Summary;
  FamilySink sink;
  FamilyRef errors = sink.Counter("pve_request_errors_total", "Errors in requests to PVE exporter");
  base::MutexLock lock(mutex_);
  for (const auto& [module, totals] : modules_) {
    prometheus::ClientMetric& metric = duration.metric.emplace_back();
    metric.label.push_back({"module", module});
    metric.summary.sample_count = totals.count;
    metric.summary.sample_sum = totals.seconds;
    errors.Add(static_cast<double>(totals.errors), {{"module", module}});
  }
  sink.Add(std::move(duration));
  std::vector<prometheus::MetricFamily> families;
  sink.MoveTo(&families);
  return families;
}

}  // namespace vedette::exporters::pve
