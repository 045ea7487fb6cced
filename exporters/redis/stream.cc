#include "exporters/redis/stream.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

base::Status ErrnoStatus(int error, std::string_view what) {
  return base::Unavailable(base::Concat({what, ": ", std::strerror(error)}));
}

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Fd fd) : fd_(std::move(fd)) {}

  base::Status Write(std::string_view data, const Deadline& deadline) override {
    while (!data.empty()) {
      const ssize_t n = ::send(fd_.get(), data.data(), data.size(), MSG_NOSIGNAL);
      if (n > 0) {
        data.remove_prefix(static_cast<size_t>(n));
      } else if (errno == EAGAIN) {
        VEDETTE_RETURN_IF_ERROR(WaitFor(fd_.get(), POLLOUT, deadline, "write"));
      } else if (errno != EINTR) {
        return ErrnoStatus(errno, "write");
      }
    }
    return base::Status();
  }

  base::StatusOr<size_t> Read(char* buffer, size_t size, const Deadline& deadline) override {
    while (true) {
      const ssize_t n = ::recv(fd_.get(), buffer, size, 0);
      if (n > 0) return static_cast<size_t>(n);
      if (n == 0) return base::Unavailable("read: the server has closed the connection");
      if (errno == EAGAIN) {
        VEDETTE_RETURN_IF_ERROR(WaitFor(fd_.get(), POLLIN, deadline, "read"));
      } else if (errno != EINTR) {
        return ErrnoStatus(errno, "read");
      }
    }
  }

  bool IsQuiet() override {
    pollfd p{fd_.get(), POLLIN, 0};
    return ::poll(&p, 1, 0) == 0;
  }

 private:
  Fd fd_;
};

base::Status ConnectTo(int fd, const sockaddr* to, socklen_t size, const Deadline& deadline) {
  if (::connect(fd, to, size) == 0) return base::Status();
  if (errno != EINPROGRESS && errno != EINTR) return ErrnoStatus(errno, "connect");
  VEDETTE_RETURN_IF_ERROR(WaitFor(fd, POLLOUT, deadline, "connect"));
  int error = 0;
  socklen_t length = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  return error == 0 ? base::Status() : ErrnoStatus(error, "connect");
}

base::StatusOr<Fd> OpenSocket(int family) {
  Fd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return ErrnoStatus(errno, "socket");
  if (family != AF_UNIX) {
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return fd;
}

base::StatusOr<Fd> ConnectUnix(const Address& address, const Deadline& deadline) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (address.unix_path.size() >= sizeof to.sun_path) {
    return base::InvalidArgument("the path of the socket is longer than 107 bytes");
  }
  std::memcpy(to.sun_path, address.unix_path.data(), address.unix_path.size());
  VEDETTE_ASSIGN_OR_RETURN(Fd fd, OpenSocket(AF_UNIX));
  VEDETTE_RETURN_IF_ERROR(
      ConnectTo(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to, deadline));
  return fd;
}

struct AddrInfoDeleter {
  void operator()(addrinfo* info) const { ::freeaddrinfo(info); }
};

// The socket's address of a numeric host.
base::StatusOr<std::unique_ptr<addrinfo, AddrInfoDeleter>> ToSocketAddress(const std::string& host,
                                                                           uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return base::Unavailable(base::Concat({"resolve: ", ::gai_strerror(error)}));
  return std::unique_ptr<addrinfo, AddrInfoDeleter>(found);
}

base::StatusOr<Fd> ConnectTcp(const Address& address, const Deadline& deadline,
                              Resolver* resolver) {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> hosts,
                           resolver->Find(address.host, deadline.mono_ns));
  base::Status last = base::Unavailable("resolve: the host has no address");
  for (const std::string& host : hosts) {
    if (deadline.Passed()) break;
    VEDETTE_ASSIGN_OR_RETURN(const auto to, ToSocketAddress(host, address.port));
    VEDETTE_ASSIGN_OR_RETURN(Fd fd, OpenSocket(to->ai_family));
    last = ConnectTo(fd.get(), to->ai_addr, to->ai_addrlen, deadline);
    if (last.ok()) return fd;
  }
  return last;
}

}  // namespace

Deadline Deadline::AtMost(int64_t nanos) const {
  return {clock, std::min(mono_ns, clock->MonotonicNanos() + nanos)};
}

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

base::Status WaitFor(int fd, short events, const Deadline& deadline, std::string_view what) {
  while (true) {
    const int64_t left_ms = (deadline.RemainingNanos() + 999'999) / 1'000'000;
    if (left_ms <= 0) return base::DeadlineExceeded(base::Concat({what, ": no answer in time"}));
    pollfd p{fd, events, 0};
    const int n = ::poll(&p, 1, static_cast<int>(std::min<int64_t>(left_ms, 1'000'000)));
    if (n > 0) return base::Status();
    if (n < 0 && errno != EINTR) return ErrnoStatus(errno, what);
  }
}

base::StatusOr<Fd> Connect(const Address& address, const Deadline& deadline, Resolver* resolver) {
  auto fd =
      address.is_unix() ? ConnectUnix(address, deadline) : ConnectTcp(address, deadline, resolver);
  if (!fd.ok()) return base::Annotate(fd.status(), "dial " + address.ForMessages());
  return fd;
}

std::unique_ptr<Stream> NewPlainStream(Fd fd) {
  return std::make_unique<PlainStream>(std::move(fd));
}

}  // namespace vedette::exporters::redis
