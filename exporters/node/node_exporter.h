#ifndef VEDETTE_EXPORTERS_NODE_NODE_EXPORTER_H_
#define VEDETTE_EXPORTERS_NODE_NODE_EXPORTER_H_

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "exporters/node/build_info.h"
#include "exporters/node/options.h"
#include "exporters/runtime/collector_set.h"
#include "exporters/runtime/exposer.h"
#include "exporters/runtime/process_metrics.h"
#include "exporters/runtime/telemetry_metrics.h"

namespace vedette::exporters::node {

// The node exporter: its collectors and the page they make. Knows no server; hand handler() to an
// ExporterServer, which must end first. Thread-safe after Make.
class NodeExporter {
 public:
  struct Environment {
    const base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    const base::Telemetry* telemetry = nullptr;  // our own counters, on the page too; may be null
    BuildInfo build;
    std::string metrics_path = "/metrics";  // --web.telemetry-path
    int max_requests = 40;                  // --web.max-requests
    bool exporter_metrics = true;           // --web.disable-exporter-metrics: process_*, vedette_*
  };

  // Fails on patterns that are none, on flags that exclude each other and on collectors that do not
  // exist, naming the flag.
  static base::StatusOr<std::unique_ptr<NodeExporter>> Make(NodeOptions options,
                                                            Environment environment);
  NodeExporter(const NodeExporter&) = delete;
  NodeExporter& operator=(const NodeExporter&) = delete;

  // Borrows this object.
  Handler handler() const;
  const CollectorSet& collectors() const { return *collectors_; }

 private:
  NodeExporter(NodeOptions options, const Environment& environment);
  base::Status MakeCollectors(const Environment& environment);
  void MakeExposer(const Environment& environment);

  const NodeOptions options_;
  const BuildInfoMetric build_info_;
  const ProcessMetrics process_;
  const TelemetryMetrics telemetry_;
  std::unique_ptr<CollectorSet> collectors_;
  std::unique_ptr<Exposer> exposer_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_NODE_EXPORTER_H_
