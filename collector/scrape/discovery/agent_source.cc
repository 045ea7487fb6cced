#include "collector/scrape/discovery/agent_source.h"

#include <utility>

#include "collector/scrape/discovery/host_port.h"

namespace vedette::scrape {
namespace {

// Stands in for the address of one that cannot be reached: such a target is never asked.
constexpr std::string_view kNoAddress = "unreachable.invalid";

TargetGroup GroupOfAnnounced(AnnouncedTarget target) {
  TargetGroup group;
  const std::string_view address = target.address.empty() ? kNoAddress : target.address;
  group.targets = {HostPort(address, target.port)};
  group.labels = std::move(target.labels);
  group.labels.insert(group.labels.end(), {{"host", target.host},
                                           {"instance", HostPort(target.host, target.port)},
                                           {"__scheme__", target.tls ? "https" : "http"},
                                           {"__metrics_path__", target.path},
                                           {"__meta_agent_address", target.address},
                                           {"__meta_agent_host", target.host},
                                           {"__meta_agent_id", target.id}});
  group.refused = std::move(target.refused);
  return group;
}

}  // namespace

Found AgentSource::Look(const std::set<std::string>& /*written*/, std::stop_token /*stop*/) {
  Found found;
  if (hosts_ == nullptr) return found;
  for (AnnouncedTarget& target : hosts_->Targets(config_.job)) {
    found.groups.push_back(GroupOfAnnounced(std::move(target)));
  }
  return found;
}

}  // namespace vedette::scrape
