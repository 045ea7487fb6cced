#ifndef VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_SET_H_
#define VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_SET_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "exporters/runtime/collector_crew.h"
#include "exporters/runtime/scrape_limits.h"

namespace vedette::exporters {

// The collectors that are switched on, and what is said of each at every scrape:
// PREFIX_scrape_collector_duration_seconds and PREFIX_scrape_collector_success. Thread-safe; who
// runs them, for how long and what is logged is said in collector_crew.h.
class CollectorSet final : public prometheus::Collectable {
 public:
  using Member = CollectorCrew::Member;
  struct Options {
    std::string prefix;   // "node"; "" says nothing of the collectors
    std::string program;  // "node_exporter", said in the two HELP texts
    std::vector<Member> members;
    ScrapeLimits limits;
    const base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
  };

  explicit CollectorSet(Options options);

  bool Has(std::string_view name) const { return crew_->Has(name); }
  std::vector<std::string> Names() const { return crew_->Names(); }
  const ScrapeLimits& limits() const { return limits_; }

  // Every collector, within kDefaultScrapeTimeout (page.h).
  std::vector<prometheus::MetricFamily> Collect() const override;
  // Those named, by `deadline_mono_ns`, and then `use` once with their families, on the thread that
  // they come from (CollectorCrew::Run).
  void Scrape(const std::vector<std::string>& names, int64_t deadline_mono_ns,
              const std::function<void(FamilySink*)>& use) const;

 private:
  void AddOutcomes(CollectorCrew::Page* page) const;

  const std::string prefix_;
  const std::string program_;
  const ScrapeLimits limits_;
  const base::Clock* const clock_;
  const std::unique_ptr<CollectorCrew> crew_;
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_SET_H_
