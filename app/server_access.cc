#include "app/server_access.h"

#include <CLI/CLI.hpp>

#include "base/config/yaml.h"

namespace vedette::app {
namespace {

using base::http::ClientConfig;

base::StatusOr<ClientConfig> ReadHttpConfig(base::FileSystem* fs, const std::string& file) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs->ReadFile(file));
  VEDETTE_ASSIGN_OR_RETURN(const base::config::Node root, base::config::ParseYaml(text, file));
  ClientConfig config;
  base::config::Problems problems(file);
  base::config::Problems unsupported(file);
  base::config::MapReader map(root, "", &problems);
  base::http::ReadClientConfig(&map, file, &config, &unsupported);
  map.Finish();
  VEDETTE_RETURN_IF_ERROR(problems.ToStatus());
  VEDETTE_RETURN_IF_ERROR(unsupported.ToStatus());
  return config;
}

base::Status CheckOneWay(const ServerAccess& server) {
  const int ways = (server.http_config_file.empty() ? 0 : 1) + (server.user.empty() ? 0 : 1) +
                   (server.token_file.empty() ? 0 : 1);
  if (ways > 1) {
    return base::InvalidArgument(
        "at most one of --http.config.file, --basic-auth.username and --token-file");
  }
  if (server.user.empty() != server.password_file.empty()) {
    return base::InvalidArgument(
        "--basic-auth.username and --basic-auth.password-file: only both together");
  }
  return base::Status();
}

}  // namespace

void ServerAccess::AddCredentials(CLI::App* verb) {
  verb->add_option("--http.config.file", http_config_file,
                   "basic_auth, authorization and tls_config, as in Prometheus' files");
  verb->add_option("--basic-auth.username", user, "Who to log in as");
  verb->add_option("--basic-auth.password-file", password_file, "File of the password");
  verb->add_option("--token-file", token_file, "File of a bearer token");
}

base::StatusOr<ClientConfig> ServerAccess::Config(base::FileSystem* fs) const {
  VEDETTE_RETURN_IF_ERROR(CheckOneWay(*this));
  ClientConfig config;
  if (!http_config_file.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(config, ReadHttpConfig(fs, http_config_file));
  }
  if (!user.empty()) config.basic_auth = base::http::BasicAuth{user, "", {{}, password_file}};
  if (!token_file.empty()) {
    config.authorization = base::http::AuthorizationConfig{"Bearer", {{}, token_file}};
  }
  return config;
}

std::string ServerAccess::BaseUrl() const {
  std::string base = url;
  while (!base.empty() && base.back() == '/') base.pop_back();
  return base;
}

}  // namespace vedette::app
