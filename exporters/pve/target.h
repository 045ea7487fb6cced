#ifndef VEDETTE_EXPORTERS_PVE_TARGET_H_
#define VEDETTE_EXPORTERS_PVE_TARGET_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace vedette::exporters::pve {

// The origin to ask for a scrape's target: "pve1", "10.0.0.1:8006", "[::1]:8006" or "::1" become
// "https://HOST:PORT"; "https://" before it may stand there too. "http://" is taken for loopback
// addresses alone and only with `allow_plain`. Anything else (a path, user information, spaces) is
// InvalidArgument: the text comes from whoever scrapes.
base::StatusOr<std::string> TargetOrigin(std::string_view target, uint16_t default_port,
                                         bool allow_plain = false);

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_TARGET_H_
