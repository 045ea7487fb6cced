#ifndef VEDETTE_COLLECTOR_SCRAPE_HTTP_READER_H_
#define VEDETTE_COLLECTOR_SCRAPE_HTTP_READER_H_

#include <string>

#include "base/config/yaml.h"
#include "base/http/client.h"
#include "collector/scrape/config.h"

namespace vedette::scrape {

// The HTTP client keys that stand directly in a job: basic_auth, authorization, tls_config and
// those not supported. File names become relative to the configuration file's folder.
void ReadHttpClient(base::config::MapReader* map, const std::string& config_path, HttpAuth* auth,
                    base::http::TlsClientOptions* tls, base::config::Problems* unsupported);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_HTTP_READER_H_
