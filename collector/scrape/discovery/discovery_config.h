#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DISCOVERY_CONFIG_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DISCOVERY_CONFIG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http/client_config.h"

// Where a job's targets come from, as configured. Plain values.

namespace vedette::scrape {

using LabelPairs = std::vector<std::pair<std::string, std::string>>;

// Targets with labels in common: an entry of static_configs, or what a discovery found.
struct TargetGroup {
  std::vector<std::string> targets;  // host:port, each a target's __address__
  LabelPairs labels;                 // of all of them
  // Of each target, in the order of `targets`; empty: there are none.
  std::vector<LabelPairs> target_labels = {};
  std::string refused = {};  // not empty: none of them is scraped, and why; `up` is 0

  friend bool operator==(const TargetGroup&, const TargetGroup&) = default;
};

// file_sd_configs
struct FileSdConfig {
  std::vector<std::string> patterns;  // a '*' may stand in the last part; relative ones are joined
  int64_t refresh_ms = 300'000;       // besides whenever a file changes
};

// http_sd_configs
struct HttpSdConfig {
  std::string url;
  int64_t refresh_ms = 60'000;
  base::http::ClientConfig http;
};

enum class DnsType : uint16_t { kA = 1, kNs = 2, kMx = 15, kAaaa = 28, kSrv = 33 };
std::string_view DnsTypeName(DnsType type);

// dns_sd_configs
struct DnsSdConfig {
  std::vector<std::string> names;
  DnsType type = DnsType::kSrv;
  uint16_t port = 0;  // of targets whose records name none
  int64_t refresh_ms = 30'000;
};

// agent_sd_configs, ours: hosts whose agents announce themselves.
struct AgentSdConfig {
  std::string job;  // of the announced pages, those for this one
  int64_t refresh_ms = 5'000;
};

// One of the mechanisms. `key` is the same for the same configuration: what was found is kept over
// reloads by it, and jobs that ask the same share it.
template <typename Config>
struct Keyed {
  std::string key;
  Config config;
};

struct DiscoveryConfig {
  std::vector<TargetGroup> static_groups;
  std::vector<Keyed<AgentSdConfig>> agents;
  std::vector<Keyed<FileSdConfig>> files;
  std::vector<Keyed<HttpSdConfig>> http;
  std::vector<Keyed<DnsSdConfig>> dns;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DISCOVERY_CONFIG_H_
