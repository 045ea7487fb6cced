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
  return CollectNamed(Names(), clock_->MonotonicNanos() + timeout);
}

std::vector<prometheus::MetricFamily> CollectorSet::CollectNamed(
    const std::vector<std::string>& names, int64_t deadline_mono_ns) const {
  CollectorCrew::Page page = crew_->Run(names, deadline_mono_ns);
  if (prefix_.empty()) return std::move(page.families);
  FamilySink about;
  FamilyRef duration = about.Gauge(prefix_ + "_scrape_collector_duration_seconds",
                                   program_ + ": Duration of a collector scrape.");
  FamilyRef success = about.Gauge(prefix_ + "_scrape_collector_success",
                                  program_ + ": Whether a collector succeeded.");
  for (const CollectorCrew::Outcome& outcome : page.outcomes) {
    duration.Add(static_cast<double>(outcome.nanos) / 1e9, {{"collector", outcome.name}});
    success.Add(outcome.status.ok() ? 1 : 0, {{"collector", outcome.name}});
  }
  about.MoveTo(&page.families);
  return std::move(page.families);
}

}  // namespace vedette::exporters
