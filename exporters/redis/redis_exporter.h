#ifndef VEDETTE_EXPORTERS_REDIS_REDIS_EXPORTER_H_
#define VEDETTE_EXPORTERS_REDIS_REDIS_EXPORTER_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/http/message.h"
#include "base/http/web_config.h"
#include "base/mutex.h"
#include "base/status.h"
#include "exporters/redis/options.h"
#include "exporters/redis/password_file.h"
#include "exporters/redis/scraper.h"
#include "exporters/runtime/collector_set.h"
#include "exporters/runtime/exporter.h"
#include "exporters/runtime/exposer.h"
#include "exporters/runtime/failure_log.h"
#include "exporters/runtime/process_metrics.h"
#include "exporters/runtime/request_limit.h"
#include "exporters/runtime/telemetry_metrics.h"

namespace vedette::exporters::redis {

// The redis_exporter release whose metrics these are.
inline constexpr char kUpstreamVersion[] = "1.86.0";
inline constexpr char kDefaultListenAddress[] = ":9121";

// The Redis exporter: the server of --redis.addr at the metrics path, any other at /scrape, the
// nodes of a cluster at /discover-cluster-nodes. Knows no server; hand handler() to an
// ExporterServer, which must end first. Thread-safe after Make.
class RedisExporter final : public Exporter {
 public:
  // Connects to nothing. Fails on an address, key list or pattern that is none and on files that
  // cannot be read, naming the flag.
  static base::StatusOr<std::unique_ptr<RedisExporter>> Make(RedisOptions options,
                                                             const Environment& environment);
  ~RedisExporter() override;
  RedisExporter(const RedisExporter&) = delete;
  RedisExporter& operator=(const RedisExporter&) = delete;

  // Asks for the credentials of --basic-auth-* where they are set.
  Handler handler() const override;
  // Reads password file and scripts again and opens new connections.
  base::Status Reload() override;

 private:
  class ServerCollector;
  class Totals;

  // What files say; replaced whole by Reload.
  struct Loaded {
    PasswordFile passwords;
    std::shared_ptr<const std::vector<Script>> scripts;
  };

  RedisExporter(RedisOptions options, const Environment& environment);
  base::Status Init();
  base::Status CheckSettings();
  void MakeExposer();
  base::StatusOr<std::shared_ptr<const Loaded>> Load() const;
  std::shared_ptr<const Loaded> loaded() const VEDETTE_EXCLUDES(mutex_);
  base::StatusOr<Target> MakeTarget(std::string_view address, const RedisOptions& options,
                                    const Loaded& loaded) const;

  base::http::Response ScrapePage(const base::http::Request& request);
  base::StatusOr<RedisOptions> ScrapeOptions(const base::http::Params& query) const;
  base::http::Response DiscoverPage(const base::http::Request& request) const;
  base::http::Response ReloadPage();
  base::http::Response Authenticated(const base::http::Request& request) const;

  const RedisOptions options_;
  const Environment environment_;
  std::shared_ptr<const re2::RE2> search_indexes_;
  std::unique_ptr<base::http::Authenticator> authenticator_;  // null: nobody is asked
  mutable Resolver resolver_;                                 // thread-safe
  FailureLog failures_;
  const RequestLimit scrape_limit_;
  const ProcessMetrics process_;
  const TelemetryMetrics telemetry_;
  std::unique_ptr<Totals> totals_;
  std::unique_ptr<CollectorSet> collectors_;
  std::unique_ptr<Exposer> exposer_;

  mutable base::Mutex mutex_;
  std::shared_ptr<const Loaded> loaded_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_REDIS_EXPORTER_H_
