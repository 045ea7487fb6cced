#ifndef VEDETTE_COLLECTOR_SCRAPE_HTTP_TEXT_H_
#define VEDETTE_COLLECTOR_SCRAPE_HTTP_TEXT_H_

#include "base/config/yaml_writer.h"
#include "collector/scrape/discovery/discovery_config.h"

namespace vedette::scrape {

// Writes the keys that ReadDiscoveries reads into the map that `out` is in; secrets as <secret>.
void WriteDiscoveries(const DiscoveryConfig& config, base::config::YamlWriter* out);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_HTTP_TEXT_H_
