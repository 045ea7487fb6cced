#include "base/http/client.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "base/codec/compress.h"
#include "base/escape.h"
#include "base/fs.h"
#include "base/http/client_connection.h"
#include "base/http/name_resolver.h"
#include "base/http/url.h"
#include "base/http/websocket_frame.h"
#include "base/http/websocket_stream.h"
#include "base/mutex.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Kept connections: fewer seconds than servers keep theirs (ours 60).
constexpr std::chrono::seconds kMaxIdle{45};

bool IsIdempotent(std::string_view method) {
  for (const std::string_view m : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
    if (method == m) return true;
  }
  return false;
}

bool HasLineBreak(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
  });
}

Status CheckRequest(const ClientRequest& request) {
  if (!IsToken(request.method)) return InvalidArgument("bad method");
  for (const Headers* headers : {&request.headers, &request.proxy_headers}) {
    for (const auto& [name, value] : headers->fields()) {
      VEDETTE_RETURN_IF_ERROR(CheckHeader(name, value));
    }
  }
  return absl::OkStatus();
}

// "Basic USER:PASSWORD" of a proxy's URL, empty without them.
std::string ProxyAuthorization(const Url& proxy) {
  return proxy.userinfo.empty() ? "" : Concat({"Basic ", EncodeBase64(proxy.userinfo)});
}

std::string HeadText(std::string_view method, std::string_view target, const Headers& headers) {
  std::string head = Concat({method, " ", target, " HTTP/1.1\r\n"});
  for (const auto& [name, value] : headers.fields()) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  return head.append("\r\n");
}

// The request for a way through the proxy to the server.
std::string TunnelText(const Url& url, const Url& proxy, Headers headers) {
  const std::string place = url.Origin().substr(url.scheme.size() + 3);
  headers.Set("Host", place);
  if (const std::string user = ProxyAuthorization(proxy); !user.empty()) {
    headers.Set("Proxy-Authorization", user);
  }
  return HeadText("CONNECT", place, headers);
}

// Request line, header fields and body as one text. `proxy`: whom it is sent to instead, or null.
std::string WireText(const ClientRequest& request, const Url& url, const Url* proxy) {
  Headers headers = request.headers;
  if (!headers.Has("Host")) headers.Set("Host", url.HostHeader());
  if (!headers.Has("User-Agent")) headers.Set("User-Agent", "vedette");
  if (!url.userinfo.empty() && !headers.Has("Authorization")) {
    headers.Set("Authorization", Concat({"Basic ", EncodeBase64(url.userinfo)}));
  }
  if (request.accept_gzip && !headers.Has("Accept-Encoding")) {
    headers.Set("Accept-Encoding", "gzip");
  }
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    headers.Set("Content-Length", std::to_string(request.body.size()));
  }
  if (proxy == nullptr || url.is_tls()) {
    return HeadText(request.method, url.target, headers).append(request.body);
  }
  if (const std::string user = ProxyAuthorization(*proxy); !user.empty()) {
    headers.Set("Proxy-Authorization", user);
  }
  return HeadText(request.method, Concat({url.scheme, "://", url.HostHeader(), url.target}),
                  headers)
      .append(request.body);
}

Status TooLong(uint64_t max_bytes) {
  return ResourceExhausted(Concat({"the answer is over ", std::to_string(max_bytes), " bytes"}));
}

// What kept connections are told apart by.
std::string PoolKey(const Url& url, const ClientRequest& request) {
  if (!request.unix_socket.empty()) return Concat({url.scheme, "+unix:", request.unix_socket});
  if (request.proxy.empty()) return url.Origin();
  return Concat({request.proxy, " ", url.is_tls() ? url.Origin() : ""});
}

// What tells whether files are as they were; empty without files.
std::string FilesStamp(const TlsClientOptions& tls, FileSystem* fs) {
  std::string stamp;
  for (const std::string* path : {&tls.ca_file, &tls.cert_file, &tls.key_file}) {
    if (path->empty()) continue;
    const StatusOr<FileInfo> info = fs->Stat(*path);
    if (!info.ok()) {
      stamp += "? ";
      continue;
    }
    for (const uint64_t part :
         {info->device, info->inode, static_cast<uint64_t>(info->mtime_ns), info->size}) {
      stamp.append(std::to_string(part)).append(" ");
    }
  }
  return stamp;
}

class PooledClient final : public Client {
 public:
  PooledClient(TlsClientOptions tls, size_t max_idle)
      : tls_options_(std::move(tls)), max_idle_(max_idle) {}

  StatusOr<Response> Send(const ClientRequest& request) override {
    VEDETTE_ASSIGN_OR_RETURN(const Url url, ParseUrl(request.url));
    VEDETTE_RETURN_IF_ERROR(CheckRequest(request));
    StatusOr<Response> response = SendTo(url, request);
    if (response.ok()) return response;
    return Annotate(response.status(), url.Origin());
  }

 private:
  using Connection = std::unique_ptr<ClientConnection>;
  struct Idle {
    std::string origin;
    Connection connection;
  };

  StatusOr<Response> SendTo(const Url& url, const ClientRequest& request) {
    const Patience patience{DeadlineAfter(request.timeout), request.stop};
    std::optional<Url> proxy;
    if (!request.proxy.empty()) {
      auto parsed = ParseUrl(request.proxy);
      if (!parsed.ok()) return Annotate(parsed.status(), "proxy");
      proxy = *std::move(parsed);
    }
    if (request.websocket != nullptr) {
      return OpenWebSocket(url, proxy ? &*proxy : nullptr, request, patience);
    }
    const std::string wire = WireText(request, url, proxy ? &*proxy : nullptr);
    if (Connection kept = TakeIdle(PoolKey(url, request))) {
      StatusOr<Response> response = Exchange(url, request, wire, &kept, patience);
      // It had been closed meanwhile: once more, on a new one, where doing it twice is harmless.
      const bool again =
          !response.ok() && kept && kept->closed_before_answer() && IsIdempotent(request.method);
      if (!again) return response;
    }
    VEDETTE_ASSIGN_OR_RETURN(Connection fresh,
                             Connect(url, proxy ? &*proxy : nullptr, request, patience));
    return Exchange(url, request, wire, &fresh, patience);
  }

  // On a connection of its own, which is the socket's from then on.
  StatusOr<Response> OpenWebSocket(const Url& url, const Url* proxy, const ClientRequest& asked,
                                   const Patience& patience) {
    ClientRequest request = asked;
    const std::string key = NewWebSocketKey();
    request.headers.Set("Connection", "Upgrade");
    request.headers.Set("Upgrade", "websocket");
    request.headers.Set("Sec-WebSocket-Version", "13");
    request.headers.Set("Sec-WebSocket-Key", key);
    VEDETTE_ASSIGN_OR_RETURN(Connection connection, Connect(url, proxy, request, patience));
    ClientConnection::Shape shape{false, request.max_response_bytes, request.cut_body};
    shape.may_switch = true;
    VEDETTE_ASSIGN_OR_RETURN(Response response,
                             connection->Exchange(WireText(request, url, proxy), shape, patience));
    if (response.status != 101) return response;
    if (response.headers.Get("Sec-WebSocket-Accept") != WebSocketAccept(key)) {
      return Unavailable("the server's Sec-WebSocket-Accept does not fit");
    }
    *request.websocket = NewWebSocketClient(std::move(connection));
    return response;
  }

  // Puts the connection back when it can be used again; else leaves it.
  StatusOr<Response> Exchange(const Url& url, const ClientRequest& request, const std::string& wire,
                              Connection* connection, const Patience& patience) {
    const ClientConnection::Shape shape{request.method == "HEAD", request.max_response_bytes,
                                        request.cut_body};
    VEDETTE_ASSIGN_OR_RETURN(Response response, (*connection)->Exchange(wire, shape, patience));
    if ((*connection)->body_cut()) {
      if (request.cut_body) return response;
      return TooLong(request.max_response_bytes);
    }
    if ((*connection)->Reusable()) PutIdle(PoolKey(url, request), std::move(*connection));
    const std::string coding = ToLowerAscii(response.headers.Get("Content-Encoding"));
    if (request.accept_gzip && (coding == "gzip" || coding == "zstd") && !response.body.empty()) {
      StatusOr<std::string> body = DecodeContent(coding, response.body, request.max_response_bytes);
      // What has a status and no readable body is an answer all the same to who reads none.
      if (!body.ok() && !request.cut_body) return body.status();
      response.body = body.ok() ? *std::move(body) : std::string();
      response.headers.Remove("Content-Encoding");
      response.headers.Remove("Content-Length");
    }
    return response;
  }

  StatusOr<Connection> Connect(const Url& url, const Url* proxy, const ClientRequest& request,
                               const Patience& patience) {
    std::shared_ptr<TlsContext> tls;
    if (url.is_tls()) {
      VEDETTE_ASSIGN_OR_RETURN(tls, Tls());
    }
    VEDETTE_ASSIGN_OR_RETURN(
        const std::vector<Endpoint> endpoints,
        Endpoints(proxy == nullptr ? url : *proxy, request.unix_socket, patience));
    std::string tunnel;
    if (proxy != nullptr && url.is_tls()) tunnel = TunnelText(url, *proxy, request.proxy_headers);
    std::string name = tls_options_.server_name.empty() ? url.host : tls_options_.server_name;
    auto connection = std::make_unique<ClientConnection>();
    VEDETTE_RETURN_IF_ERROR(connection->Connect(endpoints, tunnel, std::move(tls), name, patience));
    return connection;
  }

  StatusOr<std::vector<Endpoint>> Endpoints(const Url& url, const std::string& unix_socket,
                                            const Patience& patience) {
    if (!unix_socket.empty()) return std::vector<Endpoint>{{unix_socket, 0}};
    std::vector<Endpoint> endpoints;
    if (IsNumericAddress(url.host)) return std::vector<Endpoint>{{url.host, url.port}};
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> addresses,
                             resolver_.Resolve(url.host, patience));
    for (const std::string& address : addresses) endpoints.push_back({address, url.port});
    return endpoints;
  }

  // Loaded at the first https request: the system's certificates take 1.4 MB.
  StatusOr<std::shared_ptr<TlsContext>> Tls() VEDETTE_EXCLUDES(mutex_) {
    const std::unique_ptr<FileSystem> fs = NewPosixFileSystem();
    std::string stamp = FilesStamp(tls_options_, fs.get());
    MutexLock lock(mutex_);
    if (tls_ && stamp == tls_stamp_) return tls_;
    auto fresh = NewClientTls(tls_options_, fs.get());
    if (!fresh.ok() && tls_) return tls_;
    VEDETTE_RETURN_IF_ERROR(fresh.status());
    tls_ = *std::move(fresh);
    tls_stamp_ = std::move(stamp);
    return tls_;
  }

  Connection TakeIdle(const std::string& origin) VEDETTE_EXCLUDES(mutex_) {
    std::vector<Connection> dead;  // closed after the lock is given back
    MutexLock lock(mutex_);
    const auto oldest = SteadyClock::now() - kMaxIdle;
    for (auto at = idle_.begin(); at != idle_.end();) {
      const bool expired = at->connection->last_used() < oldest;
      if (!expired && at->origin != origin) {
        ++at;
        continue;
      }
      Connection connection = std::move(at->connection);
      at = idle_.erase(at);
      if (!expired && connection->Reusable()) return connection;
      dead.push_back(std::move(connection));
    }
    return nullptr;
  }

  void PutIdle(const std::string& origin, Connection connection) VEDETTE_EXCLUDES(mutex_) {
    Connection evicted;
    connection->Rest();
    MutexLock lock(mutex_);
    if (max_idle_ == 0) return;
    if (idle_.size() >= max_idle_) {
      evicted = std::move(idle_.back().connection);
      idle_.pop_back();
    }
    idle_.push_front({origin, std::move(connection)});
  }

  const TlsClientOptions tls_options_;
  const size_t max_idle_;
  Mutex mutex_;
  std::shared_ptr<TlsContext> tls_ VEDETTE_GUARDED_BY(mutex_);
  std::deque<Idle> idle_ VEDETTE_GUARDED_BY(mutex_);  // most recently used first
  std::string tls_stamp_ VEDETTE_GUARDED_BY(mutex_);  // of its files when they were read
  NameResolver resolver_{ResolveHost};
};

}  // namespace

Status CheckHeader(std::string_view name, std::string_view value) {
  if (!IsToken(name)) return InvalidArgument(Concat({"bad header name ", GoQuote(name)}));
  if (HasLineBreak(value)) {
    return InvalidArgument(Concat({"header ", name, " contains a line break"}));
  }
  return absl::OkStatus();
}

std::unique_ptr<Client> NewClient(const TlsClientOptions& tls, size_t max_idle) {
  return std::make_unique<PooledClient>(tls, max_idle);
}

}  // namespace vedette::base::http
