#ifndef VEDETTE_BASE_HTTP_WEB_CONFIG_H_
#define VEDETTE_BASE_HTTP_WEB_CONFIG_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/http/message.h"
#include "base/status.h"

namespace vedette::base::http {

// The web configuration file (--web.config.file): exporter-toolkit's tls_server_config,
// http_server_config.headers and basic_auth_users, and our `tokens`:
//
//   tokens:
//     - name: grafana
//       token_file: /run/credentials/grafana-token  # read at use; the secret is never in here
//       scopes: [read]                              # read, push, admin
//
// basic_auth_users have all scopes, as upstream; `basic_auth_scopes: {user: [read]}` narrows one.
// Immutable after load, thread-safe.
struct WebConfig {
  struct Tls {
    std::string cert_file;
    std::string key_file;
    std::string client_ca_file;    // empty: no client certificates
    std::string client_auth_type;  // upstream's names, "NoClientCert" by default
    std::string min_version = "TLS12";
    // Where the file names them, "FILE:LINE:COL: FIELD", for messages; empty without a file.
    std::string cert_file_place;
    std::string key_file_place;
    std::string client_ca_file_place;
  };
  struct User {
    std::string name;
    std::string bcrypt_hash;
    uint8_t scopes = 7;
  };
  struct Token {
    std::string name;
    std::string token_file;
    uint8_t scopes = 0;
  };
  struct PlaintextRange {  // --web.allow-plaintext=CIDR
    std::string cidr;
  };

  std::string path;  // the file's, for messages; empty without one
  std::optional<Tls> tls;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<User> users;
  std::vector<Token> tokens;
  // Ranges that may read and push without credentials and without TLS; admin never.
  std::vector<PlaintextRange> plaintext;

  bool RequiresAuth() const { return !users.empty() || !tokens.empty(); }
};

// Reads and checks the file; every problem at once, each "FILE:LINE:COL: FIELD: found; allowed".
StatusOr<WebConfig> LoadWebConfig(FileSystem* fs, const std::string& path);

// Who the request is from and whether it may do what `needed` asks.
struct AuthResult {
  bool allowed = false;
  int status = 0;  // 401 or 403 when not allowed
  std::string user;
};
// `scope` kNone is always allowed. Constant-time compares; bcrypt results are cached by hash of
// the credentials, so that a scrape does not pay 50 ms each time. Thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  virtual AuthResult Check(const Request& request, Scope needed, bool over_tls) = 0;
};
std::unique_ptr<Authenticator> NewAuthenticator(std::shared_ptr<const WebConfig> config,
                                                FileSystem* fs);

// The rule for the collector's listeners: an address beyond loopback needs a web configuration
// file with TLS and credentials or an explicit plaintext range. OK or the refusal to print.
Status CheckListenAllowed(std::string_view listen_address, const WebConfig& config);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_WEB_CONFIG_H_
