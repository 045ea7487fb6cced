#ifndef VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_H_
#define VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_H_

#include <cstdint>
#include <limits>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters {

// One scrape as a collector sees it: how long it may take. Times are Clock::MonotonicNanos().
struct Scrape {
  const base::Clock* clock = nullptr;
  int64_t deadline_mono_ns = 0;  // by which the page should be done; each scrape has its own
  // By which this collector should be done. A little later the scrape goes on without it.
  int64_t collector_deadline_mono_ns = std::numeric_limits<int64_t>::max();

  // Nanoseconds left to this collector, never negative.
  int64_t RemainingNanos() const;
};

// One source of metrics, such as the disks. Made at start, owned by a CollectorSet, which calls
// Collect from any thread but never from two at a time: buffers and the state between scrapes need
// no lock.
class Collector {
 public:
  virtual ~Collector() = default;

  // Adds families to `sink`. What was added before an error is still exposed; the error itself
  // shows as scrape_collector_success 0 and harms no other collector. NoData() says that the
  // machine lacks the source: success is 0 all the same, but nobody is warned. What may block holds
  // to `scrape`: of a collector that the scrape went on without, nothing is exposed.
  virtual base::Status Collect(const Scrape& scrape, FamilySink* sink) = 0;

  // Adds what the page shows in place of Collect's families where a scrape goes on without this
  // collector, such as redis_up 0. From any thread, also while another is inside Collect.
  virtual void CollectWithout(FamilySink*) const {}
};

base::Status NoData(std::string_view why);
bool IsNoData(const base::Status& status);

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_H_
