#include "exporters/node/build_info.h"

#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::node {
namespace {

#if defined(__x86_64__)
constexpr char kArchitecture[] = "amd64";
#elif defined(__aarch64__)
constexpr char kArchitecture[] = "arm64";
#else
constexpr char kArchitecture[] = "unknown";
#endif

}  // namespace

std::vector<prometheus::MetricFamily> BuildInfoMetric::Collect() const {
  FamilySink sink;
  sink.Gauge("node_exporter_build_info",
             "A metric with a constant '1' value labeled by version, revision, branch, goversion "
             "from which node_exporter was built, and the goos and goarch for the build.")
      .Add(1, {{"branch", "vedette"},
               {"goarch", kArchitecture},
               {"goos", "linux"},
               {"goversion", ""},
               {"revision", info_.revision},
               {"tags", "unknown"},
               {"version", info_.version}});
  std::vector<prometheus::MetricFamily> families;
  sink.MoveTo(&families);
  return families;
}

}  // namespace vedette::exporters::node
