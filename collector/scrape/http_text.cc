#include "collector/scrape/http_text.h"

#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"

namespace vedette::scrape {
namespace {

using base::config::YamlWriter;
using base::http::SecretSource;
using base::http::TlsClientOptions;

constexpr std::string_view kSecret = "<secret>";

void WriteSecret(std::string_view key, const SecretSource& secret, YamlWriter* out) {
  if (!secret.value.empty()) out->Raw(key, kSecret);
  out->TextIfAny(base::Concat({key, "_file"}), secret.file);
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

// "http://user:password@proxy" without the password.
std::string WithoutPassword(const std::string& url) {
  const size_t begin = url.find("://");
  const size_t at = url.find('@');
  if (begin == std::string::npos || at == std::string::npos) return url;
  const size_t colon = url.find(':', begin + 3);
  if (colon == std::string::npos || colon > at) return url;
  return base::Concat({url.substr(0, colon + 1), kSecret, url.substr(at)});
}

void WriteProxy(const base::http::ProxyConfig& proxy, YamlWriter* out) {
  out->TextIfAny("proxy_url", WithoutPassword(proxy.url));
  out->TextIfAny("no_proxy", proxy.no_proxy);
  if (proxy.from_environment) out->Bool("proxy_from_environment", true);
  std::vector<std::pair<std::string, std::vector<std::string>>> headers;
  for (const auto& [name, values] : proxy.connect_headers) {
    headers.emplace_back(name, std::vector<std::string>(values.size(), std::string(kSecret)));
  }
  out->Lists("proxy_connect_header", std::move(headers));
}

void WriteOAuth2(const base::http::OAuth2Config& oauth2, YamlWriter* out) {
  out->Map("oauth2").Text("client_id", oauth2.client_id);
  WriteSecret("client_secret", oauth2.client_secret, out);
  if (!oauth2.scopes.empty()) out->List("scopes", oauth2.scopes);
  out->Text("token_url", oauth2.token_url);
  out->Pairs("endpoint_params", oauth2.endpoint_params);
  WriteTls(oauth2.tls, out);
  WriteProxy(oauth2.proxy, out);
  out->End();
}

void WriteHeaders(const std::vector<base::http::HeaderConfig>& headers, YamlWriter* out) {
  if (headers.empty()) return;
  out->Map("http_headers");
  for (const base::http::HeaderConfig& header : headers) {
    out->Map(base::config::YamlScalar(header.name));
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

void WriteClientConfig(const base::http::ClientConfig& config, YamlWriter* out) {
  if (config.basic_auth) {
    out->Map("basic_auth");
    out->TextIfAny("username", config.basic_auth->username);
    out->TextIfAny("username_file", config.basic_auth->username_file);
    WriteSecret("password", config.basic_auth->password, out);
    out->End();
  }
  if (config.authorization) {
    out->Map("authorization").Text("type", config.authorization->type);
    WriteSecret("credentials", config.authorization->credentials, out);
    out->End();
  }
  if (config.oauth2) WriteOAuth2(*config.oauth2, out);
  WriteTls(config.tls, out);
  out->Bool("follow_redirects", config.follow_redirects);
  out->Bool("enable_http2", config.enable_http2);
  WriteProxy(config.proxy, out);
  WriteHeaders(config.headers, out);
}

void WriteDiscoveries(const DiscoveryConfig& config, YamlWriter* out) {
  if (!config.agents.empty()) out->Items("agent_sd_configs");
  for (const auto& [key, agents] : config.agents) {
    out->Item();
    out->Text("job", agents.job);
    out->Duration("refresh_interval", agents.refresh_ms);
    out->End();
  }
  if (!config.dns.empty()) out->Items("dns_sd_configs");
  for (const auto& [key, dns] : config.dns) {
    out->Item();
    out->List("names", dns.names);
    out->Duration("refresh_interval", dns.refresh_ms);
    out->Raw("type", DnsTypeName(dns.type));
    out->Number("port", dns.port);
    out->End();
  }
  if (!config.files.empty()) out->Items("file_sd_configs");
  for (const auto& [key, files] : config.files) {
    out->Item();
    out->List("files", files.patterns);
    out->Duration("refresh_interval", files.refresh_ms);
    out->End();
  }
  if (!config.http.empty()) out->Items("http_sd_configs");
  for (const auto& [key, http] : config.http) {
    out->Item();
    WriteClientConfig(http.http, out);
    out->Duration("refresh_interval", http.refresh_ms);
    out->Text("url", WithoutPassword(http.url));
    out->End();
  }
  if (config.static_groups.empty()) return;
  out->Items("static_configs");
  for (const TargetGroup& group : config.static_groups) {
    out->Item();
    out->List("targets", group.targets);
    out->Pairs("labels", group.labels);
    out->End();
  }
}

}  // namespace vedette::scrape
