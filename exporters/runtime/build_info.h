#ifndef VEDETTE_EXPORTERS_RUNTIME_BUILD_INFO_H_
#define VEDETTE_EXPORTERS_RUNTIME_BUILD_INFO_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <string>
#include <vector>

namespace vedette::exporters {

// PROGRAM_build_info, with every label that client_golang's has; those that only a Go program could
// fill are empty or say what we are. Immutable, thread-safe.
class BuildInfoMetric final : public prometheus::Collectable {
 public:
  // `program` is upstream's name, "node_exporter"; `version` is the release of it whose metrics
  // these are, for dashboards.
  BuildInfoMetric(std::string program, std::string version)
      : program_(std::move(program)), version_(std::move(version)) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const std::string program_;
  const std::string version_;
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_BUILD_INFO_H_
