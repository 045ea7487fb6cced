// Facts of the configuration that runs: caddy_config_*.
#include <algorithm>
#include <utility>

#include "base/codec/bytes.h"
#include "exporters/caddy/collectors.h"

namespace vedette::exporters::caddy {
namespace {

constexpr uint64_t kMaxConfigBytes = 32ull << 20;

void AddServers(const ConfigFacts& facts, FamilySink* sink) {
  FamilyRef info = sink->Gauge("caddy_config_server_info", "An HTTP server and where it listens.");
  FamilyRef routes = sink->Gauge("caddy_config_server_routes", "Routes at the top of a server.");
  FamilyRef hosts = sink->Gauge("caddy_config_server_hosts", "Hosts that a server's routes match.");
  FamilyRef logs =
      sink->Gauge("caddy_config_server_access_log", "Whether a server writes access logs.");
  for (const ConfigFacts::Server& server : facts.servers) {
    info.Add(1, {{"listen", server.listen}, {"server", server.name}});
    routes.Add(static_cast<double>(server.routes), {{"server", server.name}});
    hosts.Add(static_cast<double>(server.hosts), {{"server", server.name}});
    logs.Add(server.has_access_log ? 1 : 0, {{"server", server.name}});
  }
}

void AddFacts(const ConfigFacts& facts, FamilySink* sink) {
  sink->Gauge("caddy_config_hash", "A hash of the configuration: another one tells of a change.")
      .Add(static_cast<double>(facts.hash));
  sink->Gauge("caddy_config_servers", "HTTP servers of the configuration.")
      .Add(static_cast<double>(facts.servers.size()));
  sink->Gauge("caddy_config_upstreams", "Upstreams that reverse proxies of the configuration name.")
      .Add(static_cast<double>(facts.upstreams.size()));
  sink->Gauge("caddy_config_http_metrics",
              "Whether the configuration switches Caddy's own HTTP metrics on.")
      .Add(facts.has_metrics ? 1 : 0);
  AddServers(facts, sink);
}

class Config final : public Collector {
 public:
  explicit Config(const CollectorContext& context) : context_(context) {}

  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    VEDETTE_RETURN_IF_ERROR(Read(scrape));
    const auto facts = context_.config->Get();
    AddFacts(*facts, sink);
    // Caddy tells when it last loaded a configuration; a release that does not has the time at
    // which this one was first seen.
    const double now = static_cast<double>(context_.clock->WallNanos()) / 1e9;
    const double told = context_.config->ReloadTime();
    sink->Gauge("caddy_config_age_seconds", "How long ago the configuration was loaded.")
        .Add(std::max(0.0, now - (told > 0 ? told : first_seen_)));
    return base::Status();
  }

 private:
  // The text is parsed only when it changed.
  base::Status Read(const Scrape& scrape) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string text,
                             context_.admin->Get("/config/", scrape, kMaxConfigBytes));
    const uint64_t hash = base::Hash64(text);
    if (context_.config->Get() && hash == last_hash_) return base::Status();
    VEDETTE_ASSIGN_OR_RETURN(ConfigFacts facts, ReadConfigFacts(text));
    context_.config->Set(std::make_shared<const ConfigFacts>(std::move(facts)));
    last_hash_ = hash;
    first_seen_ = static_cast<double>(context_.clock->WallNanos()) / 1e9;
    return base::Status();
  }

  const CollectorContext context_;
  uint64_t last_hash_ = 0;
  double first_seen_ = 0;
};

}  // namespace

MadeCollector MakeConfig(const CollectorContext& context) {
  return std::make_unique<Config>(context);
}

}  // namespace vedette::exporters::caddy
