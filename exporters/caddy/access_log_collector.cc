// What the access logs tell: see access_stats.
#include "exporters/caddy/collectors.h"

namespace vedette::exporters::caddy {
namespace {

class AccessLog final : public Collector {
 public:
  explicit AccessLog(AccessLogs* logs) : logs_(logs) {}

  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    // So that a scrape shows what was written up to now, as far as there is time to read it.
    while (logs_->Poll() && scrape.RemainingNanos() > 0) continue;
    return logs_->Collect(sink);
  }

 private:
  AccessLogs* const logs_;
};

}  // namespace

MadeCollector MakeAccessLog(const CollectorContext& context) {
  return std::make_unique<AccessLog>(context.access_logs);
}

}  // namespace vedette::exporters::caddy
