#ifndef VEDETTE_EXPORTERS_CADDY_CONFIG_FACTS_H_
#define VEDETTE_EXPORTERS_CADDY_CONFIG_FACTS_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"

namespace vedette::exporters::caddy {

// What a configuration of Caddy's tells, without anything that is secret. A plain value.
struct ConfigFacts {
  struct Server {
    std::string name;
    std::string listen;  // its addresses, parted by commas
    uint64_t routes = 0;
    uint64_t hosts = 0;  // that its routes match
    bool has_access_log = false;
  };
  uint64_t hash = 0;  // of the whole configuration
  std::vector<Server> servers;
  std::set<std::string> hosts;        // of all routes, wildcards too
  std::set<std::string> upstreams;    // dial addresses of reverse_proxy
  std::set<std::string> log_files;    // that access logs may be written to
  std::set<std::string> authorities;  // ids of the PKI's, where the configuration names them
  std::string storage;                // root of a file_system storage; empty: Caddy's own
  bool has_metrics = false;           // Caddy's HTTP families are switched on
};

// Reads the answer to GET /config/. Nesting is walked without recursion; an error never holds a
// part of the text.
base::StatusOr<ConfigFacts> ReadConfigFacts(std::string_view json);

// The facts read last, for the collectors that need them. Thread-safe.
class ConfigWatch {
 public:
  void Set(std::shared_ptr<const ConfigFacts> facts) VEDETTE_EXCLUDES(mutex_);
  // Null before the first configuration was read.
  std::shared_ptr<const ConfigFacts> Get() const VEDETTE_EXCLUDES(mutex_);
  // Caddy's own word on when it last loaded a configuration, in Unix seconds; 0: not known.
  void SetReloadTime(double unix_seconds) VEDETTE_EXCLUDES(mutex_);
  double ReloadTime() const VEDETTE_EXCLUDES(mutex_);

 private:
  mutable base::Mutex mutex_;
  std::shared_ptr<const ConfigFacts> facts_ VEDETTE_GUARDED_BY(mutex_);
  double reload_time_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_CONFIG_FACTS_H_
