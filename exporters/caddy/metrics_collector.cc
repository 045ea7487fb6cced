// Caddy's own families, unchanged, and caddy_up.
#include <utility>
#include <vector>

#include "base/strings.h"
#include "exporters/caddy/collectors.h"
#include "exporters/caddy/relay.h"

namespace vedette::exporters::caddy {
namespace {

// Some 100,000 series: a server with many hosts and per_host on.
constexpr uint64_t kMaxPageBytes = 32ull << 20;
constexpr char kReloadTime[] = "caddy_config_last_reload_success_timestamp_seconds";

bool IsGoFamily(std::string_view name) {
  return base::StartsWith(name, "go_") || base::StartsWith(name, "promhttp_");
}

class Metrics final : public Collector {
 public:
  explicit Metrics(const CollectorContext& context) : context_(context) {}

  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    const base::Status status = Relay(scrape, sink);
    AddUp(status.ok(), sink);
    return status;
  }
  void CollectWithout(FamilySink* sink) const override { AddUp(false, sink); }

 private:
  static void AddUp(bool is_up, FamilySink* sink) {
    sink->Gauge("caddy_up", "Whether Caddy's admin interface gave its metrics.").Add(is_up ? 1 : 0);
  }

  base::Status Relay(const Scrape& scrape, FamilySink* sink) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string page,
                             context_.admin->Get("/metrics", scrape, kMaxPageBytes));
    auto families = ReadFamilies(page);
    if (!families.ok()) return base::Annotate(families.status(), "/metrics");
    for (prometheus::MetricFamily& family : *families) {
      if (family.name == kReloadTime && !family.metric.empty()) {
        context_.config->SetReloadTime(family.metric.front().gauge.value);
      }
      if (context_.options->go_metrics || !IsGoFamily(family.name)) sink->Add(std::move(family));
    }
    return base::Status();
  }

  const CollectorContext context_;
};

}  // namespace

MadeCollector MakeMetrics(const CollectorContext& context) {
  return std::make_unique<Metrics>(context);
}

}  // namespace vedette::exporters::caddy
