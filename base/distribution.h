#ifndef VEDETTE_BASE_DISTRIBUTION_H_
#define VEDETTE_BASE_DISTRIBUTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/telemetry.h"

namespace vedette::base {

// A number that is observed again and again, as a summary tells it: their sum, how many there were,
// and the quantiles 0.01, 0.05, 0.5, 0.9 and 0.99 of the last 1,000 (NaN where there are none).
// Made by the part that observes; the Telemetry that it is registered with keeps it. Thread-safe.
class Distribution {
 public:
  // Under `name` and `labels`, as NAME{quantile="..."}, NAME_sum and NAME_count. The same name and
  // labels again: the new one takes the place of the old.
  static std::shared_ptr<Distribution> Register(Telemetry* telemetry, const std::string& name,
                                                const std::string& help,
                                                const Telemetry::LabelPairs& labels = {});

  void Observe(double value) VEDETTE_EXCLUDES(mutex_);
  double Sum() const VEDETTE_EXCLUDES(mutex_);
  uint64_t Count() const VEDETTE_EXCLUDES(mutex_);
  // `rank` within [0, 1]: the smallest observed value that so great a share does not exceed.
  double Quantile(double rank) const VEDETTE_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::vector<double> last_ VEDETTE_GUARDED_BY(mutex_);
  size_t next_ VEDETTE_GUARDED_BY(mutex_) = 0;  // where the next one goes
  double sum_ VEDETTE_GUARDED_BY(mutex_) = 0;
  uint64_t count_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

// The families of `collected` that distributions registered, each as one with its sums and counts:
// what a page shows as a summary.
struct SummaryFamily {
  struct Point {
    Telemetry::LabelPairs labels;  // without the quantile
    std::vector<std::pair<std::string, double>> quantiles;
    double sum = 0;
    double count = 0;
  };
  std::string name;
  std::string help;
  std::vector<Point> points;
};
std::vector<SummaryFamily> TakeSummaries(std::vector<Telemetry::Family>* collected);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_DISTRIBUTION_H_
