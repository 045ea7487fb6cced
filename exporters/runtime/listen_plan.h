#ifndef VEDETTE_EXPORTERS_RUNTIME_LISTEN_PLAN_H_
#define VEDETTE_EXPORTERS_RUNTIME_LISTEN_PLAN_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters {

// Which server opens what for one --web.listen-address: civetweb, the small one, serves plain IPv4;
// base/http serves IPv6, and everything once there is a web configuration.
struct ListenPlan {
  std::string civetweb;   // "127.0.0.1:9100", or empty
  std::string base_http;  // "[::]:9100", or empty
};

// What decides, beside the address.
struct ListenFacts {
  bool has_web_config = false;
  bool has_ipv6 = false;
};

// `address` is "HOST:PORT", "[IPV6]:PORT" or ":PORT" (all addresses: both servers where IPv6
// exists). Host names are resolved. Errors name the address.
base::StatusOr<ListenPlan> PlanListen(std::string_view address, ListenFacts facts);

// True where a socket can be bound to [::].
bool MachineHasIpv6();

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_LISTEN_PLAN_H_
