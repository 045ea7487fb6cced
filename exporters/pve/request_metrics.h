#ifndef VEDETTE_EXPORTERS_PVE_REQUEST_METRICS_H_
#define VEDETTE_EXPORTERS_PVE_REQUEST_METRICS_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/mutex.h"

namespace vedette::exporters::pve {

// What upstream's /metrics tells of the scrapes: pve_collection_duration_seconds and
// pve_request_errors_total for each module. Thread-safe.
class RequestMetrics final : public prometheus::Collectable {
 public:
  // Shows a module with zeros before its first scrape.
  void Know(const std::string& module) VEDETTE_EXCLUDES(mutex_);
  // `failed`: any collector of the scrape did.
  void Count(const std::string& module, int64_t nanos, bool failed) VEDETTE_EXCLUDES(mutex_);
  std::vector<prometheus::MetricFamily> Collect() const override VEDETTE_EXCLUDES(mutex_);

 private:
  struct Totals {
    uint64_t count = 0;
    double seconds = 0;
    uint64_t errors = 0;
  };
  mutable base::Mutex mutex_;
  std::map<std::string, Totals> modules_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_REQUEST_METRICS_H_
