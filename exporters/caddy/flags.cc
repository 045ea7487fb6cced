#include "exporters/caddy/flags.h"

#include "exporters/caddy/collectors.h"

namespace vedette::exporters::caddy {
namespace {

void AddAdmin(std::vector<CaddyFlag>* flags) {
  const CaddyOptions defaults;
  flags->push_back(TextFlag<CaddyOptions>(
      "caddy.admin-address", "Caddy's admin interface: HOST:PORT or unix//PATH",
      defaults.admin_address, [](CaddyOptions * o) -> auto& { return o->admin_address; }));
  flags->back().env = "CADDY_ADMIN";
  flags->push_back(TimeFlag<CaddyOptions>(
      "caddy.timeout", "How long one call to the admin interface may take", "3s",
      [](CaddyOptions * o) -> auto& { return o->timeout; }));
  flags->push_back(SwitchFlag<CaddyOptions>(
      "caddy.go-metrics", "Relay Caddy's go_* and promhttp_* families too", defaults.go_metrics,
      [](CaddyOptions * o) -> auto& { return o->go_metrics; }));
}

void AddAccessLogs(std::vector<CaddyFlag>* flags) {
  const CaddyOptions defaults;
  flags->push_back(ListFlag<CaddyOptions>(
      "caddy.access-log",
      "Access log to count, * and ? allowed in its last part; repeatable; by default "
      "/var/log/caddy-access-*.log and /var/log/caddy/*.log",
      [](CaddyOptions * o) -> auto& { return o->access_logs; }));
  flags->push_back(SwitchFlag<CaddyOptions>(
      "caddy.access-logs-from-config", "Count the access logs that Caddy's configuration names too",
      defaults.access_logs_from_config,
      [](CaddyOptions * o) -> auto& { return o->access_logs_from_config; }));
  flags->push_back(CountFlag<CaddyOptions>(
      "caddy.max-hosts", "Hosts of access logs with series of their own; the others share _other",
      defaults.max_hosts, 0, 10'000, [](CaddyOptions * o) -> auto& { return o->max_hosts; }));
  flags->push_back(TextFlag<CaddyOptions>(
      "caddy.state-file", "File that keeps the access logs' counters across a restart", "",
      [](CaddyOptions * o) -> auto& { return o->state_file; }));
}

void AddCertificates(std::vector<CaddyFlag>* flags) {
  flags->push_back(TextFlag<CaddyOptions>(
      "caddy.storage",
      "Caddy's data folder, where its certificates are; by default "
      "/var/lib/caddy/.local/share/caddy or this user's",
      "", [](CaddyOptions * o) -> auto& { return o->storage; }));
  flags->push_back(ListFlag<CaddyOptions>(
      "caddy.handshake",
      "NAME or NAME=ADDRESS:PORT whose certificate is taken by a TLS handshake; repeatable",
      [](CaddyOptions * o) -> auto& { return o->handshakes; }));
}

}  // namespace

std::vector<CaddyFlag> CaddyFlags() {
  std::vector<CaddyFlag> flags;
  AddAdmin(&flags);
  AddAccessLogs(&flags);
  AddCertificates(&flags);
  for (const CollectorSpec& spec : AllCollectors()) {
    const std::string name = spec.name;
    flags.push_back(SwitchFlag<CaddyOptions>(
        "collector." + name, spec.help,
        true, [name](CaddyOptions * o) -> auto& { return o->collectors[name]; }));
  }
  return flags;
}

}  // namespace vedette::exporters::caddy
