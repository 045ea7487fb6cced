#include "base/http/client_config.h"

#include <algorithm>
#include <array>

#include "base/http/tls_context.h"
#include "base/http/url.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

using config::MapReader;
using config::Node;
using config::Problems;

constexpr std::string_view kSecretManagers = "secrets come from the file or from files";

// Those that http_headers may not set, in lower case.
constexpr std::array<std::string_view, 18> kReservedHeaders = {
    "authorization",
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
    "x-prometheus-remote-write-version",
    "x-prometheus-remote-read-version",
    "x-prometheus-scrape-timeout-seconds",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256"};

void Unsupported(MapReader* map, std::string_view key, std::string_view why,
                 Problems* unsupported) {
  map->Ignore(key);
  const Node* node = map->node().Find(key);
  if (node == nullptr || node->kind == Node::Kind::kNull) return;
  unsupported->Add(*node, Concat({map->field(), map->field().empty() ? "" : ".", key}),
                   Concat({"not supported: ", why}));
}

// Reads one section of a configuration, whose file is at `path`.
class Reader {
 public:
  Reader(MapReader* map, const std::string& path, Problems* unsupported)
      : map_(map), path_(path), unsupported_(unsupported) {}

  void Read(ClientConfig* out) {
    CheckOneWay();
    map_->Child("basic_auth", [this, out](const Node& node, const std::string& field) {
      if (IsMap(node, field)) ReadBasicAuth(node, field, &out->basic_auth.emplace());
    });
    map_->Child("authorization", [this, out](const Node& node, const std::string& field) {
      if (IsMap(node, field)) ReadAuthorization(node, field, &out->authorization.emplace());
    });
    ReadBearerToken(out);
    map_->Child("oauth2", [this, out](const Node& node, const std::string& field) {
      if (IsMap(node, field)) ReadOAuth2(node, field, &out->oauth2.emplace());
    });
    map_->Child("tls_config", [this, out](const Node& node, const std::string& field) {
      ReadTls(node, field, &out->tls);
    });
    ReadProxy(map_, &out->proxy);
    map_->Bool("follow_redirects", &out->follow_redirects);
    map_->Bool("enable_http2", &out->enable_http2);
    map_->Child("http_headers", [this, out](const Node& node, const std::string& field) {
      ReadHeaders(node, field, &out->headers);
    });
  }

 private:
  Problems* problems() { return map_->problems(); }

  // At most one of the keys; says so as upstream does.
  void AtMostOne(const MapReader& map, std::initializer_list<std::string_view> keys,
                 std::string_view what) {
    if (std::count_if(keys.begin(), keys.end(), [&](auto key) { return map.Has(key); }) < 2) return;
    problems()->Add(map.node(), map.field(),
                    Concat({"at most one of ", what, " must be configured"}));
  }

  // What stands there instead may be a secret: it is not shown.
  bool IsMap(const Node& node, const std::string& field) {
    if (node.kind != Node::Kind::kMap) problems()->Add(node, field, "want a map");
    return node.kind == Node::Kind::kMap;
  }
  bool IsList(const Node* node, const std::string& field) {
    const bool bad = node != nullptr && node->kind != Node::Kind::kSequence;
    if (bad) problems()->Add(*node, field, "want a list");
    return node != nullptr && !bad;
  }

  void CheckOneWay() {
    AtMostOne(*map_, {"bearer_token", "bearer_token_file"}, "bearer_token & bearer_token_file");
    const bool bearer = map_->Has("bearer_token") || map_->Has("bearer_token_file");
    if (bearer && (map_->Has("basic_auth") || map_->Has("oauth2"))) {
      problems()->Add(map_->node(), map_->field(),
                      "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be "
                      "configured");
    }
    if (bearer && map_->Has("authorization")) {
      problems()->Add(map_->node(), map_->field(),
                      "authorization is not compatible with bearer_token & bearer_token_file");
    }
    AtMostOne(*map_, {"basic_auth", "oauth2", "authorization"},
              "basic_auth, oauth2 & authorization");
  }

  void ReadSecret(MapReader* map, const std::string& key, SecretSource* out) {
    const std::string file_key = key + "_file";
    std::string value;
    if (map->String(key, &value)) out->value = Secret(std::move(value));
    ReadFile(map, file_key, &out->file);
    AtMostOne(*map, {key, file_key}, Concat({key, " & ", file_key}));
    Unsupported(map, key + "_ref", kSecretManagers, unsupported_);
  }

  void ReadFile(MapReader* map, std::string_view key, std::string* out) {
    if (map->String(key, out)) *out = BesideConfig(path_, *out);
  }

  void ReadBasicAuth(const Node& node, const std::string& field, BasicAuth* out) {
    MapReader map(node, field, problems());
    map.String("username", &out->username);
    ReadFile(&map, "username_file", &out->username_file);
    Unsupported(&map, "username_ref", kSecretManagers, unsupported_);
    AtMostOne(map, {"username", "username_file"}, "basic_auth username & username_file");
    ReadSecret(&map, "password", &out->password);
    map.Finish();
  }

  void ReadAuthorization(const Node& node, const std::string& field, AuthorizationConfig* out) {
    MapReader map(node, field, problems());
    map.String("type", &out->type);
    if (out->type.empty()) out->type = "Bearer";
    ReadSecret(&map, "credentials", &out->credentials);
    map.Finish();
    if (!EqualsIgnoreCase(Trim(out->type), "basic")) return;
    problems()->Add(node, field + ".type",
                    "authorization type cannot be set to \"basic\", use \"basic_auth\" instead");
  }

  // authorization under its old name.
  void ReadBearerToken(ClientConfig* out) {
    SecretSource token;
    ReadSecret(map_, "bearer_token", &token);
    if (token.given()) out->authorization = AuthorizationConfig{"Bearer", std::move(token)};
  }

  void ReadOAuth2(const Node& node, const std::string& field, OAuth2Config* out) {
    MapReader map(node, field, problems());
    map.String("client_id", &out->client_id);
    ReadSecret(&map, "client_secret", &out->client_secret);
    map.StringList("scopes", &out->scopes);
    map.String("token_url", &out->token_url);
    map.StringMap("endpoint_params", &out->endpoint_params);
    map.Child("tls_config", [&](const Node& n, const std::string& f) { ReadTls(n, f, &out->tls); });
    ReadProxy(&map, &out->proxy);
    for (const std::string_view key :
         {"grant_type", "client_certificate_key", "client_certificate_key_file",
          "client_certificate_key_id", "client_certificate_key_ref", "signature_algorithm", "iss",
          "audience", "claims"}) {
      Unsupported(&map, key, "tokens come by client credentials", unsupported_);
    }
    map.Finish();
    if (out->client_id.empty()) {
      problems()->Add(node, field + ".client_id", "oauth2 client_id must be configured");
    }
    if (out->token_url.empty()) {
      problems()->Add(node, field + ".token_url", "oauth2 token_url must be configured");
    } else if (const auto url = ParseUrl(out->token_url); !url.ok()) {
      problems()->Add(node, field + ".token_url", Message(url.status()));
    }
  }

  // A file, or the text itself.
  void ReadPem(MapReader* map, const std::string& key, std::string* text, std::string* file) {
    map->String(key, text);
    ReadFile(map, key + "_file", file);
    AtMostOne(*map, {key, key + "_file"}, Concat({key, " & ", key, "_file"}));
    Unsupported(map, key + "_ref", kSecretManagers, unsupported_);
  }

  void ReadTlsVersion(MapReader* map, std::string_view key, std::string* out) {
    if (!map->String(key, out) || IsTlsVersion(*out) || out->empty()) return;
    problems()->Add(*map->node().Find(key), Concat({map->field(), ".", key}),
                    Concat({"found ", GoQuote(*out), "; allowed: TLS10, TLS11, TLS12, TLS13"}));
  }

  void ReadTls(const Node& node, const std::string& field, TlsClientOptions* out) {
    MapReader map(node, field, problems());
    ReadPem(&map, "ca", &out->ca, &out->ca_file);
    ReadPem(&map, "cert", &out->cert, &out->cert_file);
    ReadPem(&map, "key", &out->key, &out->key_file);
    map.String("server_name", &out->server_name);
    map.Bool("insecure_skip_verify", &out->insecure_skip_verify);
    ReadTlsVersion(&map, "min_version", &out->min_version);
    ReadTlsVersion(&map, "max_version", &out->max_version);
    map.Finish();
    const bool cert = !out->cert.empty() || !out->cert_file.empty();
    const bool key = !out->key.empty() || !out->key_file.empty();
    if (cert && !key) {
      problems()->Add(node, field,
                      "exactly one of key or key_file must be configured when a client certificate "
                      "is configured");
    }
    if (key && !cert) {
      problems()->Add(node, field,
                      "exactly one of cert or cert_file must be configured when a client key is "
                      "configured");
    }
    if (!out->min_version.empty() && !out->max_version.empty() &&
        out->max_version < out->min_version) {
      problems()->Add(node, field,
                      Concat({"tls_config.max_version must be greater than or equal to "
                              "tls_config.min_version, found ",
                              out->max_version, " and ", out->min_version}));
    }
  }

  void ReadProxy(MapReader* map, ProxyConfig* out) {
    map->String("proxy_url", &out->url);
    map->String("no_proxy", &out->no_proxy);
    map->Bool("proxy_from_environment", &out->from_environment);
    map->Child("proxy_connect_header", [&](const Node& node, const std::string& field) {
      MapReader names(node, field, problems());
      for (const auto& [name, values] : node.entries) {
        std::vector<std::string> texts;
        names.Ignore(name);
        if (IsList(&values, Concat({field, ".", name}))) names.StringList(name, &texts);
        auto& secrets = out->connect_headers.emplace_back(name, std::vector<Secret>()).second;
        for (std::string& text : texts) secrets.emplace_back(std::move(text));
      }
      names.Finish();
    });
    CheckProxy(*map, *out);
  }

  void CheckProxy(const MapReader& map, const ProxyConfig& proxy) {
    const auto wrong = [&](std::string_view key, std::string_view why) {
      problems()->Add(*map.node().Find(key), Concat({map.field(), ".", key}), why);
    };
    if (!proxy.url.empty())
      CheckProxyUrl(proxy.url, [&](std::string_view why) { wrong("proxy_url", why); });
    const bool any = proxy.from_environment || !proxy.url.empty();
    if (!proxy.connect_headers.empty() && !any) {
      wrong("proxy_connect_header",
            "if proxy_connect_header is configured, proxy_url or proxy_from_environment must also "
            "be configured");
    }
    if (proxy.from_environment && !proxy.url.empty()) {
      wrong("proxy_from_environment",
            "if proxy_from_environment is configured, proxy_url must not be configured");
    }
    if (proxy.from_environment && !proxy.no_proxy.empty()) {
      wrong("no_proxy", "if proxy_from_environment is configured, no_proxy must not be configured");
    }
    if (!proxy.from_environment && proxy.url.empty() && !proxy.no_proxy.empty()) {
      wrong("no_proxy", "if no_proxy is configured, proxy_url must also be configured");
    }
  }

  // The URL may hold a password: it is not shown.
  template <typename Wrong>
  void CheckProxyUrl(const std::string& text, Wrong wrong) {
    const auto url = ParseUrl(text);
    if (!url.ok()) {
      wrong(Concat({Message(url.status()), "; allowed: http://[USER:PASSWORD@]HOST[:PORT]"}));
    } else if (url->is_tls()) {
      wrong("found https://; allowed: http://[USER:PASSWORD@]HOST[:PORT]");
    }
  }

  void ReadHeaders(const Node& node, const std::string& field, std::vector<HeaderConfig>* out) {
    MapReader names(node, field, problems());
    for (const auto& [name, value] : node.entries) {
      names.Child(name, [&, &header_name = name](const Node& n, const std::string& f) {
        const auto& reserved = kReservedHeaders;
        if (std::find(reserved.begin(), reserved.end(), ToLowerAscii(header_name)) !=
            reserved.end()) {
          problems()->Add(n, f,
                          Concat({"setting header ", GoQuote(header_name), " is not allowed"}));
        }
        HeaderConfig& header = out->emplace_back();
        header.name = header_name;
        MapReader map(n, f, problems());
        std::vector<std::string> secrets;
        map.StringList("values", &header.values);
        map.Ignore("secrets");
        if (IsList(n.Find("secrets"), f + ".secrets")) map.StringList("secrets", &secrets);
        map.StringList("files", &header.files);
        map.Finish();
        for (std::string& secret : secrets) header.secrets.emplace_back(std::move(secret));
        for (std::string& file : header.files) file = BesideConfig(path_, file);
      });
    }
    names.Finish();
  }

  MapReader* const map_;
  const std::string& path_;
  Problems* const unsupported_;
};

}  // namespace

StatusOr<Secret> SecretSource::Read(FileSystem* fs) const {
  if (file.empty()) return value;
  return ReadSecretFile(fs, file);
}

std::string BesideConfig(const std::string& config_path, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  const size_t slash = config_path.rfind('/');
  return slash == std::string::npos ? path : JoinPath(config_path.substr(0, slash), path);
}

void ReadClientConfig(MapReader* map, const std::string& config_path, ClientConfig* out,
                      Problems* unsupported) {
  Reader(map, config_path, unsupported).Read(out);
}

}  // namespace vedette::base::http
