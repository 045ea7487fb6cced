#include "collector/scrape/http_reader.h"

#include "base/strings.h"
#include "collector/scrape/section_reader.h"

namespace vedette::scrape {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;

constexpr std::string_view kInlineSecret =
    "a secret in the configuration file; name a file instead (password_file, credentials_file)";

void ReadBasicAuth(MapReader* map, const std::string& config_path, HttpAuth* auth,
                   Problems* unsupported) {
  map->Child("basic_auth", [&](const Node& node, const std::string& field) {
    MapReader reader(node, field, map->problems());
    reader.String("username", &auth->username);
    reader.String("password_file", &auth->password_file);
    auth->password_file = BesideFile(config_path, auth->password_file);
    if (reader.Has("password") && reader.Has("password_file")) {
      map->problems()->Add(node, field,
                           "at most one of basic_auth password & password_file must be configured");
    }
    Unsupported(&reader, "password", kInlineSecret, unsupported);
    Unsupported(&reader, "username_file", "give the name itself", unsupported);
    Unsupported(&reader, "username_ref", "secret managers", unsupported);
    Unsupported(&reader, "password_ref", "secret managers", unsupported);
    reader.Finish();
  });
}

void ReadAuthorization(MapReader* map, const std::string& config_path, HttpAuth* auth,
                       Problems* unsupported) {
  map->Child("authorization", [&](const Node& node, const std::string& field) {
    MapReader reader(node, field, map->problems());
    auth->authorization_type = "Bearer";
    reader.String("type", &auth->authorization_type);
    reader.String("credentials_file", &auth->credentials_file);
    auth->credentials_file = BesideFile(config_path, auth->credentials_file);
    Unsupported(&reader, "credentials", kInlineSecret, unsupported);
    Unsupported(&reader, "credentials_ref", "secret managers", unsupported);
    reader.Finish();
    if (base::EqualsIgnoreCase(auth->authorization_type, "basic")) {
      map->problems()->Add(node, field + ".type",
                           "authorization type cannot be set to \"basic\", use \"basic_auth\"");
    }
  });
}

// bearer_token_file is authorization.credentials_file under its old name.
void ReadBearerToken(MapReader* map, const std::string& config_path, HttpAuth* auth,
                     Problems* unsupported) {
  if (map->Has("bearer_token") && map->Has("bearer_token_file")) {
    map->problems()->Add(map->node(), map->field(),
                         "at most one of bearer_token & bearer_token_file must be configured");
  }
  std::string file;
  if (map->String("bearer_token_file", &file) && !file.empty()) {
    auth->authorization_type = "Bearer";
    auth->credentials_file = BesideFile(config_path, file);
  }
  Unsupported(map, "bearer_token", kInlineSecret, unsupported);
}

void CheckOneWay(const MapReader& map) {
  int ways = 0;
  for (const std::string_view key : {"basic_auth", "authorization", "oauth2"}) {
    if (map.Has(key)) ++ways;
  }
  if (map.Has("bearer_token") || map.Has("bearer_token_file")) ++ways;
  if (ways < 2) return;
  map.problems()->Add(map.node(), map.field(),
                      "at most one of basic_auth, authorization, oauth2, bearer_token & "
                      "bearer_token_file must be configured");
}

void ReadTls(MapReader* map, const std::string& config_path, base::http::TlsClientOptions* tls,
             Problems* unsupported) {
  map->Child("tls_config", [&](const Node& node, const std::string& field) {
    MapReader reader(node, field, map->problems());
    reader.String("ca_file", &tls->ca_file);
    reader.String("cert_file", &tls->cert_file);
    reader.String("key_file", &tls->key_file);
    for (std::string* file : {&tls->ca_file, &tls->cert_file, &tls->key_file}) {
      *file = BesideFile(config_path, *file);
    }
    reader.String("server_name", &tls->server_name);
    reader.Bool("insecure_skip_verify", &tls->insecure_skip_verify);
    for (const std::string_view key : {"ca", "cert", "key", "ca_ref", "cert_ref", "key_ref"}) {
      Unsupported(&reader, key, "name a file instead (ca_file, cert_file, key_file)", unsupported);
    }
    Unsupported(&reader, "min_version", "TLS 1.2 and 1.3 are used", unsupported);
    Unsupported(&reader, "max_version", "TLS 1.2 and 1.3 are used", unsupported);
    reader.Finish();
    if (tls->cert_file.empty() != tls->key_file.empty()) {
      map->problems()->Add(node, field, "cert_file and key_file go together");
    }
  });
}

}  // namespace

void ReadHttpClient(MapReader* map, const std::string& config_path, HttpAuth* auth,
                    base::http::TlsClientOptions* tls, Problems* unsupported) {
  CheckOneWay(*map);
  ReadBasicAuth(map, config_path, auth, unsupported);
  ReadAuthorization(map, config_path, auth, unsupported);
  ReadBearerToken(map, config_path, auth, unsupported);
  ReadTls(map, config_path, tls, unsupported);
  Unsupported(map, "oauth2", "use basic_auth or authorization", unsupported);
  Unsupported(map, "proxy_url", "targets are reached directly", unsupported);
  Unsupported(map, "no_proxy", "targets are reached directly", unsupported);
  Unsupported(map, "proxy_from_environment", "targets are reached directly", unsupported, true);
  Unsupported(map, "proxy_connect_header", "targets are reached directly", unsupported);
  Unsupported(map, "http_headers", "headers of one's own", unsupported);
  map->Ignore("enable_http2");  // HTTP/1.1 serves every target
}

}  // namespace vedette::scrape
