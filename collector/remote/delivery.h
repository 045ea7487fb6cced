#ifndef VEDETTE_COLLECTOR_REMOTE_DELIVERY_H_
#define VEDETTE_COLLECTOR_REMOTE_DELIVERY_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/fs.h"
#include "base/http/configured_client.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "collector/remote/batch.h"
#include "collector/remote/config.h"
#include "collector/remote/queue_metrics.h"

namespace vedette::remote {

// Brings batches to one receiver. Thread-safe: the shards of a queue share it.
//
//   2xx                   delivered; what a 2.0 receiver says it did not write has failed
//   5xx, 429, no answer   sent again, after Retry-After or a pause that doubles each time
//   any other status      failed: dropped, counted
//
// What goes wrong is said once a minute for each status, and as seldom that it goes well again.
class Delivery {
 public:
  struct Options {
    const WriteConfig* config = nullptr;  // outlives it, as do all of these
    const QueueMetrics* metrics = nullptr;
    base::FileSystem* fs = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* log = nullptr;
  };
  explicit Delivery(const Options& options);

  // True when the batch is done with, one way or the other; false when it is to be sent again at
  // another time: `stop` was requested, or it failed after GiveUpSoon. What gets too old on the way
  // is taken out of it.
  bool Send(Batch* batch, const std::stop_token& stop);
  // From here on a batch is tried once.
  void GiveUpSoon() {
    once_ = true;
    stop_pauses_.request_stop();
  }

 private:
  enum class Verdict : uint8_t { kDelivered, kFailed, kRetry };
  struct Answer {
    Verdict verdict = Verdict::kRetry;
    int64_t pause_ms = 0;  // that the receiver asked for; 0: none
    std::string reason;
    int status = 0;  // 0: no answer
  };

  Answer Attempt(const Batch& batch, const std::string& body, int attempt,
                 const std::stop_token& stop);
  Answer Judge(const Batch& batch, const base::http::Response& response) const;
  // Of 2.0: what the receiver wrote of it.
  void CountWritten(const Batch& batch, const base::http::Response& response, Answer* answer) const;
  // False when nothing is left to be sent.
  bool DropTooOld(Batch* batch, bool* changed) const;
  // False when it was said within the last minute.
  bool MaySay(int what) VEDETTE_REQUIRES(mutex_);
  void Say(const Answer& answer) VEDETTE_EXCLUDES(mutex_);
  void SayWell() VEDETTE_EXCLUDES(mutex_);

  const Options options_;
  const std::string origin_;
  const base::http::ConfiguredClient client_;
  std::atomic<bool> once_{false};
  std::stop_source stop_pauses_;

  base::Mutex mutex_;
  std::map<int, int64_t> said_ns_ VEDETTE_GUARDED_BY(mutex_);  // when, by status
  bool said_failing_ VEDETTE_GUARDED_BY(mutex_) = false;       // and not that it is over
};

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_DELIVERY_H_
