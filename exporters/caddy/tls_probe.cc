#include "exporters/caddy/tls_probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/descriptor.h"
#include "base/http/listen_address.h"
#include "base/strings.h"

namespace vedette::exporters::caddy {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

bool ToAddress(const ProbeTarget& target, Address* out) {
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&out->storage);
  if (::inet_pton(AF_INET, target.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(target.port);
    out->size = sizeof *v4;
    return true;
  }
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&out->storage);
  if (::inet_pton(AF_INET6, target.address.c_str(), &v6->sin6_addr) != 1) return false;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(target.port);
  out->size = sizeof *v6;
  return true;
}

// Waits until the socket can be read or written, or the time is up.
base::Status WaitFor(int fd, int16_t events, SteadyClock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
    if (left.count() <= 0) return base::DeadlineExceeded("TLS handshake: timed out");
    pollfd waiting{fd, events, 0};
    const int n = ::poll(&waiting, 1, static_cast<int>(std::min<int64_t>(left.count(), 60'000)));
    if (n > 0) return base::Status();
    if (n < 0 && errno != EINTR) return base::FromErrno(errno, "poll");
  }
}

base::Status Connect(int fd, const Address& address, SteadyClock::time_point deadline) {
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) {
    return base::Status();
  }
  if (errno != EINPROGRESS)
    return base::Unavailable(base::Concat({"connect: ", ::strerror(errno)}));
  VEDETTE_RETURN_IF_ERROR(WaitFor(fd, POLLOUT, deadline));
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) return base::Status();
  return base::Unavailable(base::Concat({"connect: ", ::strerror(error)}));
}

base::Status Handshake(SSL* ssl, int fd, SteadyClock::time_point deadline) {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(ssl);
    if (result == 1) return base::Status();
    const int error = SSL_get_error(ssl, result);
    if (error == SSL_ERROR_WANT_READ) {
      VEDETTE_RETURN_IF_ERROR(WaitFor(fd, POLLIN, deadline));
    } else if (error == SSL_ERROR_WANT_WRITE) {
      VEDETTE_RETURN_IF_ERROR(WaitFor(fd, POLLOUT, deadline));
    } else {
      const char* const reason = ERR_reason_error_string(ERR_get_error());
      ERR_clear_error();
      return base::Unavailable(base::Concat(
          {"TLS handshake: ", reason == nullptr ? "the connection was closed" : reason}));
    }
  }
}

base::Status BadTarget(std::string_view text) {
  return base::InvalidArgument(
      base::Concat({"caddy.handshake: found ", base::GoQuote(text),
                    "; allowed are NAME and NAME=ADDRESS:PORT with a numeric address"}));
}

}  // namespace

base::StatusOr<ProbeTarget> ParseProbeTarget(std::string_view text) {
  const size_t equals = std::min(text.find('='), text.size());
  ProbeTarget target;
  target.name = base::ToLowerAscii(text.substr(0, equals));
  target.address = "127.0.0.1";
  if (equals < text.size()) {
    const auto address = base::http::ParseListenAddress(text.substr(equals + 1));
    if (!address.ok() || address->host.empty() || address->port == 0) return BadTarget(text);
    target.address = address->host;
    target.port = address->port;
  }
  Address ignored;
  if (target.name.empty() || target.name.size() > 253 || !ToAddress(target, &ignored)) {
    return BadTarget(text);
  }
  return target;
}

base::StatusOr<Certificate> TakeCertificate(const ProbeTarget& target,
                                            std::chrono::milliseconds timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  Address address;
  if (!ToAddress(target, &address)) return BadTarget(target.address);
  const base::Descriptor socket(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return base::FromErrno(errno, "socket");
  VEDETTE_RETURN_IF_ERROR(Connect(socket.get(), address, deadline));
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                             SSL_CTX_free);
  if (!context) return base::Internal("OpenSSL gives no context");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context.get()), SSL_free);
  if (!ssl) return base::Internal("OpenSSL gives no connection");
  // What SSL_set_tlsext_host_name expands to, without its C cast.
  SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           const_cast<char*>(target.name.c_str()));
  SSL_set_fd(ssl.get(), socket.get());
  VEDETTE_RETURN_IF_ERROR(Handshake(ssl.get(), socket.get(), deadline));
  const std::unique_ptr<X509, void (*)(X509*)> x509(SSL_get1_peer_certificate(ssl.get()),
                                                    X509_free);
  if (!x509) return base::Unavailable("TLS handshake: the server showed no certificate");
  return ReadCertificate(x509.get());
}

}  // namespace vedette::exporters::caddy
