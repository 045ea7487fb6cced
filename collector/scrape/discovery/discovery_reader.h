#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DISCOVERY_READER_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DISCOVERY_READER_H_

#include <string>
#include <string_view>

#include "base/config/yaml.h"
#include "collector/scrape/discovery/discovery_config.h"

namespace vedette::scrape {

// Reads static_configs and every *_sd_configs that stand in the map. Mechanisms that there is no
// code for go to `unsupported`, each by its name. File names become relative to the folder of
// `config_path`.
void ReadDiscoveries(base::config::MapReader* map, const std::string& config_path,
                     DiscoveryConfig* out, base::config::Problems* unsupported);

// "host:port" without a scheme or a path, as __address__ has to be.
bool IsTargetAddress(std::string_view text);

// One group of a list of targets: {targets: [...], labels: {...}}. What is wrong goes to
// `problems`.
TargetGroup ReadTargetGroup(const base::config::Node& node, const std::string& field,
                            base::config::Problems* problems);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DISCOVERY_READER_H_
