#include "base/http/stream.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/http/asio_types.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

// How long to wait before accepting again after a failure that is likely to last a moment.
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kNextAddressAfter{250};

struct AsioSocket final : Socket {
  explicit AsioSocket(Tcp::socket s) : socket(std::move(s)) {}
  Tcp::socket socket;
};

Tcp::socket TakeSocket(std::unique_ptr<Socket> socket) {
  return std::move(static_cast<AsioSocket&>(*socket).socket);
}

std::string AddressText(const Tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? Concat({"[", address, "]:", port})
                                    : Concat({address, ":", port});
}

// Asio's remote_endpoint() throws on an address longer than an IPv6 one.
bool IsUnixSocket(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  return ::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
         address.ss_family == AF_UNIX;
}

// A connected socket, or -1 with errno set. Connecting to a Unix socket does not wait: where the
// server's backlog is full it fails.
int ConnectUnix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

std::string RemoteAddress(Tcp::socket& socket) {
  if (IsUnixSocket(socket.native_handle())) return "unix";
  ErrorCode error;
  const Tcp::endpoint endpoint = socket.remote_endpoint(error);
  return error ? "unknown" : AddressText(endpoint);
}

IoResult ToResult(const ErrorCode& error, size_t bytes) {
  if (!error) return {IoResult::Code::kOk, bytes, {}};
  // A peer that drops TLS without close_notify: HTTP's own framing tells whether bytes are missing.
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    return {IoResult::Code::kEof, bytes, {}};
  }
  return {IoResult::Code::kError, bytes, error.message()};
}

auto Adapt(IoDone done) {
  return [done = std::move(done)](const ErrorCode& error, size_t bytes) {
    done(ToResult(error, bytes));
  };
}

enum class Waiting { kNothing, kBytes, kEnd };

// What lies unread in the socket.
Waiting PeekSocket(Tcp::socket& socket) {
  char byte;
  const ssize_t n = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (n > 0) return Waiting::kBytes;
  return n < 0 && errno == EAGAIN ? Waiting::kNothing : Waiting::kEnd;
}

void CloseSocket(Tcp::socket& socket) {
  ErrorCode ignored;
  socket.close(ignored);
}

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Tcp::socket socket)
      : socket_(std::move(socket)), remote_address_(RemoteAddress(socket_)) {}

  void Handshake(IoDone done) override {
    asio::post(socket_.get_executor(), [done = std::move(done)] { done(IoResult{}); });
  }
  void ReadSome(char* buffer, size_t size, IoDone done) override {
    socket_.async_read_some(asio::buffer(buffer, size), Adapt(std::move(done)));
  }
  void WriteSome(std::string_view data, IoDone done) override {
    socket_.async_write_some(asio::buffer(data.data(), data.size()), Adapt(std::move(done)));
  }
  size_t SendNow(std::string_view data) override {
    const ssize_t n =
        ::send(socket_.native_handle(), data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return n > 0 ? static_cast<size_t>(n) : 0;
  }
  void ShutdownSend(IoDone done) override {
    ErrorCode error;
    socket_.shutdown(Tcp::socket::shutdown_send, error);
    asio::post(socket_.get_executor(),
               [done = std::move(done), result = ToResult(error, 0)] { done(result); });
  }
  void Close() override { CloseSocket(socket_); }
  bool IdleAndOpen() override { return PeekSocket(socket_) == Waiting::kNothing; }
  bool is_tls() const override { return false; }
  const std::string& remote_address() const override { return remote_address_; }
  std::unique_ptr<Socket> Release() override {
    return std::make_unique<AsioSocket>(std::move(socket_));
  }

 private:
  Tcp::socket socket_;
  const std::string remote_address_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(Tcp::socket socket, std::shared_ptr<TlsContext> context,
            asio::ssl::stream_base::handshake_type type)
      : remote_address_(RemoteAddress(socket)),
        context_(std::move(context)),
        type_(type),
        stream_(std::move(socket), context_->context) {}

  SSL* native() { return stream_.native_handle(); }

  void Handshake(IoDone done) override {
    SSL_up_ref(native());  // the callback may come after this object's end
    std::shared_ptr<SSL> ssl(native(), SSL_free);
    stream_.async_handshake(
        type_, [done = std::move(done), ssl = std::move(ssl)](const ErrorCode& error) {
          IoResult result = ToResult(error, 0);
          // What is wrong with the certificate: "certificate has expired".
          if (const long why = SSL_get_verify_result(ssl.get());
              result.code == IoResult::Code::kError && why != X509_V_OK) {
            result.error = Concat({result.error, ": ", X509_verify_cert_error_string(why)});
          }
          done(result);
        });
  }
  void ReadSome(char* buffer, size_t size, IoDone done) override {
    stream_.async_read_some(asio::buffer(buffer, size), Adapt(std::move(done)));
  }
  void WriteSome(std::string_view data, IoDone done) override {
    stream_.async_write_some(asio::buffer(data.data(), data.size()), Adapt(std::move(done)));
  }
  void ShutdownSend(IoDone done) override {
    stream_.async_shutdown(
        [done = std::move(done)](const ErrorCode& error) { done(ToResult(error, 0)); });
  }
  void Close() override { CloseSocket(stream_.next_layer()); }
  // TLS 1.3 sends session tickets after the handshake: readable bytes are no sign of an end.
  bool IdleAndOpen() override { return PeekSocket(stream_.next_layer()) != Waiting::kEnd; }
  bool is_tls() const override { return true; }
  const std::string& remote_address() const override { return remote_address_; }
  std::unique_ptr<Socket> Release() override { return nullptr; }

 private:
  const std::string remote_address_;
  const std::shared_ptr<TlsContext> context_;
  const asio::ssl::stream_base::handshake_type type_;
  asio::ssl::stream<Tcp::socket> stream_;
};

class AsioListener final : public Listener {
 public:
  AsioListener(asio::io_context& context, Tcp::acceptor acceptor)
      : acceptor_(std::move(acceptor)), pause_(context) {}

  uint16_t port() const override {
    ErrorCode error;
    return acceptor_.local_endpoint(error).port();
  }
  void Start(std::function<void(std::unique_ptr<Socket>)> accepted,
             std::function<void(const std::string&)> failed) override {
    accepted_ = std::move(accepted);
    failed_ = std::move(failed);
    AcceptNext();
  }
  void Close() override {
    ErrorCode ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

 private:
  void AcceptNext() {
    acceptor_.async_accept([this](const ErrorCode& error, Tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return AcceptLater(error);
      ErrorCode ignored;
      socket.set_option(Tcp::no_delay(true), ignored);
      accepted_(std::make_unique<AsioSocket>(std::move(socket)));
      AcceptNext();
    });
  }
  void AcceptLater(const ErrorCode& error) {
    failed_(error.message());
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](const ErrorCode& cancelled) {
      if (!cancelled && acceptor_.is_open()) AcceptNext();
    });
  }

  Tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::function<void(std::unique_ptr<Socket>)> accepted_;
  std::function<void(const std::string&)> failed_;
};

// Keeps itself alive through its callbacks. Starts with the next address when one has failed, or
// says nothing for a moment (RFC 8305): the first that is reached is taken.
class Dialer : public std::enable_shared_from_this<Dialer> {
 public:
  Dialer(asio::io_context& context, std::vector<Endpoint> endpoints, DialDone done)
      : context_(context),
        pause_(context),
        endpoints_(std::move(endpoints)),
        done_(std::move(done)) {}

  void TryNext() {
    if (over_) return;
    pause_.cancel();
    if (next_ < endpoints_.size()) {
      Try(endpoints_[next_++]);
    } else if (under_way_.empty()) {
      over_ = true;
      asio::post(context_,
                 [self = shared_from_this()] { self->done_(nullptr, self->last_error_); });
    }
  }

 private:
  using SharedSocket = std::shared_ptr<Tcp::socket>;

  void Try(const Endpoint& endpoint) {
    if (StartsWith(endpoint.address, "/")) return DialUnix(endpoint.address);
    ErrorCode error;
    const auto address = asio::ip::make_address(endpoint.address, error);
    if (error) return Failed(error.message());
    const auto socket = std::make_shared<Tcp::socket>(context_);
    under_way_.push_back(socket);
    socket->async_connect({address, endpoint.port},
                          [self = shared_from_this(), socket](const ErrorCode& failed) {
                            if (self->over_) return;
                            std::erase(self->under_way_, socket);
                            if (failed) return self->Failed(failed.message());
                            self->Connected(socket);
                          });
    if (next_ == endpoints_.size()) return;
    pause_.expires_after(kNextAddressAfter);
    pause_.async_wait([self = shared_from_this()](const ErrorCode& cancelled) {
      if (!cancelled) self->TryNext();
    });
  }

  void DialUnix(const std::string& path) {
    const int fd = ConnectUnix(path);
    if (fd < 0) return Failed(ErrorCode(errno, asio::error::get_system_category()).message());
    const auto socket = std::make_shared<Tcp::socket>(context_);
    ErrorCode error;
    socket->assign(Tcp::v4(), fd, error);  // only bytes are moved: the family does not matter
    if (error) {
      ::close(fd);
      return Failed(error.message());
    }
    asio::post(context_, [self = shared_from_this(), socket] { self->Connected(socket); });
  }

  void Failed(std::string why) {
    last_error_ = std::move(why);
    TryNext();
  }

  void Connected(const SharedSocket& socket) {
    over_ = true;
    pause_.cancel();
    for (const SharedSocket& late : under_way_) CloseSocket(*late);
    under_way_.clear();
    ErrorCode ignored;
    socket->set_option(Tcp::no_delay(true), ignored);
    done_(std::make_unique<AsioSocket>(std::move(*socket)), "");
  }

  asio::io_context& context_;
  asio::steady_timer pause_;
  const std::vector<Endpoint> endpoints_;
  const DialDone done_;
  size_t next_ = 0;
  std::vector<SharedSocket> under_way_;
  std::string last_error_ = "no address";
  bool over_ = false;
};

// Tells the client's TLS whom it talks to: SNI, and the name or address the certificate must have.
// False when it does not take that: then nothing would be checked.
bool ExpectHost(SSL* ssl, const std::string& host) {
  if (IsNumericAddress(host)) {
    // A scope ("fe80::1%eth0") is this machine's own business, no certificate has it.
    const std::string address = host.substr(0, host.find('%'));
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address.c_str()) == 1;
  }
  // What SSL_set_tlsext_host_name expands to, without its C cast.
  return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(host.c_str())) == 1 &&
         SSL_set1_host(ssl, host.c_str()) == 1;
}

Status BindError(const Endpoint& endpoint, const ErrorCode& error) {
  const std::string where =
      Concat({"listen on ", endpoint.address, " port ", std::to_string(endpoint.port)});
  return FromErrno(error.value(), where);
}

}  // namespace

StatusOr<std::unique_ptr<Listener>> Listener::Bind(EventLoop* loop, const Endpoint& endpoint) {
  asio::io_context& context = ContextOf(loop);
  ErrorCode error;
  const auto address = asio::ip::make_address(endpoint.address, error);
  if (error) return BindError(endpoint, error);
  const Tcp::endpoint local(address, endpoint.port);
  Tcp::acceptor acceptor(context);
  acceptor.open(local.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(local, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return BindError(endpoint, error);
  return std::unique_ptr<Listener>(std::make_unique<AsioListener>(context, std::move(acceptor)));
}

StatusOr<std::unique_ptr<Listener>> Listener::Adopt(EventLoop* loop, int socket) {
  const auto option = [socket](int name) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
  };
  const int domain = option(SO_DOMAIN);
  if (option(SO_ACCEPTCONN) != 1 || option(SO_PROTOCOL) != IPPROTO_TCP) {
    return InvalidArgument(
        Concat({"file descriptor ", std::to_string(socket), " is no socket that listens on TCP"}));
  }
  asio::io_context& context = ContextOf(loop);
  Tcp::acceptor acceptor(context);
  ErrorCode error;
  acceptor.assign(domain == AF_INET6 ? Tcp::v6() : Tcp::v4(), socket, error);
  if (error) {
    return Unavailable(Concat({"socket ", std::to_string(socket), ": ", error.message()}));
  }
  return std::unique_ptr<Listener>(std::make_unique<AsioListener>(context, std::move(acceptor)));
}

std::unique_ptr<Stream> NewPlainStream(std::unique_ptr<Socket> socket) {
  return std::make_unique<PlainStream>(TakeSocket(std::move(socket)));
}

std::unique_ptr<Stream> NewTlsServerStream(std::unique_ptr<Socket> socket,
                                           std::shared_ptr<TlsContext> context) {
  return std::make_unique<TlsStream>(TakeSocket(std::move(socket)), std::move(context),
                                     asio::ssl::stream_base::server);
}

std::unique_ptr<Stream> NewTlsClientStream(std::unique_ptr<Socket> socket,
                                           std::shared_ptr<TlsContext> context,
                                           const std::string& host) {
  auto stream = std::make_unique<TlsStream>(TakeSocket(std::move(socket)), std::move(context),
                                            asio::ssl::stream_base::client);
  if (!host.empty() && !ExpectHost(stream->native(), host)) return nullptr;
  return stream;
}

void Dial(EventLoop* loop, std::vector<Endpoint> endpoints, DialDone done) {
  std::make_shared<Dialer>(ContextOf(loop), std::move(endpoints), std::move(done))->TryNext();
}

bool IsNumericAddress(const std::string& host) {
  ErrorCode error;
  asio::ip::make_address(host, error);
  return !error;
}

StatusOr<std::vector<std::string>> ResolveHost(const std::string& host) {
  if (IsNumericAddress(host)) return std::vector<std::string>{host};
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0) {
    return Unavailable(Concat({"resolve ", host, ": ", ::gai_strerror(code)}));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    char text[NI_MAXHOST];
    if (::getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0) {
      addresses.emplace_back(text);
    }
  }
  return addresses;
}

}  // namespace vedette::base::http
