#include "collector/scrape/discovery/dns_client.h"

#include <netdb.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/descriptor.h"
#include "base/strings.h"
#include "collector/scrape/discovery/resolv_conf.h"

namespace vedette::scrape {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr size_t kMaxMessage = 65'535;
// How often a wait looks whether it is to end.
constexpr std::chrono::milliseconds kLookEvery{200};

uint16_t RandomId() {
  uint16_t id = 0;
  if (::getrandom(&id, sizeof id, GRND_NONBLOCK) != sizeof id) {
    id = static_cast<uint16_t>(SteadyClock::now().time_since_epoch().count());
  }
  return id;
}

// One question to one server.
class Exchange {
 public:
  Exchange(const std::string& server, uint16_t port, SteadyClock::time_point deadline,
           std::stop_token stop)
      : server_(server), port_(port), deadline_(deadline), stop_(std::move(stop)) {}

  base::StatusOr<DnsAnswer> Ask(const std::string& query, uint16_t id, DnsType type) {
    VEDETTE_ASSIGN_OR_RETURN(DnsAnswer answer, AskByUdp(query, id, type));
    if (!answer.truncated) return answer;
    VEDETTE_ASSIGN_OR_RETURN(const std::string message, AskByTcp(query));
    return ReadDnsAnswer(message, id, type);
  }

 private:
  base::StatusOr<std::unique_ptr<base::Descriptor>> Connect(int kind) {
    addrinfo hints{};
    hints.ai_socktype = kind;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(port_);
    if (::getaddrinfo(server_.c_str(), port.c_str(), &hints, &found) != 0) {
      return base::Unavailable(base::Concat({server_, " is no address of a name server"}));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
    auto socket = std::make_unique<base::Descriptor>(
        ::socket(found->ai_family, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket->get() < 0) return base::FromErrno(errno, "socket");
    if (::connect(socket->get(), found->ai_addr, found->ai_addrlen) < 0 && errno != EINPROGRESS) {
      return base::FromErrno(errno, "name server " + server_);
    }
    return socket;
  }

  // Until the socket is ready for `events`, the deadline or the stop.
  base::Status Wait(int socket, short events) const {
    for (;;) {
      if (stop_.stop_requested()) return base::Cancelled("stopped");
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - SteadyClock::now());
      if (left.count() <= 0) {
        return base::DeadlineExceeded(base::Concat({"name server ", server_, ": timed out"}));
      }
      pollfd wait{socket, events, 0};
      const int ready = ::poll(&wait, 1, static_cast<int>(std::min(left, kLookEvery).count()));
      if (ready > 0) return {};
      if (ready < 0 && errno != EINTR) return base::FromErrno(errno, "poll");
    }
  }

  base::StatusOr<DnsAnswer> AskByUdp(const std::string& query, uint16_t id, DnsType type) {
    VEDETTE_ASSIGN_OR_RETURN(const std::unique_ptr<base::Descriptor> socket, Connect(SOCK_DGRAM));
    if (::send(socket->get(), query.data(), query.size(), MSG_NOSIGNAL) < 0) {
      return base::FromErrno(errno, "name server " + server_);
    }
    std::string buffer(kMaxMessage, '\0');
    for (;;) {
      VEDETTE_RETURN_IF_ERROR(Wait(socket->get(), POLLIN));
      const ssize_t n = ::recv(socket->get(), buffer.data(), buffer.size(), 0);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (n < 0) return base::FromErrno(errno, "name server " + server_);
      auto answer =
          ReadDnsAnswer(std::string_view(buffer).substr(0, static_cast<size_t>(n)), id, type);
      if (answer.ok()) return answer;  // anything else may be somebody else's: wait on
    }
  }

  base::StatusOr<std::string> AskByTcp(const std::string& query) {
    VEDETTE_ASSIGN_OR_RETURN(const std::unique_ptr<base::Descriptor> socket, Connect(SOCK_STREAM));
    std::string framed;
    framed.push_back(static_cast<char>(query.size() >> 8));
    framed.push_back(static_cast<char>(query.size() & 0xff));
    framed += query;
    for (size_t sent = 0; sent < framed.size();) {
      VEDETTE_RETURN_IF_ERROR(Wait(socket->get(), POLLOUT));
      const ssize_t n =
          ::send(socket->get(), framed.data() + sent, framed.size() - sent, MSG_NOSIGNAL);
      if (n < 0 && errno != EAGAIN && errno != EINTR) {
        return base::FromErrno(errno, "name server " + server_);
      }
      if (n > 0) sent += static_cast<size_t>(n);
    }
    VEDETTE_ASSIGN_OR_RETURN(const std::string size, Receive(socket->get(), 2));
    return Receive(socket->get(), static_cast<size_t>(static_cast<unsigned char>(size[0])) << 8 |
                                      static_cast<unsigned char>(size[1]));
  }

  base::StatusOr<std::string> Receive(int socket, size_t size) const {
    std::string out(size, '\0');
    for (size_t got = 0; got < size;) {
      VEDETTE_RETURN_IF_ERROR(Wait(socket, POLLIN));
      const ssize_t n = ::recv(socket, out.data() + got, size - got, 0);
      if (n == 0) return base::Unavailable(base::Concat({"name server ", server_, " hung up"}));
      if (n < 0 && errno != EAGAIN && errno != EINTR) {
        return base::FromErrno(errno, "name server " + server_);
      }
      if (n > 0) got += static_cast<size_t>(n);
    }
    return out;
  }

  const std::string& server_;
  const uint16_t port_;
  const SteadyClock::time_point deadline_;
  const std::stop_token stop_;
};

class SocketDnsClient final : public DnsClient {
 public:
  SocketDnsClient(base::FileSystem* fs, std::string resolv_conf, uint16_t port)
      : fs_(fs), resolv_conf_(std::move(resolv_conf)), port_(port) {}

  base::StatusOr<std::vector<DnsRecord>> Lookup(const std::string& name, DnsType type,
                                                std::stop_token stop) override {
    const auto text = fs_->ReadFile(resolv_conf_);
    // Without the file there is the machine's own server; one that cannot be read says nothing.
    if (!text.ok() && !absl::IsNotFound(text.status())) return text.status();
    const ResolvConf conf = ReadResolvConf(text.ok() ? *text : "");
    base::Status failed;
    for (const std::string& form : NamesToAsk(conf, name)) {
      auto answer = AskAll(conf, form, type, stop);
      if (answer.ok() && !answer->records.empty()) return std::move(answer->records);
      if (!answer.ok()) failed = answer.status();
    }
    if (failed.ok()) return std::vector<DnsRecord>();
    return base::Unavailable(
        base::Concat({"could not resolve ", base::GoQuote(name), ": ", base::Message(failed)}));
  }

 private:
  // The first answer that means something, of any server.
  base::StatusOr<DnsAnswer> AskAll(const ResolvConf& conf, const std::string& name, DnsType type,
                                   const std::stop_token& stop) const {
    base::Status last = base::Unavailable("no name server");
    for (uint64_t attempt = 0; attempt < conf.attempts; ++attempt) {
      for (const std::string& server : conf.servers) {
        if (stop.stop_requested()) return base::Cancelled("stopped");
        const uint16_t id = RandomId();
        VEDETTE_ASSIGN_OR_RETURN(const std::string query, DnsQuery(id, name, type));
        const auto deadline = SteadyClock::now() + std::chrono::seconds(conf.timeout_seconds);
        auto answer = Exchange(server, port_, deadline, stop).Ask(query, id, type);
        const bool means = answer.ok() && (answer->code == DnsAnswer::kNoError ||
                                           answer->code == DnsAnswer::kNameError);
        if (means) return answer;
        last = answer.ok()
                   ? base::Unavailable(base::Concat({"name server ", server, " answered with code ",
                                                     std::to_string(answer->code)}))
                   : answer.status();
      }
    }
    return last;
  }

  base::FileSystem* const fs_;
  const std::string resolv_conf_;
  const uint16_t port_;
};

}  // namespace

std::unique_ptr<DnsClient> NewDnsClient(base::FileSystem* fs, std::string resolv_conf,
                                        uint16_t port) {
  return std::make_unique<SocketDnsClient>(fs, std::move(resolv_conf), port);
}

}  // namespace vedette::scrape
