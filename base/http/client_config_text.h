#ifndef VEDETTE_BASE_HTTP_CLIENT_CONFIG_TEXT_H_
#define VEDETTE_BASE_HTTP_CLIENT_CONFIG_TEXT_H_

#include <string>

#include "base/config/yaml_writer.h"
#include "base/http/client_config.h"

namespace vedette::base::http {

// Writes the keys that ReadClientConfig reads into the map that `out` is in. Secrets are shown as
// <secret>, those of proxy_url too.
void WriteClientConfig(const ClientConfig& client, config::YamlWriter* out);

// "http://user:password@host" with <secret> in place of the password.
std::string WithoutPassword(const std::string& url);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_CLIENT_CONFIG_TEXT_H_
