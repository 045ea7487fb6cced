#ifndef VEDETTE_EXPORTERS_NODE_BUILD_INFO_H_
#define VEDETTE_EXPORTERS_NODE_BUILD_INFO_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <string>
#include <vector>

namespace vedette::exporters::node {

// What node_exporter_build_info says. `version` is the node_exporter release whose metrics these
// are, for dashboards; `revision` is ours.
struct BuildInfo {
  std::string version = "1.11.1";
  std::string revision;
};

// node_exporter_build_info, with every label that upstream's has; those that only a Go program
// could fill are empty or say what we are. Immutable, thread-safe.
class BuildInfoMetric final : public prometheus::Collectable {
 public:
  explicit BuildInfoMetric(BuildInfo info) : info_(std::move(info)) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const BuildInfo info_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_BUILD_INFO_H_
