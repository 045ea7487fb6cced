#include "collector/scrape/http_text.h"

#include "base/http/client_config_text.h"

namespace vedette::scrape {

using base::config::YamlWriter;

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
    base::http::WriteClientConfig(http.http, out);
    out->Duration("refresh_interval", http.refresh_ms);
    out->Text("url", base::http::WithoutPassword(http.url));
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
