// node_service_* from the status files of runit's supervisors.
#include <unistd.h>

#include <cstring>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

// supervise/status: a TAI64N time, the process, and four flags.
constexpr size_t kStatusBytes = 20;
constexpr size_t kWant = 17;
constexpr size_t kState = 19;
// TAI64 counts from 2^62, ten seconds before the Unix epoch.
constexpr uint64_t kTaiOfEpoch = 4611686018427387914ull;

struct ServiceStatus {
  double state = 0;   // 0 down, 1 up, 2 finishing
  double wanted = 0;  // 0 down, 1 up
  double changed_at = 0;
};

std::optional<ServiceStatus> ParseStatus(std::string_view bytes) {
  if (bytes.size() < kStatusBytes) return std::nullopt;
  uint64_t tai = 0;
  for (size_t i = 0; i < 8; ++i) tai = tai << 8 | static_cast<unsigned char>(bytes[i]);
  ServiceStatus status;
  status.state = static_cast<unsigned char>(bytes[kState]);
  status.wanted = bytes[kWant] == 'u' ? 1 : 0;
  status.changed_at = static_cast<double>(static_cast<int64_t>(tai - kTaiOfEpoch));
  return status;
}

class Runit final : public Collector {
 public:
  explicit Runit(std::string folder) : folder_(std::move(folder)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> services,
                             ListFolder(folder_, [](std::string_view) { return true; }));
    FamilyRef state = sink->Gauge("node_service_state", "State of runit service.");
    FamilyRef desired =
        sink->Gauge("node_service_desired_state", "Desired state of runit service.");
    FamilyRef normal = sink->Gauge("node_service_normal_state", "Normal state of runit service.");
    FamilyRef changed = sink->Gauge("node_service_state_last_change_timestamp_seconds",
                                    "Unix timestamp of the last runit service state change.");
    for (const std::string& service : services) {
      const std::string path = base::Concat({folder_, "/", service});
      const auto bytes = file_.Read(path + "/supervise/status");
      const auto status = bytes.ok() ? ParseStatus(*bytes) : std::nullopt;
      if (!status) continue;  // not supervised
      const LabelRef labels[] = {{"service", service}, {"supervisor", "runit"}};
      state.Add(status->state, labels);
      desired.Add(status->wanted, labels);
      changed.Add(status->changed_at, labels);
      normal.Add(::access((path + "/down").c_str(), F_OK) == 0 ? 0 : 1, labels);
    }
    return base::Status();
  }

 private:
  const std::string folder_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeRunit(const CollectorContext& context) {
  return std::make_unique<Runit>(context.options->runit.service_folder);
}

}  // namespace vedette::exporters::node
