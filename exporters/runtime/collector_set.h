#ifndef VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_SET_H_
#define VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_SET_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "exporters/runtime/collector.h"

namespace vedette::exporters {

// The collectors that are switched on, and what is said of each at every scrape:
// PREFIX_scrape_collector_duration_seconds and PREFIX_scrape_collector_success. A failing collector
// is logged when it begins to fail and when it works again, not at each scrape. Thread-safe;
// scrapes at the same time take turns at each collector.
class CollectorSet final : public prometheus::Collectable {
 public:
  struct Member {
    std::string name;
    std::unique_ptr<Collector> collector;
  };
  struct Options {
    std::string prefix;   // "node"; "" says nothing of the collectors
    std::string program;  // "node_exporter", said in the two HELP texts
    std::vector<Member> members;
    const base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
  };

  explicit CollectorSet(Options options);

  bool Has(std::string_view name) const;
  std::vector<std::string> Names() const;

  // Every collector, within kDefaultScrapeTimeout (page.h).
  std::vector<prometheus::MetricFamily> Collect() const override;
  // Those named; `deadline_mono_ns` is passed on to them.
  std::vector<prometheus::MetricFamily> CollectNamed(const std::vector<std::string>& names,
                                                     int64_t deadline_mono_ns) const;

 private:
  struct Slot {
    std::string name;
    mutable base::Mutex mutex;
    std::unique_ptr<Collector> collector VEDETTE_PT_GUARDED_BY(mutex);
    bool failing VEDETTE_GUARDED_BY(mutex) = false;
  };
  base::Status Run(Slot* slot, const Scrape& scrape, FamilySink* sink) const;
  void LogChange(Slot* slot, const base::Status& status) const VEDETTE_REQUIRES(slot->mutex);

  const std::string prefix_;
  const std::string program_;
  const base::Clock* const clock_;
  base::Logger* const logger_;
  std::vector<std::unique_ptr<Slot>> slots_;  // const after construction
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_COLLECTOR_SET_H_
