#ifndef VEDETTE_EXPORTERS_RUNTIME_TELEMETRY_METRICS_H_
#define VEDETTE_EXPORTERS_RUNTIME_TELEMETRY_METRICS_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

#include "base/telemetry.h"

namespace vedette::exporters {

// Our own vedette_* counters on an exporter's page. Thread-safe; borrows the telemetry.
class TelemetryMetrics final : public prometheus::Collectable {
 public:
  explicit TelemetryMetrics(const base::Telemetry* telemetry) : telemetry_(telemetry) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const base::Telemetry* const telemetry_;
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_TELEMETRY_METRICS_H_
