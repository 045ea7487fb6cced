#ifndef VEDETTE_APP_COLLECTOR_OPTIONS_H_
#define VEDETTE_APP_COLLECTOR_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/feature_flags.h"
#include "base/http/listen_address.h"
#include "base/log.h"
#include "base/status.h"

namespace CLI {
class App;
}

namespace vedette::app {

// Which parts of the collector run: --collector.parts.
struct Parts {
  bool tsdb = true;          // scraping, metrics store, PromQL, remote write
  bool logs = true;          // log store, LogQL, push
  bool rules = true;         // needs tsdb
  bool alertmanager = true;  // routing and receivers
};

// "tsdb,logs,rules,alertmanager": any of them, at least one. Rules need tsdb.
base::StatusOr<Parts> ParseParts(const std::string& text);

// The collector's command line. Durations in milliseconds.
struct CollectorOptions {
  std::string config_file;               // empty: this host alone
  std::string alertmanager_config_file;  // empty: the default routes
  std::string storage_path = "data/";
  int64_t metrics_retention_ms = 0;
  uint64_t metrics_retention_bytes = 0;  // 0: no limit
  int64_t metrics_flush_ms = 0;
  int64_t logs_retention_ms = 0;
  uint64_t logs_retention_bytes = 0;
  std::string logs_default_level = "unknown";  // of pushed lines that tell none
  std::vector<std::string> listen = {"127.0.0.1:9090", "127.0.0.1:3100", "127.0.0.1:9093"};
  std::string web_config_file;
  std::vector<std::string> allow_plaintext;
  std::string external_url;  // empty: http://HOSTNAME:PORT of the first listener
  bool remote_write_receiver = false;
  int64_t agents_silent_ms = 2 * 60 * 1000;
  int64_t agents_forget_ms = 24 * 60 * 60 * 1000;
  std::vector<base::http::IpRange> agents_allowed;  // addresses besides those that announce
  bool otlp_receiver = false;
  bool admin_api = false;
  bool lifecycle = false;
  std::string cors_origin = ".*";  // a regular expression of the web pages' origins
  uint32_t max_connections = 512;
  uint32_t query_concurrency = 20;
  int64_t query_timeout_ms = 2 * 60 * 1000;
  int64_t query_max_samples = 50'000'000;
  int64_t query_lookback_ms = 5 * 60 * 1000;
  std::optional<uint64_t> query_cache_bytes;  // none given: a share of what queries may hold
  bool skip_unsupported = false;
  FeatureFlag features;
  Parts parts;
  base::LogLevel log_level = base::LogLevel::kInfo;
  // Every flag as it stands: name without dashes, value.
  std::vector<std::pair<std::string, std::string>> flags;
};

// The flags as text, before they are checked.
class CollectorFlags {
 public:
  explicit CollectorFlags(CLI::App* verb);
  // InvalidArgument names the flag, what was found and what is allowed.
  base::StatusOr<CollectorOptions> Check() const;

 private:
  // How queries, browsers and operators are served.
  void AddQueries(CLI::App* verb);
  base::Status CheckQueries(CollectorOptions* options) const;
  // Hosts that announce themselves.
  void AddAgents(CLI::App* verb);
  base::Status CheckAgents(CollectorOptions* options) const;

  const CLI::App* const verb_;
  CollectorOptions options_;
  std::string query_timeout_ = "2m";
  std::string query_lookback_ = "5m";
  std::string query_cache_;
  std::string metrics_retention_ = "90d";
  std::string metrics_size_ = "0B";
  std::string metrics_flush_ = "30m";
  std::string logs_retention_ = "90d";
  std::string logs_size_ = "0B";
  std::string parts_ = "tsdb,logs,rules,alertmanager";
  std::string log_level_ = "info";
  std::vector<std::string> listen_;
  std::string allow_plaintext_;
  std::string agents_silent_ = "2m";
  std::string agents_forget_ = "24h";
  std::string agents_allowed_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_COLLECTOR_OPTIONS_H_
