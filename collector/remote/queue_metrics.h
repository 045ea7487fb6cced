#ifndef VEDETTE_COLLECTOR_REMOTE_QUEUE_METRICS_H_
#define VEDETTE_COLLECTOR_REMOTE_QUEUE_METRICS_H_

#include <memory>
#include <string>

#include "base/distribution.h"
#include "base/telemetry.h"
#include "collector/remote/batch.h"

namespace vedette::remote {

// Counters of one thing for samples, histograms, exemplars and metadata.
struct KindCounters {
  base::Counter* samples = nullptr;
  base::Counter* histograms = nullptr;
  base::Counter* exemplars = nullptr;
  base::Counter* metadata = nullptr;
  void Add(const Counts& counts) const;
};

// What a queue says of itself, under upstream's names, so that its dashboards and alerts hold.
// Thread-safe; the objects are the Telemetry's, and stay there when the queue has gone.
struct QueueMetrics {
  // `origin`: of the URL, whose path may be a secret.
  QueueMetrics(base::Telemetry* telemetry, const std::string& name, const std::string& origin);
  // Of a queue that has ended: nothing waits, and no alert takes its times for a lag.
  void NoteEnd() const;

  KindCounters sent, failed, retried;
  KindCounters too_old, dropped_series;
  base::Counter* nhcb_in_v1 = nullptr;
  base::Counter* lost_samples = nullptr;
  base::Counter* lost_segments = nullptr;
  base::Counter* damaged_places = nullptr;
  base::Counter* bytes = nullptr;
  base::Counter* metadata_bytes = nullptr;
  base::Counter* requests = nullptr;
  base::Counter* enqueue_retries = nullptr;
  std::shared_ptr<base::Distribution> sent_duration;
  base::Gauge* pending = nullptr;
  base::Gauge* shards = nullptr;
  base::Gauge* shards_min = nullptr;
  base::Gauge* shards_max = nullptr;
  base::Gauge* shards_desired = nullptr;
  base::Gauge* capacity = nullptr;
  base::Gauge* max_per_send = nullptr;
  base::Gauge* highest_sent_s = nullptr;
  base::Gauge* highest_read_s = nullptr;
  base::Gauge* behind_bytes = nullptr;
};

// The time of the newest sample that the store has taken, whatever was sent of it: how far queues
// are behind is told against this one, of upstream's name.
base::Gauge* NewestSampleGauge(base::Telemetry* telemetry);

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_QUEUE_METRICS_H_
