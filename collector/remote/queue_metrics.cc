#include "collector/remote/queue_metrics.h"

#include <initializer_list>
#include <limits>
#include <string_view>

#include "base/strings.h"

namespace vedette::remote {
namespace {

using base::Telemetry;

// Makes the metrics of one queue.
class Maker {
 public:
  Maker(Telemetry* telemetry, const std::string& name, const std::string& origin)
      : telemetry_(telemetry), labels_{{"remote_name", name}, {"url", origin}} {}

  base::Counter* Counter(std::string_view name, const std::string& help,
                         const std::string& reason = "") const {
    Telemetry::LabelPairs labels = labels_;
    if (!reason.empty()) labels.emplace_back("reason", reason);
    return telemetry_->NewCounter(base::Concat({kPrefix, name}), help, labels);
  }
  std::shared_ptr<base::Distribution> Distribution(std::string_view name,
                                                   const std::string& help) const {
    return base::Distribution::Register(telemetry_, base::Concat({kPrefix, name}), help, labels_);
  }
  base::Gauge* Gauge(std::string_view name, const std::string& help) const {
    return telemetry_->NewGauge(base::Concat({kPrefix, name}), help, labels_);
  }
  KindCounters Kinds(std::string_view what, const std::string& help,
                     const std::string& reason = "") const {
    const auto one = [&](const std::string& kind) {
      return Counter(base::Concat({kind, what, "_total"}), base::Concat({kind, help}), reason);
    };
    return {one("samples"), one("histograms"), one("exemplars"), one("metadata")};
  }

 private:
  static constexpr std::string_view kPrefix = "prometheus_remote_storage_";
  Telemetry* const telemetry_;
  const Telemetry::LabelPairs labels_;
};

}  // namespace

void KindCounters::Add(const Counts& counts) const {
  samples->Add(counts.samples);
  histograms->Add(counts.histograms);
  exemplars->Add(counts.exemplars);
  metadata->Add(counts.metadata);
}

QueueMetrics::QueueMetrics(Telemetry* telemetry, const std::string& name,
                           const std::string& origin) {
  const Maker make(telemetry, name, origin);
  sent = make.Kinds("", " sent to remote storage, those that failed too.");
  failed = make.Kinds("_failed", " that remote storage refused for good.");
  retried = make.Kinds("_retried", " whose request failed and was sent again.");
  too_old = make.Kinds("_dropped", " dropped before they were sent.", "too_old");
  dropped_series = make.Kinds("_dropped", " dropped before they were sent.", "dropped_series");
  nhcb_in_v1 = make.Counter("histograms_dropped_total", "histograms dropped before they were sent.",
                            "nhcb_in_rw1");
  lost_samples = make.Counter("samples_dropped_total", "samples dropped before they were sent.",
                              "damaged_log");
  lost_segments = make.Counter("lost_segments_total",
                               "Segments of the log that were gone before they were sent.");
  damaged_places = make.Counter("log_damaged_places_total",
                                "Places of the log that could not be read: what they held is not "
                                "sent.");
  bytes = make.Counter("bytes_total", "Bytes of samples sent, compressed.");
  metadata_bytes = make.Counter("metadata_bytes_total", "Bytes of metadata sent, compressed.");
  requests = make.Counter("requests_total", "Requests made, those that failed too.");
  enqueue_retries =
      make.Counter("enqueue_retries_total", "How often reading waited for a shard that was full.");
  sent_duration = make.Distribution("sent_batch_duration_seconds",
                                    "How long requests took until they were answered, or not.");
  pending = make.Gauge("samples_pending", "Samples that wait in shards.");
  shards = make.Gauge("shards", "Shards that send.");
  shards_min = make.Gauge("shards_min", "The least of them.");
  shards_max = make.Gauge("shards_max", "The most of them.");
  shards_desired = make.Gauge("shards_desired", "How many there should be: their number is fixed.");
  capacity = make.Gauge("shard_capacity", "Samples that may wait in a shard.");
  max_per_send = make.Gauge("max_samples_per_send", "The most samples of a request.");
  highest_sent_s = make.Gauge("queue_highest_sent_timestamp_seconds",
                              "Time of the newest sample that was sent.");
  highest_read_s = make.Gauge("queue_highest_timestamp_seconds",
                              "Time of the newest sample that was read from the log.");
  behind_bytes =
      make.Gauge("log_behind_bytes", "Bytes of the log that are not read yet.");
}

void QueueMetrics::NoteEnd() const {
  for (base::Gauge* const gauge : {pending, shards, shards_min, shards_max, shards_desired,
                                   capacity, max_per_send, behind_bytes}) {
    gauge->Set(0);
  }
  highest_sent_s->Set(std::numeric_limits<double>::quiet_NaN());
  highest_read_s->Set(std::numeric_limits<double>::quiet_NaN());
}

base::Gauge* NewestSampleGauge(Telemetry* telemetry) {
  return telemetry->NewGauge("prometheus_remote_storage_highest_timestamp_in_seconds",
                             "Time of the newest sample that the store has taken.");
}

}  // namespace vedette::remote
