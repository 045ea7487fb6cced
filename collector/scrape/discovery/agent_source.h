#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_AGENT_SOURCE_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_AGENT_SOURCE_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "collector/scrape/discovery/source.h"

namespace vedette::scrape {

// A page of a host whose agent announces itself.
struct AnnouncedTarget {
  std::string host;
  std::string id;       // the agent's
  std::string address;  // numeric; empty: it is not to be reached
  uint16_t port = 0;
  std::string path;
  bool tls = false;
  LabelPairs labels;    // the host's own
  std::string refused;  // not empty: not to be scraped now, and why; `up` is 0 then
};

// The hosts that announced themselves, as discovery needs them. Thread-safe; app joins it with
// those who know them.
class AnnouncedHosts {
 public:
  virtual ~AnnouncedHosts() = default;
  // The pages that are for `job`.
  virtual std::vector<AnnouncedTarget> Targets(const std::string& job) const = 0;
};

// Targets from agents that announce themselves (agent_sd_configs, ours). The labels of a target are
// host, instance (HOST:PORT), the host's own, and __meta_agent_host, __meta_agent_id,
// __meta_agent_address.
class AgentSource final : public Source {
 public:
  AgentSource(AgentSdConfig config, const AnnouncedHosts* hosts)
      : config_(std::move(config)), hosts_(hosts) {}

  Found Look(const std::set<std::string>& written, std::stop_token stop) override;
  int64_t refresh_ms() const override { return config_.refresh_ms; }
  bool AsksServers() const override { return false; }

 private:
  const AgentSdConfig config_;
  const AnnouncedHosts* const hosts_;  // null: there are none
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_AGENT_SOURCE_H_
