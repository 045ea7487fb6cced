#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_HOST_PORT_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_HOST_PORT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/strings.h"

namespace vedette::scrape {

// "host:9100", "[fd00::1]:9100"
inline std::string HostPort(std::string_view host, uint16_t port) {
  const bool v6 = host.find(':') != host.npos;
  return base::Concat({v6 ? "[" : "", host, v6 ? "]:" : ":", std::to_string(port)});
}

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_HOST_PORT_H_
