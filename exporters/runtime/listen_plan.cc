#include "exporters/runtime/listen_plan.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "base/http/listen_address.h"
#include "base/strings.h"

namespace vedette::exporters {
namespace {

bool IsIpv4(const std::string& host) {
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

// The IPv4 address of a host name, or empty.
std::string ResolveIpv4(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return "";
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, ::freeaddrinfo);
  char text[NI_MAXHOST] = "";
  ::getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  return text;
}

}  // namespace

base::StatusOr<ListenPlan> PlanListen(std::string_view address, ListenFacts facts) {
  VEDETTE_ASSIGN_OR_RETURN(const base::http::ListenAddress parsed,
                           base::http::ParseListenAddress(address));
  const std::string port = ":" + std::to_string(parsed.port);
  ListenPlan plan;
  if (facts.has_web_config) {
    plan.base_http = address;
  } else if (parsed.host.empty()) {
    plan.civetweb = "0.0.0.0" + port;
    if (facts.has_ipv6) plan.base_http = "[::]" + port;
  } else if (parsed.host.find(':') != std::string::npos) {
    plan.base_http = address;
  } else if (IsIpv4(parsed.host)) {
    plan.civetweb = address;
  } else if (const std::string resolved = ResolveIpv4(parsed.host); !resolved.empty()) {
    plan.civetweb = resolved + port;
  } else {
    return base::InvalidArgument(base::Concat(
        {"listen address ", base::GoQuote(address), ": the host name has no IPv4 address"}));
  }
  return plan;
}

bool MachineHasIpv6() {
  const int fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;
  ::close(fd);
  return bound;
}

}  // namespace vedette::exporters
