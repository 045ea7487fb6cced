#include "exporters/runtime/collector_set.h"

#include <chrono>
#include <utility>

#include "exporters/runtime/page.h"

namespace vedette::exporters {

CollectorSet::CollectorSet(Options options)
    : prefix_(std::move(options.prefix)),
      program_(std::move(options.program)),
      limits_(options.limits),
      clock_(options.clock),
      crew_(std::make_unique<CollectorCrew>(std::move(options.members), options.limits,
                                            options.clock, options.logger)) {}

std::vector<prometheus::MetricFamily> CollectorSet::Collect() const {
  const int64_t timeout = std::chrono::nanoseconds(kDefaultScrapeTimeout).count();
  std::vector<prometheus::MetricFamily> all;
  Scrape(Names(), clock_->MonotonicNanos() + timeout,
         [&all](FamilySink* families) { families->MoveTo(&all); });
  return all;
}

void CollectorSet::Scrape(const std::vector<std::string>& names, int64_t deadline_mono_ns,
                          const std::function<void(FamilySink*)>& use) const {
  crew_->Run(names, deadline_mono_ns, [this, &use](CollectorCrew::Page* page) {
    if (!prefix_.empty()) AddOutcomes(page);
    use(&page->families);
  });
}

void CollectorSet::AddOutcomes(CollectorCrew::Page* page) const {
  FamilyRef duration = page->families.Gauge(prefix_ + "_scrape_collector_duration_seconds",
                                            program_ + ": Duration of a collector scrape.");
  FamilyRef success = page->families.Gauge(prefix_ + "_scrape_collector_success",
                                           program_ + ": Whether a collector succeeded.");
  for (const CollectorCrew::Outcome& outcome : page->outcomes) {
    duration.Add(static_cast<double>(outcome.nanos) / 1e9, {{"collector", outcome.name}});
    success.Add(outcome.status.ok() ? 1 : 0, {{"collector", outcome.name}});
  }
}

}  // namespace vedette::exporters
