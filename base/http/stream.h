#ifndef VEDETTE_BASE_HTTP_STREAM_H_
#define VEDETTE_BASE_HTTP_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/event_loop.h"
#include "base/http/tls_context.h"
#include "base/status.h"

// Internal to base/http: byte streams over TCP, plain or TLS, and how they come to be.

namespace vedette::base::http {

struct IoResult {
  enum class Code { kOk, kEof, kError };
  Code code = Code::kOk;
  size_t bytes = 0;
  std::string error;  // kError: what the system said
  bool ok() const { return code == Code::kOk; }
};
using IoDone = std::function<void(const IoResult&)>;

// A connected socket that is no stream yet.
class Socket {
 public:
  virtual ~Socket() = default;
};

// One connection. Used on its loop's thread only, but for SendNow. At most one read and one write
// at a time; the buffers must live until `done`. Callbacks never run inside the call that started
// them.
class Stream {
 public:
  virtual ~Stream() = default;
  // TLS: the handshake. Plain: done at once.
  virtual void Handshake(IoDone done) = 0;
  virtual void ReadSome(char* buffer, size_t size, IoDone done) = 0;
  virtual void WriteSome(std::string_view data, IoDone done) = 0;
  // Plain: sends what the socket takes without waiting, and returns how much that was; errors come
  // with the next write. TLS: nothing. From any thread, while nothing is written otherwise and the
  // stream is not closed.
  virtual size_t SendNow(std::string_view) { return 0; }
  // Says that nothing more will be sent (TLS: close_notify). The peer may still send.
  virtual void ShutdownSend(IoDone done) = 0;
  // Pending callbacks come with an error.
  virtual void Close() = 0;
  // False when the peer closed an idle connection or sent something nobody asked for.
  virtual bool IdleAndOpen() = 0;
  virtual bool is_tls() const = 0;
  // "127.0.0.1:51234", "[::1]:51234"
  virtual const std::string& remote_address() const = 0;
  // Plain: the socket, for another stream to go on with; this one is good for nothing more. TLS:
  // null.
  virtual std::unique_ptr<Socket> Release() = 0;
};

// An address and port to listen on or to dial.
struct Endpoint {
  std::string address;  // numeric, IPv4 or IPv6; to dial also the path of a Unix socket, "/run/x"
  uint16_t port = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;
  // Binds and listens; IPv6 sockets take IPv6 only. Port 0 takes a free one.
  static StatusOr<std::unique_ptr<Listener>> Bind(EventLoop* loop, const Endpoint& endpoint);
  // Takes over a socket that listens on TCP; InvalidArgument, and it stays the caller's, where it
  // is another.
  static StatusOr<std::unique_ptr<Listener>> Adopt(EventLoop* loop, int socket);
  virtual uint16_t port() const = 0;
  // Calls `accepted` with each connection; errors (no descriptors left) go to `failed` and
  // accepting goes on after a pause.
  virtual void Start(std::function<void(std::unique_ptr<Socket>)> accepted,
                     std::function<void(const std::string&)> failed) = 0;
  virtual void Close() = 0;
};

std::unique_ptr<Stream> NewPlainStream(std::unique_ptr<Socket> socket);
std::unique_ptr<Stream> NewTlsServerStream(std::unique_ptr<Socket> socket,
                                           std::shared_ptr<TlsContext> context);
// `host` is what the certificate must be for (a name or an address); empty checks no name. Null
// when it is nothing that a certificate can be for.
std::unique_ptr<Stream> NewTlsClientStream(std::unique_ptr<Socket> socket,
                                           std::shared_ptr<TlsContext> context,
                                           const std::string& host);

// Tries the endpoints in turn, the next one as soon as one has failed or a moment after it began,
// and takes the first that is reached. `done` gets the socket or, with null, the last error.
using DialDone = std::function<void(std::unique_ptr<Socket>, const std::string& error)>;
void Dial(EventLoop* loop, std::vector<Endpoint> endpoints, DialDone done);

bool IsNumericAddress(const std::string& host);

// Numeric addresses of `host`, asking the system's resolver: may block for seconds.
StatusOr<std::vector<std::string>> ResolveHost(const std::string& host);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_STREAM_H_
