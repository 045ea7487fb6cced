#include "app/agents_part.h"

#include <utility>

#include "app/host_name.h"
#include "base/strings.h"
#include "collector/api/time_text.h"

namespace vedette::app {
namespace {

constexpr uint16_t kNodePort = 9100;

// Why the host is not scraped now, "" where it is. The same text as long as it is the same silence.
std::string RefusedText(const agents::HostState& state) {
  if (!state.silent) return "";
  const agents::HostRecord& record = state.record;
  const int64_t since = state.heard_ms != 0 ? state.heard_ms : record.silent_since_ms;
  return base::Concat({"not scraped: the agent of ", record.host, " is silent since ",
                       since == 0 ? "before the collector's start" : api::FormatRfc3339(since)});
}

api::AnnouncedHostInfo ToInfo(agents::HostState state) {
  agents::HostRecord& record = state.record;
  api::AnnouncedHostInfo info;
  info.host = std::move(record.host);
  info.id = std::move(record.id);
  info.address = std::move(record.address);
  info.peer = std::move(record.peer);
  info.pages = std::move(record.pages);
  info.labels = std::move(record.labels);
  info.sends = record.sends;
  info.released = record.released;
  info.silent = state.silent;
  info.silent_seconds = static_cast<double>(state.silent_for_ms) / 1000;
  info.first_ms = record.first_ms;
  info.heard_ms = state.heard_ms;
  return info;
}

scrape::AnnouncedTarget ToTarget(const agents::HostState& state, const model::AnnouncedPage& page) {
  scrape::AnnouncedTarget target;
  target.host = state.record.host;
  target.id = state.record.id;
  target.address = state.record.address;
  target.port = page.port;
  target.path = page.path;
  target.tls = page.tls;
  target.labels = state.record.labels;
  target.refused = RefusedText(state);
  return target;
}

}  // namespace

base::StatusOr<std::unique_ptr<AgentsPart>> AgentsPart::Open(const World& world,
                                                             const Options& options) {
  std::unique_ptr<AgentsPart> part(new AgentsPart(options));
  base::DurableMap::Options state;
  state.dir = options.dir;
  state.name = "agents";
  state.fs = world.fs;
  state.clock = world.clock;
  state.log = world.logger;
  state.telemetry = world.telemetry;
  VEDETTE_ASSIGN_OR_RETURN(part->state_, base::DurableMap::Open(state));
  agents::Registry::Options registry;
  registry.state = part->state_.get();
  registry.clock = world.clock;
  registry.logger = world.logger;
  registry.telemetry = world.telemetry;
  registry.addresses = {options.allowed, HostName()};
  registry.silent_after_ms = options.silent_after_ms;
  registry.forget_after_ms = options.forget_after_ms;
  VEDETTE_ASSIGN_OR_RETURN(part->registry_, agents::Registry::Open(std::move(registry)));
  return part;
}

std::vector<api::AnnouncedHostInfo> AgentsPart::Hosts() const {
  std::vector<api::AnnouncedHostInfo> infos;
  for (agents::HostState& state : registry_->Hosts()) infos.push_back(ToInfo(std::move(state)));
  return infos;
}

std::vector<api::RefusedAgentInfo> AgentsPart::Refused() const {
  std::vector<api::RefusedAgentInfo> infos;
  for (agents::Refusal& refusal : registry_->Refused()) {
    infos.push_back({std::move(refusal.host), std::move(refusal.id), std::move(refusal.peer),
                     std::move(refusal.reason), refusal.count, refusal.last_ms});
  }
  return infos;
}

bool AgentsPart::IsOwnNode(const std::string& host, const model::AnnouncedPage& page) const {
  return options_.has_own_node && host == HostName() && page.job == "node" &&
         page.port == kNodePort;
}

std::vector<scrape::AnnouncedTarget> AgentsPart::Targets(const std::string& job) const {
  std::vector<scrape::AnnouncedTarget> targets;
  for (const agents::HostState& state : registry_->Hosts()) {
    // Who sends is heard by what it sends, its own `up` with it.
    if (state.record.sends && !state.silent) continue;
    for (const model::AnnouncedPage& page : state.record.pages) {
      if (page.job != job || IsOwnNode(state.record.host, page)) continue;
      targets.push_back(ToTarget(state, page));
    }
  }
  return targets;
}

}  // namespace vedette::app
