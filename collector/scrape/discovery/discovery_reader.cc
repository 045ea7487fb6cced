#include "collector/scrape/discovery/discovery_reader.h"

#include <algorithm>
#include <array>

#include "base/codec/bytes.h"
#include "base/http/url.h"
#include "base/strings.h"

namespace vedette::scrape {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;

// Every mechanism of upstream that needs a service's own API.
constexpr std::array<std::string_view, 29> kOthers = {
    "azure_sd_configs",     "consul_sd_configs",      "digitalocean_sd_configs",
    "docker_sd_configs",    "dockerswarm_sd_configs", "ec2_sd_configs",
    "ecs_sd_configs",       "eureka_sd_configs",      "gce_sd_configs",
    "hetzner_sd_configs",   "ionos_sd_configs",       "kubernetes_sd_configs",
    "kuma_sd_configs",      "lightsail_sd_configs",   "linode_sd_configs",
    "marathon_sd_configs",  "nerve_sd_configs",       "nomad_sd_configs",
    "oci_sd_configs",       "openstack_sd_configs",   "outscale_sd_configs",
    "ovhcloud_sd_configs",  "puppetdb_sd_configs",    "scaleway_sd_configs",
    "serverset_sd_configs", "stackit_sd_configs",     "triton_sd_configs",
    "uyuni_sd_configs",     "vultr_sd_configs"};

constexpr std::array<DnsType, 5> kDnsTypes = {DnsType::kA, DnsType::kAaaa, DnsType::kMx,
                                              DnsType::kNs, DnsType::kSrv};

constexpr std::array<std::string_view, 6> kFileEndings = {".json", ".yml", ".yaml",
                                                          ".JSON", ".YML", ".YAML"};

void Flatten(const Node& node, std::string* out) {
  *out += node.quoted ? '"' : '.';
  base::PutString(node.scalar, out);
  for (const Node& item : node.items) Flatten(item, out);
  *out += '[';
  for (const auto& [name, value] : node.entries) {
    base::PutString(name, out);
    Flatten(value, out);
  }
  *out += ']';
}

// The same for sections that say the same; holds no secret that stands in them.
std::string KeyOf(std::string_view mechanism, const Node& node, std::string_view folder) {
  std::string text(folder);
  Flatten(node, &text);
  const base::Hash128Value hash = base::Hash128(text);
  return base::Concat({mechanism, " ", std::to_string(hash.high), std::to_string(hash.low)});
}

void CheckLabels(const Node& node, const std::string& field, const LabelPairs& labels,
                 Problems* problems) {
  for (const auto& [name, value] : labels) {
    if (name.empty() || !base::IsValidUtf8(name)) {
      problems->Add(node, field, base::Concat({base::GoQuote(name), " is not a valid label name"}));
    }
    if (!base::IsValidUtf8(value)) {
      problems->Add(node, field,
                    base::Concat({base::GoQuote(value), " is not a valid label value"}));
    }
  }
}

// Upstream's patFileSDName: '*' in the last part only, and a known ending.
bool IsFilePattern(std::string_view text) {
  const size_t star = text.find('*');
  if (star != text.npos &&
      (text.find('/', star) != text.npos || text.find('*', star + 1) != text.npos)) {
    return false;
  }
  return std::any_of(kFileEndings.begin(), kFileEndings.end(),
                     [text](std::string_view ending) { return base::EndsWith(text, ending); });
}

void ReadRefresh(MapReader* map, int64_t* refresh_ms) {
  const int64_t usual = *refresh_ms;
  map->Duration("refresh_interval", refresh_ms);
  if (*refresh_ms == 0) *refresh_ms = usual;
}

FileSdConfig ReadFileSd(const Node& node, const std::string& field, const std::string& path,
                        Problems* problems) {
  FileSdConfig config;
  MapReader map(node, field, problems);
  map.StringList("files", &config.patterns);
  ReadRefresh(&map, &config.refresh_ms);
  map.Finish();
  if (config.patterns.empty()) {
    problems->Add(node, field + ".files",
                  "file service discovery config must contain at least one path name");
  }
  for (std::string& pattern : config.patterns) {
    if (!IsFilePattern(pattern)) {
      problems->Add(node, field + ".files",
                    base::Concat({"path name ", base::GoQuote(pattern),
                                  " is not valid for file discovery; allowed: names that end in "
                                  ".json, .yml or .yaml, with one '*' in their last part"}));
    }
    pattern = base::http::BesideConfig(path, pattern);
  }
  return config;
}

void CheckUrl(const Node& node, const std::string& field, const std::string& text,
              Problems* problems) {
  if (text.empty()) return problems->Add(node, field, "URL is missing");
  const std::string lower = base::ToLowerAscii(text.substr(0, 8));
  if (!base::StartsWith(lower, "http://") && !base::StartsWith(lower, "https://")) {
    return problems->Add(node, field, "URL scheme must be 'http' or 'https'");
  }
  const size_t host = text.find("://") + 3;
  if (host == text.size() || text[host] == '/' || text[host] == '?') {
    return problems->Add(node, field, "host is missing in URL");
  }
  const auto url = base::http::ParseUrl(text);
  if (!url.ok()) problems->Add(node, field, base::Message(url.status()));
}

HttpSdConfig ReadHttpSd(const Node& node, const std::string& field, const std::string& path,
                        Problems* problems, Problems* unsupported) {
  HttpSdConfig config;
  MapReader map(node, field, problems);
  map.String("url", &config.url);
  ReadRefresh(&map, &config.refresh_ms);
  base::http::ReadClientConfig(&map, path, &config.http, unsupported);
  map.Finish();
  CheckUrl(node, field + ".url", config.url, problems);
  return config;
}

DnsSdConfig ReadDnsSd(const Node& node, const std::string& field, Problems* problems) {
  DnsSdConfig config;
  MapReader map(node, field, problems);
  map.StringList("names", &config.names);
  std::string type(DnsTypeName(config.type));
  map.String("type", &type);
  int64_t port = 0;
  map.Int("port", 0, 65535, &port);
  config.port = static_cast<uint16_t>(port);
  ReadRefresh(&map, &config.refresh_ms);
  map.Finish();
  if (config.names.empty()) {
    problems->Add(node, field + ".names",
                  "DNS-SD config must contain at least one SRV record name");
  }
  const auto known = std::find_if(kDnsTypes.begin(), kDnsTypes.end(), [&type](DnsType one) {
    return base::EqualsIgnoreCase(type, DnsTypeName(one));
  });
  if (known == kDnsTypes.end()) {
    problems->Add(node, field + ".type",
                  base::Concat({"invalid DNS-SD records type ", base::GoQuote(type),
                                "; allowed: A, AAAA, MX, NS, SRV"}));
    return config;
  }
  config.type = *known;
  if (config.type != DnsType::kSrv && config.port == 0) {
    problems->Add(node, field + ".port",
                  "a port is required in DNS-SD configs for all record types except SRV");
  }
  return config;
}

AgentSdConfig ReadAgentSd(const Node& node, const std::string& field, Problems* problems) {
  AgentSdConfig config;
  MapReader map(node, field, problems);
  map.String("job", &config.job);
  ReadRefresh(&map, &config.refresh_ms);
  map.Finish();
  if (config.job.empty()) {
    problems->Add(node, field + ".job",
                  "job is missing; allowed: the name of an exporter as agents announce it, such as "
                  "node or redis");
  }
  return config;
}

bool IsPresent(const Node& node, const std::string& field, Problems* problems) {
  if (node.kind != Node::Kind::kNull) return true;
  problems->Add(node, field, "empty or null section in service discovery config");
  return false;
}

}  // namespace

std::string_view DnsTypeName(DnsType type) {
  switch (type) {
    case DnsType::kA:
      return "A";
    case DnsType::kNs:
      return "NS";
    case DnsType::kMx:
      return "MX";
    case DnsType::kAaaa:
      return "AAAA";
    case DnsType::kSrv:
      break;
  }
  return "SRV";
}

bool IsTargetAddress(std::string_view text) {
  return !text.empty() && text.find('/') == text.npos && text.find_first_of(" \t\n") == text.npos &&
         base::IsValidUtf8(text);
}

TargetGroup ReadTargetGroup(const Node& node, const std::string& field, Problems* problems) {
  TargetGroup group;
  MapReader map(node, field, problems);
  map.StringList("targets", &group.targets);
  map.StringMap("labels", &group.labels);
  map.Finish();
  CheckLabels(node, field + ".labels", group.labels, problems);
  return group;
}

void ReadDiscoveries(MapReader* map, const std::string& config_path, DiscoveryConfig* out,
                     Problems* unsupported) {
  Problems* const problems = map->problems();
  const size_t slash = config_path.rfind('/');
  const std::string folder = config_path.substr(0, slash == std::string::npos ? 0 : slash);
  map->Each("static_configs", [&](const Node& node, const std::string& field) {
    if (!IsPresent(node, field, problems)) return;
    TargetGroup group = ReadTargetGroup(node, field, problems);
    for (const std::string& target : group.targets) {
      if (IsTargetAddress(target)) continue;
      problems->Add(node, field + ".targets",
                    base::Concat({base::GoQuote(target), " is not a valid hostname"}));
    }
    out->static_groups.push_back(std::move(group));
  });
  map->Each("agent_sd_configs", [&](const Node& node, const std::string& field) {
    if (!IsPresent(node, field, problems)) return;
    out->agents.push_back({KeyOf("agent", node, ""), ReadAgentSd(node, field, problems)});
  });
  map->Each("file_sd_configs", [&](const Node& node, const std::string& field) {
    if (!IsPresent(node, field, problems)) return;
    out->files.push_back(
        {KeyOf("file", node, folder), ReadFileSd(node, field, config_path, problems)});
  });
  map->Each("http_sd_configs", [&](const Node& node, const std::string& field) {
    if (!IsPresent(node, field, problems)) return;
    out->http.push_back(
        {KeyOf("http", node, folder), ReadHttpSd(node, field, config_path, problems, unsupported)});
  });
  map->Each("dns_sd_configs", [&](const Node& node, const std::string& field) {
    if (!IsPresent(node, field, problems)) return;
    out->dns.push_back({KeyOf("dns", node, ""), ReadDnsSd(node, field, problems)});
  });
  for (const std::string_view key : kOthers) {
    map->Ignore(key);
    const Node* node = map->node().Find(key);
    if (node == nullptr) continue;
    unsupported->Add(*node, base::Concat({map->field(), ".", key}),
                     "not supported: targets come from static_configs, file_sd_configs, "
                     "http_sd_configs or dns_sd_configs");
  }
}

}  // namespace vedette::scrape
