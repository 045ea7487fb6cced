#ifndef VEDETTE_APP_LOGS_ELSEWHERE_H_
#define VEDETTE_APP_LOGS_ELSEWHERE_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string_view>

#include "app/world.h"
#include "base/http/router.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/worker_crew.h"
#include "collector/remote/config.h"
#include "collector/remote/query_client.h"

namespace vedette::app {

// `logs.remote`: Loki or VictoriaLogs in place of the log store. Nothing is kept here: a push is
// answered when the engine has answered it, and who pushes tries again. Owned by the collector's
// parts; thread-safe.
class LogsElsewhere {
 public:
  LogsElsewhere(const World& world, const remote::LogsConfig& config);

  void RegisterRoutes(base::http::Router* router);
  // The answer to an instant query in LogQL, as JSON. Milliseconds since the epoch.
  base::StatusOr<base::http::Response> Instant(std::string_view query, int64_t time_ms,
                                               std::stop_token stop) const;
  // For requests that come from now on.
  void SetConfig(const remote::LogsConfig& config) VEDETTE_EXCLUDES(mutex_);
  // Waits for pushes that are on their way, which end when the server's requests do.
  void Stop() { waiting_.Stop(); }

 private:
  struct Engine {
    Engine(const World& world, const remote::LogsConfig& config);
    const bool speaks_logql;
    const remote::QueryClient client;
  };
  std::shared_ptr<const Engine> engine() const VEDETTE_EXCLUDES(mutex_);
  base::StatusOr<base::http::Response> Push(const base::http::Request& request) const;
  base::StatusOr<base::http::Response> Query(const base::http::Request& request) const;

  const World world_;
  mutable base::Mutex mutex_;
  std::shared_ptr<const Engine> engine_ VEDETTE_GUARDED_BY(mutex_);
  base::WorkerCrew waiting_;  // last: its tasks use what is above
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOGS_ELSEWHERE_H_
