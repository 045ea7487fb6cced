#ifndef VEDETTE_APP_SERVER_ACCESS_H_
#define VEDETTE_APP_SERVER_ACCESS_H_

#include <string>

#include "base/fs.h"
#include "base/http/client_config.h"
#include "base/status.h"

namespace CLI {
class App;
}

namespace vedette::app {

// How a verb reaches a collector's API. Files are read when it is asked.
struct ServerAccess {
  std::string url = "http://127.0.0.1:9090";
  std::string http_config_file =
      {};  // basic_auth, authorization, tls_config as in Prometheus' files
  std::string user = {};
  std::string password_file = {};
  std::string token_file = {};

  // The flags of all but the URL. This object outlives the parsing.
  void AddCredentials(CLI::App* verb);
  // InvalidArgument: the flags or the file do not go together.
  base::StatusOr<base::http::ClientConfig> Config(base::FileSystem* fs) const;
  // The URL without a slash at its end.
  std::string BaseUrl() const;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_SERVER_ACCESS_H_
