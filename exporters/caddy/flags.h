#ifndef VEDETTE_EXPORTERS_CADDY_FLAGS_H_
#define VEDETTE_EXPORTERS_CADDY_FLAGS_H_

#include <vector>

#include "exporters/caddy/options.h"
#include "exporters/runtime/flag.h"

namespace vedette::exporters::caddy {

using CaddyFlag = Flag<CaddyOptions>;

// Every flag of the Caddy exporter: --caddy.*, and one switch for each collector.
std::vector<CaddyFlag> CaddyFlags();

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_FLAGS_H_
