#include "base/http/web_config.h"

#include <algorithm>
#include <utility>

#include "base/config/yaml.h"
#include "base/http/tls_context.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

using config::MapReader;
using config::Node;
using config::Problems;

// The header fields that upstream lets a file set.
constexpr std::string_view kHeaderNames[] = {"Content-Security-Policy", "Strict-Transport-Security",
                                             "X-Content-Type-Options", "X-Frame-Options",
                                             "X-XSS-Protection"};

bool IsBcryptHash(std::string_view text) {
  return text.size() == 60 && StartsWith(text, "$2") && text[3] == '$' && text[6] == '$';
}

// What is no map holds no user and no scope, which must not pass for protection. What stands there
// may be a secret: it is not shown.
bool IsMap(const Node& node, const std::string& field, Problems* problems) {
  if (node.kind == Node::Kind::kMap) return true;
  problems->Add(node, field, "want a map");
  return false;
}

// A relative path in the file is relative to the file.
std::string Resolve(const std::string& config_path, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  const size_t slash = config_path.rfind('/');
  return slash == std::string::npos ? path : JoinPath(config_path.substr(0, slash), path);
}

uint8_t ReadScopes(const Node& list, const std::string& field, Problems* problems) {
  uint8_t scopes = 0;
  if (list.kind != Node::Kind::kSequence || list.items.empty()) {
    problems->Add(list, field, "expected a list of read, push, admin");
  }
  for (const Node& item : list.items) {
    if (item.scalar == "read") {
      scopes |= static_cast<uint8_t>(Scope::kRead);
    } else if (item.scalar == "push") {
      scopes |= static_cast<uint8_t>(Scope::kPush);
    } else if (item.scalar == "admin") {
      scopes |= static_cast<uint8_t>(Scope::kAdmin);
    } else {
      problems->Add(item, field,
                    Concat({"found ", GoQuote(item.scalar), "; allowed are read, push, admin"}));
    }
  }
  return scopes;
}

void ReadTls(const Node& node, const std::string& field, Problems* problems, WebConfig* out) {
  WebConfig::Tls tls;
  MapReader map(node, field, problems);
  map.String("cert_file", &tls.cert_file);
  map.String("key_file", &tls.key_file);
  map.String("client_ca_file", &tls.client_ca_file);
  map.String("client_auth_type", &tls.client_auth_type);
  map.String("min_version", &tls.min_version);
  map.Ignore("prefer_server_cipher_suites");
  for (const std::string_view key : {"cert", "key", "client_ca"}) {
    map.Refuse(key, "certificates and keys are given as files");
  }
  for (const std::string_view key :
       {"cipher_suites", "curve_preferences", "max_version", "client_allowed_sans"}) {
    map.Refuse(key, "not supported; OpenSSL's defaults apply");
  }
  map.Require("cert_file");
  map.Require("key_file");
  map.Finish();
  if (!IsClientAuthType(tls.client_auth_type)) {
    problems->Add(*node.Find("client_auth_type"), field + ".client_auth_type",
                  Concat({"found ", GoQuote(tls.client_auth_type),
                          "; allowed are NoClientCert, RequestClientCert, RequireAnyClientCert, "
                          "VerifyClientCertIfGiven, RequireAndVerifyClientCert"}));
  }
  if (!IsTlsVersion(tls.min_version)) {
    problems->Add(
        *node.Find("min_version"), field + ".min_version",
        Concat({"found ", GoQuote(tls.min_version), "; allowed are TLS10, TLS11, TLS12, TLS13"}));
  }
  if (!tls.client_ca_file.empty() && tls.client_auth_type.empty()) {
    problems->Add(node, field, "client_ca_file needs client_auth_type");
  }
  const auto locate = [&](std::string_view key, std::string* path, std::string* place) {
    *path = Resolve(out->path, *path);
    const Node* const value = node.Find(key);
    if (value != nullptr) *place = problems->Place(*value, Concat({field, ".", key}));
  };
  locate("cert_file", &tls.cert_file, &tls.cert_file_place);
  locate("key_file", &tls.key_file, &tls.key_file_place);
  locate("client_ca_file", &tls.client_ca_file, &tls.client_ca_file_place);
  out->tls = std::move(tls);
}

void ReadHttpServer(const Node& node, const std::string& field, Problems* problems,
                    WebConfig* out) {
  MapReader map(node, field, problems);
  map.Ignore("http2");
  map.Child("headers", [&](const Node& headers, const std::string& headers_field) {
    if (!IsMap(headers, headers_field, problems)) return;
    for (const auto& [name, value] : headers.entries) {
      const bool known = std::find(std::begin(kHeaderNames), std::end(kHeaderNames), name) !=
                         std::end(kHeaderNames);
      if (!known) {
        problems->Add(value, headers_field + "." + name,
                      "cannot be set; allowed are Content-Security-Policy, "
                      "Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, "
                      "X-XSS-Protection");
      }
      out->headers.emplace_back(name, value.scalar);
    }
  });
  map.Finish();
}

void ReadUsers(const Node& node, const std::string& field, Problems* problems, WebConfig* out) {
  if (!IsMap(node, field, problems)) return;
  for (const auto& [name, value] : node.entries) {
    if (!IsBcryptHash(value.scalar)) {
      problems->Add(value, field + "." + name, "expected a bcrypt hash ($2y$...)");
    }
    out->users.push_back({name, value.scalar, 7});
  }
}

void ReadUserScopes(const Node& node, const std::string& field, Problems* problems,
                    WebConfig* out) {
  if (!IsMap(node, field, problems)) return;
  for (const auto& [name, value] : node.entries) {
    const std::string item = field + "." + name;
    const uint8_t scopes = ReadScopes(value, item, problems);
    // A named copy: clang 14 does not let a lambda capture a structured binding.
    const std::string& wanted = name;
    const auto user = std::find_if(out->users.begin(), out->users.end(),
                                   [&](const WebConfig::User& u) { return u.name == wanted; });
    if (user == out->users.end()) {
      problems->Add(value, item, "no such user in basic_auth_users");
    } else {
      user->scopes = scopes;
    }
  }
}

void ReadToken(const Node& node, const std::string& field, Problems* problems, WebConfig* out) {
  WebConfig::Token token;
  MapReader map(node, field, problems);
  map.String("name", &token.name);
  map.String("token_file", &token.token_file);
  map.Child("scopes", [&](const Node& list, const std::string& scopes_field) {
    token.scopes = ReadScopes(list, scopes_field, problems);
  });
  for (const std::string_view key : {"name", "token_file", "scopes"}) map.Require(key);
  map.Finish();
  token.token_file = Resolve(out->path, token.token_file);
  out->tokens.push_back(std::move(token));
}

}  // namespace

StatusOr<WebConfig> LoadWebConfig(FileSystem* fs, const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs->ReadFile(path));
  VEDETTE_ASSIGN_OR_RETURN(const Node root, config::ParseYaml(text, path));
  WebConfig out;
  out.path = path;
  if (root.kind == Node::Kind::kNull) return out;
  Problems problems(path);
  MapReader map(root, "", &problems);
  const auto with = [&](auto read) {
    return [&problems, &out, read](const Node& node, const std::string& field) {
      read(node, field, &problems, &out);
    };
  };
  map.Child("tls_server_config", with(ReadTls));
  map.Child("http_server_config", with(ReadHttpServer));
  map.Child("basic_auth_users", with(ReadUsers));
  map.Child("basic_auth_scopes", with(ReadUserScopes));
  map.Each("tokens", with(ReadToken));
  map.Refuse("rate_limit", "not supported");
  map.Finish();
  VEDETTE_RETURN_IF_ERROR(problems.ToStatus());
  return out;
}

}  // namespace vedette::base::http
