#ifndef VEDETTE_EXPORTERS_RUNTIME_PROCESS_METRICS_H_
#define VEDETTE_EXPORTERS_RUNTIME_PROCESS_METRICS_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <optional>
#include <vector>

namespace vedette::exporters {

// The process_* metrics of this process that dashboards ask for, named as Go's client library names
// them; no go_*. What cannot be read is left out. Stateless, thread-safe.
class ProcessMetrics final : public prometheus::Collectable {
 public:
  ProcessMetrics();
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const std::optional<double> start_seconds_;  // since the epoch
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_PROCESS_METRICS_H_
