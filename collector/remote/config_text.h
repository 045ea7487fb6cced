#ifndef VEDETTE_COLLECTOR_REMOTE_CONFIG_TEXT_H_
#define VEDETTE_COLLECTOR_REMOTE_CONFIG_TEXT_H_

#include <string>

#include "collector/remote/config.h"

namespace vedette::remote {

// The section in force as YAML, laid out as Prometheus shows its own, empty where there is none.
// Secrets are left out: credentials, values of headers, a password in the URL.
std::string ConfigText(const Config& config);

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_CONFIG_TEXT_H_
