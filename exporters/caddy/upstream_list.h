#ifndef VEDETTE_EXPORTERS_CADDY_UPSTREAM_LIST_H_
#define VEDETTE_EXPORTERS_CADDY_UPSTREAM_LIST_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::caddy {

// One upstream of Caddy's reverse proxies as the admin interface tells of it. A plain value.
struct Upstream {
  std::string address;
  double requests = 0;  // under way
  double fails = 0;     // that passive health checks still remember
};

// Reads the answer to GET /reverse_proxy/upstreams.
base::StatusOr<std::vector<Upstream>> ReadUpstreams(std::string_view json);

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_UPSTREAM_LIST_H_
