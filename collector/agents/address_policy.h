#ifndef VEDETTE_COLLECTOR_AGENTS_ADDRESS_POLICY_H_
#define VEDETTE_COLLECTOR_AGENTS_ADDRESS_POLICY_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/http/listen_address.h"
#include "base/status.h"

namespace vedette::agents {

// Where a host may be scraped: an announcement must not make the collector send requests to just
// anybody. A value type.
struct AddressPolicy {
  // Besides the address that announces: --agents.allow-address.
  std::vector<base::http::IpRange> allowed;
  // This machine's name: the one host that may be at a loopback address.
  std::string own_host;

  // The numeric address to scrape `host` at, which said `announced` (may be empty) from `peer`, the
  // other end of its connection. Names are none: who answers for one may change. Neither are
  // link-local (a cloud's metadata service is), multicast and unspecified addresses, whatever is
  // allowed. InvalidArgument: what `announced` is no address; PermissionDenied: one that is not
  // allowed, and what could be done.
  base::StatusOr<std::string> ScrapeAddress(std::string_view host, std::string_view announced,
                                            std::string_view peer) const;
};

// "10.0.0.1", "fd00::1" in their shortest form, IPv4-mapped IPv6 as IPv4; empty where `text` is no
// numeric address, or one with a zone.
std::string CanonicalAddress(std::string_view text);

}  // namespace vedette::agents

#endif  // VEDETTE_COLLECTOR_AGENTS_ADDRESS_POLICY_H_
