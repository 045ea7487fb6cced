#ifndef VEDETTE_EXPORTERS_PROCESS_PROCESS_EXPORTER_H_
#define VEDETTE_EXPORTERS_PROCESS_PROCESS_EXPORTER_H_

#include <memory>

#include "base/status.h"
#include "exporters/process/options.h"
#include "exporters/process/process_collector.h"
#include "exporters/runtime/build_info.h"
#include "exporters/runtime/collector_set.h"
#include "exporters/runtime/exporter.h"
#include "exporters/runtime/exposer.h"
#include "exporters/runtime/process_metrics.h"
#include "exporters/runtime/telemetry_metrics.h"

namespace vedette::exporters::process {

// The process-exporter release whose metrics these are, and its port.
inline constexpr char kUpstreamVersion[] = "0.8.7";
inline constexpr uint16_t kPort = 9256;

// The process exporter: what groups of processes use. Knows no server; hand handler() to an
// ExporterServer, which must end first. Thread-safe after Make.
class ProcessExporter final : public Exporter {
 public:
  // Fails on a configuration file that is missing or wrong (every problem with its line), and on
  // flags that do not go together.
  static base::StatusOr<std::unique_ptr<ProcessExporter>> Make(ProcessOptions options,
                                                               const Environment& environment);
  ProcessExporter(const ProcessExporter&) = delete;
  ProcessExporter& operator=(const ProcessExporter&) = delete;

  Handler handler() const override;
  // Reads the configuration file again. Groups keep what they have counted.
  base::Status Reload() override;

 private:
  ProcessExporter(ProcessOptions options, const Environment& environment);
  void MakeCollector(std::shared_ptr<const NameRules> rules);
  void MakeExposer();

  const ProcessOptions options_;
  const Environment environment_;
  const BuildInfoMetric build_info_;
  const ProcessMetrics process_;
  const TelemetryMetrics telemetry_;
  ProcessCollector* collector_ = nullptr;  // owned by collectors_
  std::unique_ptr<CollectorSet> collectors_;
  std::unique_ptr<Exposer> exposer_;
};

}  // namespace vedette::exporters::process

#endif  // VEDETTE_EXPORTERS_PROCESS_PROCESS_EXPORTER_H_
