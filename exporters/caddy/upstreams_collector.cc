// Requests under way and remembered failures of each upstream. Whether one is healthy is told by
// Caddy's own caddy_reverse_proxy_upstreams_healthy.
#include "exporters/caddy/collectors.h"
#include "exporters/caddy/upstream_list.h"

namespace vedette::exporters::caddy {
namespace {

constexpr uint64_t kMaxAnswerBytes = 4ull << 20;

class Upstreams final : public Collector {
 public:
  explicit Upstreams(const CollectorContext& context) : context_(context) {}

  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string text, context_.admin->Get("/reverse_proxy/upstreams",
                                                                         scrape, kMaxAnswerBytes));
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<Upstream> upstreams, ReadUpstreams(text));
    FamilyRef requests = sink->Gauge("caddy_reverse_proxy_upstream_requests_in_flight",
                                     "Requests that an upstream is serving.");
    FamilyRef fails = sink->Gauge("caddy_reverse_proxy_upstream_fails",
                                  "Failed requests that passive health checks still remember.");
    for (const Upstream& upstream : upstreams) {
      requests.Add(upstream.requests, {{"upstream", upstream.address}});
      fails.Add(upstream.fails, {{"upstream", upstream.address}});
    }
    return base::Status();
  }

 private:
  const CollectorContext context_;
};

}  // namespace

MadeCollector MakeUpstreams(const CollectorContext& context) {
  return std::make_unique<Upstreams>(context);
}

}  // namespace vedette::exporters::caddy
