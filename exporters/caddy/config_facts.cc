#include "exporters/caddy/config_facts.h"

#include <simdjson.h>

#include <utility>

#include "base/codec/bytes.h"
#include "base/strings.h"

namespace vedette::exporters::caddy {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kMaxServers = 1000;
constexpr size_t kMaxNames = 100'000;  // hosts, upstreams

void InsertStrings(const simdjson::simdjson_result<dom::element>& list,
                   std::set<std::string>* out) {
  dom::array array;
  if (list.get(array) != simdjson::SUCCESS) return;
  for (const dom::element& item : array) {
    std::string_view text;
    if (item.get(text) == simdjson::SUCCESS && out->size() < kMaxNames) {
      out->insert(base::RepairUtf8(text));
    }
  }
}

std::string TextAt(const simdjson::simdjson_result<dom::element>& value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? base::RepairUtf8(text) : "";
}

// Looks through everything below `root` for the hosts that matchers name and for what
// reverse_proxy dials.
void WalkRoutes(const dom::element& root, std::set<std::string>* hosts,
                std::set<std::string>* upstreams) {
  std::vector<dom::element> open = {root};
  while (!open.empty()) {
    const dom::element element = open.back();
    open.pop_back();
    if (dom::array array; element.get(array) == simdjson::SUCCESS) {
      for (const dom::element& item : array) open.push_back(item);
      continue;
    }
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) continue;
    if (TextAt(object.at_key("handler")) == "reverse_proxy") {
      if (dom::array list; object.at_key("upstreams").get(list) == simdjson::SUCCESS) {
        for (const dom::element& upstream : list) {
          std::string dial = TextAt(upstream.at_key("dial"));
          if (!dial.empty() && upstreams->size() < kMaxNames) upstreams->insert(std::move(dial));
        }
      }
    }
    if (dom::array matchers; object.at_key("match").get(matchers) == simdjson::SUCCESS) {
      for (const dom::element& matcher : matchers) InsertStrings(matcher.at_key("host"), hosts);
    }
    for (const auto& [key, value] : object) open.push_back(value);
  }
}

ConfigFacts::Server ReadServer(std::string_view name, const dom::element& server,
                               ConfigFacts* facts) {
  ConfigFacts::Server out;
  out.name = base::RepairUtf8(name);
  std::set<std::string> listen;
  InsertStrings(server.at_key("listen"), &listen);
  for (const std::string& address : listen) {
    out.listen += (out.listen.empty() ? "" : ",") + address;
  }
  if (dom::array routes; server.at_key("routes").get(routes) == simdjson::SUCCESS) {
    out.routes = routes.size();
  }
  std::set<std::string> hosts;
  WalkRoutes(server, &hosts, &facts->upstreams);
  out.hosts = hosts.size();
  facts->hosts.merge(hosts);
  dom::element logs;
  out.has_access_log = server.at_key("logs").get(logs) == simdjson::SUCCESS && !logs.is_null();
  // Releases before 2.9 have the option in each server.
  if (server.at_key("metrics").error() == simdjson::SUCCESS) facts->has_metrics = true;
  return out;
}

void ReadServers(const dom::element& root, ConfigFacts* facts) {
  const auto http = root.at_key("apps").at_key("http");
  dom::element metrics;
  if (http.at_key("metrics").get(metrics) == simdjson::SUCCESS && !metrics.is_null()) {
    facts->has_metrics = true;
  }
  dom::object servers;
  if (http.at_key("servers").get(servers) != simdjson::SUCCESS) return;
  for (const auto& [name, server] : servers) {
    if (facts->servers.size() == kMaxServers) return;
    facts->servers.push_back(ReadServer(name, server, facts));
  }
}

// A logger that takes every message, or at least one that begins with http.log.access.
bool TakesAccessLogs(const dom::element& logger) {
  std::set<std::string> include;
  InsertStrings(logger.at_key("include"), &include);
  if (include.empty()) return true;
  for (const std::string& name : include) {
    if (base::StartsWith(name, "http.log.access") || name == "http.log" || name == "http") {
      return true;
    }
  }
  return false;
}

void ReadLogFiles(const dom::element& root, ConfigFacts* facts) {
  dom::object loggers;
  if (root.at_key("logging").at_key("logs").get(loggers) != simdjson::SUCCESS) return;
  for (const auto& [name, logger] : loggers) {
    const auto writer = logger.at_key("writer");
    if (TextAt(writer.at_key("output")) != "file" || !TakesAccessLogs(logger)) continue;
    std::string file = TextAt(writer.at_key("filename"));
    if (base::StartsWith(file, "/")) facts->log_files.insert(std::move(file));
  }
}

}  // namespace

base::StatusOr<ConfigFacts> ReadConfigFacts(std::string_view json) {
  dom::parser parser;
  dom::element root;
  if (const auto error = parser.parse(json.data(), json.size()).get(root)) {
    return base::DataLoss(
        base::Concat({"/config/: expected JSON: ", simdjson::error_message(error)}));
  }
  ConfigFacts facts;
  // The hash is shown as a float: only as many bits as that keeps.
  facts.hash = base::Hash64(json) >> 16;
  if (root.is_null()) return facts;  // Caddy runs without a configuration
  if (!root.is_object()) return base::DataLoss("/config/: expected an object");
  ReadServers(root, &facts);
  ReadLogFiles(root, &facts);
  dom::object authorities;
  if (root.at_key("apps").at_key("pki").at_key("certificate_authorities").get(authorities) ==
      simdjson::SUCCESS) {
    for (const auto& [id, authority] : authorities) facts.authorities.insert(std::string(id));
  }
  if (TextAt(root.at_key("storage").at_key("module")) == "file_system") {
    facts.storage = TextAt(root.at_key("storage").at_key("root"));
  }
  return facts;
}

void ConfigWatch::Set(std::shared_ptr<const ConfigFacts> facts) {
  base::MutexLock lock(mutex_);
  facts_ = std::move(facts);
}

std::shared_ptr<const ConfigFacts> ConfigWatch::Get() const {
  base::MutexLock lock(mutex_);
  return facts_;
}

void ConfigWatch::SetReloadTime(double unix_seconds) {
  base::MutexLock lock(mutex_);
  reload_time_ = unix_seconds;
}

double ConfigWatch::ReloadTime() const {
  base::MutexLock lock(mutex_);
  return reload_time_;
}

}  // namespace vedette::exporters::caddy
