#ifndef VEDETTE_COLLECTOR_SCRAPE_SCRAPE_METRICS_H_
#define VEDETTE_COLLECTOR_SCRAPE_SCRAPE_METRICS_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/distribution.h"
#include "base/mutex.h"
#include "base/telemetry.h"
#include "model/sinks.h"

namespace vedette::scrape {

// Why a scrape failed.
enum class Failure : uint8_t {
  kNone,
  kTimeout,
  kConnection,
  kStatus,
  kContentType,  // or another thing about the answer that cannot be
  kBodySize,
  kMalformed,
  kLimit,   // of samples, labels, buckets or targets
  kMemory,  // the share of the budget
  kStore,   // its samples were read and not stored
};

// Why a scrape was left out.
enum class Missed : uint8_t { kRunning, kQueue };

// What scraping says of itself: under upstream's names where one means the same, so that its
// dashboards and alerts hold, else as vedette_scrape_*. Thread-safe; owned by the manager, the
// objects are the Telemetry's.
class ScrapeMetrics {
 public:
  explicit ScrapeMetrics(base::Telemetry* telemetry);

  // A scrape began so long after its time, and so long after the one before of its target, which is
  // negative for the first.
  void NoteBegin(int64_t lag_ns, int64_t since_last_ns, int64_t interval_ms)
      VEDETTE_EXCLUDES(mutex_);
  void NoteMissed(Missed why) const { missed_[static_cast<size_t>(why)]->Add(); }
  // A scrape's end: what it took, what it brought.
  void NoteScrape(Failure failure, double seconds) const;
  void NoteBody(uint64_t bytes) const { body_bytes_->Add(bytes); }
  // What the store said of a scrape's samples; or that it took none of them.
  void NoteStored(const model::AppendStats& stats) const;
  void NoteNotStored(uint64_t samples) const { rejected_.back()->Add(samples); }

  // Upstream's: which limit it was.
  base::Counter* const exceeded_samples;
  base::Counter* const exceeded_body_size;
  base::Counter* const exceeded_labels;
  base::Counter* const exceeded_buckets;
  base::Counter* const exceeded_targets;

 private:
  base::Telemetry* const telemetry_;
  base::Counter* const scrapes_;
  std::array<base::Counter*, 10> failures_{};  // by Failure
  std::array<base::Counter*, 2> missed_{};     // by Missed
  base::Counter* const samples_;
  // Out of order, duplicate, out of bounds, refused by the store for now, not stored at all.
  std::array<base::Counter*, 5> rejected_{};
  base::Counter* const rejected_exemplars_;
  // The first three of them and the exemplars under upstream's names.
  std::array<base::Counter*, 4> upstream_rejected_{};
  base::Counter* const body_bytes_;
  const std::shared_ptr<base::Distribution> lag_;
  const std::shared_ptr<base::Distribution> duration_;

  base::Mutex mutex_;
  // prometheus_target_interval_length_seconds, by the interval in milliseconds.
  std::map<int64_t, std::shared_ptr<base::Distribution>> intervals_ VEDETTE_GUARDED_BY(mutex_);
};

// What a job's targets are, as they are found anew. Copied about; the gauges are the Telemetry's
// and stay when the job has gone, empty.
struct PoolMetrics {
  PoolMetrics() = default;
  PoolMetrics(base::Telemetry* telemetry, const std::string& job);
  // The job has so many targets now, of `limit` at most (0: without bound).
  void NoteTargets(uint64_t active, uint64_t dropped, uint64_t limit) const;
  void NoteEnd() const;

  base::Gauge* targets = nullptr;
  base::Gauge* limit = nullptr;
  base::Gauge* discovered = nullptr;
  base::Counter* syncs = nullptr;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_SCRAPE_METRICS_H_
