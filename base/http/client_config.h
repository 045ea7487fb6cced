#ifndef VEDETTE_BASE_HTTP_CLIENT_CONFIG_H_
#define VEDETTE_BASE_HTTP_CLIENT_CONFIG_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/config/yaml.h"
#include "base/fs.h"
#include "base/http/client.h"
#include "base/http/proxy.h"
#include "base/secrets.h"
#include "base/status.h"

// How a server is reached, as Prometheus' configuration files say it: credentials, TLS, proxies,
// redirects, headers. Plain values; ConfiguredClient puts them to work.

namespace vedette::base::http {

// A secret as it stands in the configuration, or the file that it is read from at each use.
struct SecretSource {
  Secret value;
  std::string file;

  bool given() const { return !value.empty() || !file.empty(); }
  StatusOr<Secret> Read(FileSystem* fs) const;
};

struct BasicAuth {
  std::string username;
  std::string username_file;
  SecretSource password;
};

struct AuthorizationConfig {
  std::string type = "Bearer";
  SecretSource credentials;
};

// Client credentials (RFC 6749, 4.4): a token is fetched and kept while it is good.
struct OAuth2Config {
  std::string client_id;
  SecretSource client_secret;
  std::vector<std::string> scopes;
  std::string token_url;
  std::vector<std::pair<std::string, std::string>> endpoint_params;
  TlsClientOptions tls;  // of the way to token_url, as is the proxy
  ProxyConfig proxy;
};

struct HeaderConfig {
  std::string name;
  std::vector<std::string> values;
  std::vector<Secret> secrets;
  std::vector<std::string> files;  // read at each request
};

struct ClientConfig {
  std::optional<BasicAuth> basic_auth;
  std::optional<AuthorizationConfig> authorization;  // bearer_token too
  std::optional<OAuth2Config> oauth2;
  TlsClientOptions tls;
  ProxyConfig proxy;
  bool follow_redirects = true;
  bool enable_http2 = true;  // kept to be shown: HTTP/1.1 reaches every server
  std::vector<HeaderConfig> headers;
};

// Reads the keys that stand directly in the map: basic_auth, authorization, bearer_token(_file),
// oauth2, tls_config, proxy_url ..., follow_redirects, enable_http2, http_headers. File names
// become relative to the folder of `config_path`. Mistakes go to the reader's problems; what is
// known and not supported goes to `unsupported`. No message shows a secret.
void ReadClientConfig(config::MapReader* map, const std::string& config_path, ClientConfig* out,
                      config::Problems* unsupported);

// "a/b" beside the configuration file, absolute paths as they are, empty stays empty.
std::string BesideConfig(const std::string& config_path, const std::string& path);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_CLIENT_CONFIG_H_
