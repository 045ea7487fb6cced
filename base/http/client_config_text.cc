#include "base/http/client_config_text.h"

#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"

namespace vedette::base::http {
namespace {

using config::YamlWriter;

constexpr std::string_view kSecret = "<secret>";

void WriteSecret(std::string_view key, const SecretSource& secret, YamlWriter* out) {
  if (!secret.value.empty()) out->Raw(key, kSecret);
  out->TextIfAny(Concat({key, "_file"}), secret.file);
}

void WriteTls(const TlsClientOptions& tls, YamlWriter* out) {
  bool any = tls.insecure_skip_verify || !tls.key.empty();
  for (const std::string* text : {&tls.ca, &tls.cert, &tls.ca_file, &tls.cert_file, &tls.key_file,
                                  &tls.server_name, &tls.min_version, &tls.max_version}) {
    any = any || !text->empty();
  }
  if (!any) return;
  out->Map("tls_config");
  out->TextIfAny("ca", tls.ca);
  out->TextIfAny("cert", tls.cert);
  if (!tls.key.empty()) out->Raw("key", kSecret);
  out->TextIfAny("ca_file", tls.ca_file);
  out->TextIfAny("cert_file", tls.cert_file);
  out->TextIfAny("key_file", tls.key_file);
  out->TextIfAny("server_name", tls.server_name);
  out->Bool("insecure_skip_verify", tls.insecure_skip_verify);
  out->TextIfAny("min_version", tls.min_version);
  out->TextIfAny("max_version", tls.max_version);
  out->End();
}

void WriteProxy(const ProxyConfig& proxy, YamlWriter* out) {
  out->TextIfAny("proxy_url", WithoutPassword(proxy.url));
  out->TextIfAny("no_proxy", proxy.no_proxy);
  if (proxy.from_environment) out->Bool("proxy_from_environment", true);
  std::vector<std::pair<std::string, std::vector<std::string>>> headers;
  for (const auto& [name, values] : proxy.connect_headers) {
    headers.emplace_back(name, std::vector<std::string>(values.size(), std::string(kSecret)));
  }
  out->Lists("proxy_connect_header", std::move(headers));
}

void WriteOAuth2(const OAuth2Config& oauth2, YamlWriter* out) {
  out->Map("oauth2").Text("client_id", oauth2.client_id);
  WriteSecret("client_secret", oauth2.client_secret, out);
  if (!oauth2.scopes.empty()) out->List("scopes", oauth2.scopes);
  out->Text("token_url", oauth2.token_url);
  out->Pairs("endpoint_params", oauth2.endpoint_params);
  WriteTls(oauth2.tls, out);
  WriteProxy(oauth2.proxy, out);
  out->End();
}

void WriteHeaders(const std::vector<HeaderConfig>& headers, YamlWriter* out) {
  if (headers.empty()) return;
  out->Map("http_headers");
  for (const HeaderConfig& header : headers) {
    out->Map(config::YamlScalar(header.name));
    if (!header.values.empty()) out->List("values", header.values);
    if (!header.secrets.empty()) {
      out->List("secrets", std::vector<std::string>(header.secrets.size(), std::string(kSecret)));
    }
    if (!header.files.empty()) out->List("files", header.files);
    out->End();
  }
  out->End();
}

}  // namespace

std::string WithoutPassword(const std::string& url) {
  const size_t begin = url.find("://");
  const size_t at = url.find('@');
  if (begin == std::string::npos || at == std::string::npos) return url;
  const size_t colon = url.find(':', begin + 3);
  if (colon == std::string::npos || colon > at) return url;
  return Concat({url.substr(0, colon + 1), kSecret, url.substr(at)});
}

void WriteClientConfig(const ClientConfig& client, YamlWriter* out) {
  if (client.basic_auth) {
    out->Map("basic_auth");
    out->TextIfAny("username", client.basic_auth->username);
    out->TextIfAny("username_file", client.basic_auth->username_file);
    WriteSecret("password", client.basic_auth->password, out);
    out->End();
  }
  if (client.authorization) {
    out->Map("authorization").Text("type", client.authorization->type);
    WriteSecret("credentials", client.authorization->credentials, out);
    out->End();
  }
  if (client.oauth2) WriteOAuth2(*client.oauth2, out);
  WriteTls(client.tls, out);
  out->Bool("follow_redirects", client.follow_redirects);
  out->Bool("enable_http2", client.enable_http2);
  WriteProxy(client.proxy, out);
  WriteHeaders(client.headers, out);
}

}  // namespace vedette::base::http
