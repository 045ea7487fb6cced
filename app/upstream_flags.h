#ifndef VEDETTE_APP_UPSTREAM_FLAGS_H_
#define VEDETTE_APP_UPSTREAM_FLAGS_H_

#include <string_view>

#include "app/log_flags.h"

namespace vedette::app {

// Adds to the verb of the exporter `name` what its upstream's command line and environment have of
// their own around the exporter's flags: names for logging, where the page is, and what has no
// meaning here but stands in people's unit files. Not shown in --help. The verb has its web flags
// already; `log` outlives the parsing.
void AddUpstreamFlags(std::string_view name, CLI::App* verb, LogFlags* log);

}  // namespace vedette::app

#endif  // VEDETTE_APP_UPSTREAM_FLAGS_H_
