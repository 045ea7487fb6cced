#ifndef VEDETTE_BASE_HTTP_CLIENT_H_
#define VEDETTE_BASE_HTTP_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/http/message.h"
#include "base/http/websocket_client.h"
#include "base/status.h"

namespace vedette::base::http {

// Files are read anew for the next connection once they have changed on disk; while what is there
// cannot be loaded, what was loaded before holds.
struct TlsClientOptions {
  std::string ca_file;  // neither it nor `ca`: the system's
  std::string cert_file;
  std::string key_file;
  std::string server_name;  // empty: the URL's host
  bool insecure_skip_verify = false;
  // PEM itself, in place of the files.
  std::string ca;
  std::string cert;
  std::string key;
  // "TLS10" ... "TLS13"; empty: TLS12, and the newest.
  std::string min_version;
  std::string max_version;
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // http:// or https://; user:password@ becomes basic auth and is never logged
  std::string unix_socket;  // not empty: connect to this path in place of the URL's host and port
  Headers headers;
  std::string body;
  std::chrono::milliseconds timeout{10'000};  // the whole exchange
  uint64_t max_response_bytes = 64ull << 20;
  // Of an answer that is longer, or whose body cannot be read to its end, the status and the
  // headers are given, without its body. Otherwise it is an error, of which nobody knows whether
  // the server did what was asked.
  bool cut_body = false;
  // The answer's gzip or zstd is undone within max_response_bytes. Where no Accept-Encoding is
  // given, gzip is asked for.
  bool accept_gzip = true;
  // "http://[USER:PASSWORD@]HOST:PORT": asked for http URLs, tunnelled through (CONNECT) to https
  // ones. Empty: there is none.
  std::string proxy = {};
  Headers proxy_headers = {};  // of CONNECT
  std::stop_token stop = {};
  // Not null: a WebSocket is asked for (RFC 6455). Where the server agrees the answer has status
  // 101 and the socket is put here.
  std::unique_ptr<WebSocketClient>* websocket = nullptr;
};

// InvalidArgument for what cannot stand in a request as a header field.
Status CheckHeader(std::string_view name, std::string_view value);

// Blocking HTTP/1.1 client with kept-alive connections. Does not follow redirects. Thread-safe;
// owned by whoever sends. Errors: Unavailable (transport, connection refused), DeadlineExceeded,
// ResourceExhausted (answer too large), Cancelled (stop), InvalidArgument (URL). Any HTTP status is
// a Response, not an error. Messages carry scheme, host and port of the URL, never its path.
class Client {
 public:
  virtual ~Client() = default;
  virtual StatusOr<Response> Send(const ClientRequest& request) = 0;
};

// `max_idle`: connections kept for the next request.
std::unique_ptr<Client> NewClient(const TlsClientOptions& tls = {}, size_t max_idle = 32);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_CLIENT_H_
