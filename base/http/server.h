#ifndef VEDETTE_BASE_HTTP_SERVER_H_
#define VEDETTE_BASE_HTTP_SERVER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/http/cors.h"
#include "base/http/router.h"
#include "base/http/web_config.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"

namespace vedette::base::http {

// HTTP/1.1 server: one I/O thread, three bounded pools for handlers (full: 503 with Retry-After).
// Does not decode request bodies; compresses answers of 1 KiB and more with zstd or gzip when
// asked. Owned by app; Start once, Stop joins everything within 5 s. Port() and Stop() from any
// thread.
class Server {
 public:
  struct PoolSize {
    size_t threads;
    size_t queue;
  };
  struct Options {
    std::vector<std::string> listen;  // "127.0.0.1:0", "[::1]:9090", ":9090" (all, v4 and v6)
    std::vector<int> sockets;         // listening TCP sockets made elsewhere, closed by the server
    const Router* router = nullptr;
    // TLS, users, tokens, plaintext ranges. Shared: swapped whole on reload. Null: open, plain.
    std::shared_ptr<const WebConfig> web_config;
    // Which web pages of other origins may read the answers; OPTIONS is answered then. Null: none.
    std::shared_ptr<const CorsPolicy> cors = nullptr;
    uint64_t max_body_bytes = 32ull << 20;
    uint64_t max_buffered_bytes = 256ull << 20;  // of all requests at once; large ones over it: 503
    uint32_t max_connections = 512;
    std::chrono::seconds idle_timeout{60};
    std::chrono::seconds request_timeout{120};  // becomes Request::deadline_mono_ns
    // Between pings of a WebSocket; who sends nothing, or takes nothing that waits, for more than
    // four is gone.
    std::chrono::milliseconds websocket_tick{5000};
    PoolSize ingest{2, 64};
    PoolSize query{2, 64};
    PoolSize control{1, 64};
    Clock* clock = nullptr;
    Logger* logger = nullptr;
    FileSystem* fs = nullptr;        // for certificates and token files; null: the machine's
    Telemetry* telemetry = nullptr;  // may be null
  };

  // Binds every address or fails naming the one that could not be bound.
  static StatusOr<std::unique_ptr<Server>> Start(Options options);
  virtual ~Server() = default;  // stops

  // Ports actually bound, in the order of Options::listen and then of Options::sockets.
  virtual std::vector<uint16_t> Ports() const = 0;
  // For connections and requests that come after. Reads the certificates anew; when they cannot be
  // loaded, everything stays as it was.
  virtual Status SetWebConfig(std::shared_ptr<const WebConfig> web_config) = 0;
  // Stops accepting, cancels requests' stop tokens, waits up to 5 s for handlers, joins.
  virtual void Stop() = 0;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_SERVER_H_
