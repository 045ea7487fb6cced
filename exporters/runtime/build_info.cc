#include "exporters/runtime/build_info.h"

#include "base/strings.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters {
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
  sink.Gauge(program_ + "_build_info",
             base::Concat({"A metric with a constant '1' value labeled by version, revision, "
                           "branch, goversion from which ",
                           program_, " was built, and the goos and goarch for the build."}))
      .Add(1, {{"branch", "vedette"},
               {"goarch", kArchitecture},
               {"goos", "linux"},
               {"goversion", ""},
               {"revision", ""},
               {"tags", "unknown"},
               {"version", version_}});
  std::vector<prometheus::MetricFamily> families;
  sink.MoveTo(&families);
  return families;
}

}  // namespace vedette::exporters
