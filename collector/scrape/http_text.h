#ifndef VEDETTE_COLLECTOR_SCRAPE_HTTP_TEXT_H_
#define VEDETTE_COLLECTOR_SCRAPE_HTTP_TEXT_H_

#include "base/config/yaml_writer.h"
#include "base/http/client_config.h"
#include "collector/scrape/discovery/discovery_config.h"

namespace vedette::scrape {

// Writes the keys that base::http::ReadClientConfig reads into the map that `out` is in. Secrets
// are shown as <secret>, those of proxy_url too.
void WriteClientConfig(const base::http::ClientConfig& config, base::config::YamlWriter* out);
// The keys that ReadDiscoveries reads.
void WriteDiscoveries(const DiscoveryConfig& config, base::config::YamlWriter* out);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_HTTP_TEXT_H_
