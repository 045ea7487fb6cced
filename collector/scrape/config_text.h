#ifndef VEDETTE_COLLECTOR_SCRAPE_CONFIG_TEXT_H_
#define VEDETTE_COLLECTOR_SCRAPE_CONFIG_TEXT_H_

#include <string>

#include "collector/scrape/config.h"

namespace vedette::scrape {

// The configuration in force as YAML, laid out as Prometheus shows its own: what the file left out
// stands there with the value that applies. Secrets are shown as <secret>.
std::string ConfigText(const Config& config);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_CONFIG_TEXT_H_
