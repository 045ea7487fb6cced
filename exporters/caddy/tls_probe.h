#ifndef VEDETTE_EXPORTERS_CADDY_TLS_PROBE_H_
#define VEDETTE_EXPORTERS_CADDY_TLS_PROBE_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "exporters/caddy/certificate.h"

namespace vedette::exporters::caddy {

// Where to take a certificate from. A plain value.
struct ProbeTarget {
  std::string name;     // sent as SNI
  std::string address;  // numeric
  uint16_t port = 443;
};

// "NAME" or "NAME=ADDRESS:PORT" (--caddy.handshake).
base::StatusOr<ProbeTarget> ParseProbeTarget(std::string_view text);

// The certificate that a server shows for a name. It is read, not checked: an expired one is what
// is looked for. Blocks for `timeout` at most.
base::StatusOr<Certificate> TakeCertificate(const ProbeTarget& target,
                                            std::chrono::milliseconds timeout);

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_TLS_PROBE_H_
