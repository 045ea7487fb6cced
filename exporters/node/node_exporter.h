#ifndef VEDETTE_EXPORTERS_NODE_NODE_EXPORTER_H_
#define VEDETTE_EXPORTERS_NODE_NODE_EXPORTER_H_

#include <memory>

#include "base/status.h"
#include "exporters/node/options.h"
#include "exporters/runtime/build_info.h"
#include "exporters/runtime/collector_set.h"
#include "exporters/runtime/exporter.h"
#include "exporters/runtime/exposer.h"
#include "exporters/runtime/process_metrics.h"
#include "exporters/runtime/telemetry_metrics.h"

namespace vedette::exporters::node {

// The node_exporter release whose metrics these are.
inline constexpr char kUpstreamVersion[] = "1.11.1";

// The node exporter: its collectors and the page they make. Knows no server; hand handler() to an
// ExporterServer, which must end first. Thread-safe after Make.
class NodeExporter final : public Exporter {
 public:
  // Fails on patterns that are none, on flags that exclude each other and on collectors that do not
  // exist, naming the flag.
  static base::StatusOr<std::unique_ptr<NodeExporter>> Make(NodeOptions options,
                                                            const Environment& environment);
  NodeExporter(const NodeExporter&) = delete;
  NodeExporter& operator=(const NodeExporter&) = delete;

  Handler handler() const override;
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
