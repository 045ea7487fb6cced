#ifndef VEDETTE_COLLECTOR_REMOTE_QUERY_CLIENT_H_
#define VEDETTE_COLLECTOR_REMOTE_QUERY_CLIENT_H_

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fs.h"
#include "base/http/client_config.h"
#include "base/http/configured_client.h"
#include "base/http/message.h"
#include "base/status.h"

namespace vedette::remote {

// How an engine elsewhere is asked: `storage.remote` and `logs.remote` of prometheus.yml. A plain
// value.
struct QueryConfig {
  std::string url;  // what /api/v1/query is put behind: "http://mimir/prometheus"
  int64_t timeout_ms = 2 * 60 * 1000;
  uint64_t max_response_bytes = 64ull << 20;
  base::http::ClientConfig http;
};

// Asks an engine that speaks Prometheus' HTTP API, or Loki's. Thread-safe; calls block up to the
// timeout. Owned by app.
class QueryClient {
 public:
  // `field` of the configuration is what errors begin with.
  QueryClient(const QueryConfig& config, std::string field, base::FileSystem* fs,
              base::Clock* clock);

  // Passes a request to the API on, with its parameters and without its credentials: any answer is
  // passed back. Errors as Client::Send.
  base::StatusOr<base::http::Response> PassOn(const base::http::Request& request) const;

  // The answer to an instant query, as JSON. Milliseconds since the epoch. `path` stands behind the
  // URL.
  base::StatusOr<base::http::Response> Instant(std::string_view query, int64_t time_ms,
                                               std::stop_token stop,
                                               std::string_view path = "/api/v1/query") const;

 private:
  base::StatusOr<base::http::Response> Send(base::http::ClientRequest request) const;

  const std::string field_;
  const std::string url_;  // without a slash at its end
  const int64_t timeout_ms_;
  const uint64_t max_response_bytes_;
  const base::http::ConfiguredClient client_;
};

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_QUERY_CLIENT_H_
