#ifndef VEDETTE_ALERTING_NOTIFY_OUTBOX_H_
#define VEDETTE_ALERTING_NOTIFY_OUTBOX_H_

#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "alerting/notify/lane.h"
#include "alerting/notify/outbox_item.h"
#include "alerting/notify/sender.h"
#include "base/clock.h"
#include "base/durable_map/durable_map.h"
#include "base/fs.h"
#include "base/http/client.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "model/notification.h"

namespace vedette::notify {

// Delivers notifications: a durable queue for each integration, in order, retried for a day.
//
// Owned by app. Its own threads (Start to Stop) send; one integration is served by one thread at a
// time. Everything public is thread-safe. Design and retry rules: README.md.
//
// Promise: what was committed with Stage is delivered once the receiver can be reached within 24 h;
// it leaves the disk only after the receiver took it, refused it for good, the day passed or too
// many newer ones wait, and each of the four is logged and counted.
class Outbox {
 public:
  struct Options {
    base::DurableMap* state = nullptr;  // keys under "outbox/" and "breaker/"
    base::http::Client* client = nullptr;
    base::FileSystem* fs = nullptr;  // reads secrets, at each send
    base::Clock* clock = nullptr;
    base::Logger* log = nullptr;
    base::Telemetry* telemetry = nullptr;  // may be null
    std::string external_url;              // for links; no slash at the end
    std::string user_agent = "Vedette";
    size_t threads = 2;
    size_t max_waiting = 10'000;  // of one integration; over it the oldest are given up
  };

  // Reads what is still to be sent from `state`.
  static base::StatusOr<std::unique_ptr<Outbox>> Open(const Options& options);
  ~Outbox();  // stops
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // Replaces the receivers. What is queued for an integration that is gone waits for its day to
  // pass, in case it comes back. Says once of each integration without its secret that it is off.
  void SetReceivers(const std::vector<model::Receiver>& receivers) VEDETTE_EXCLUDES(mutex_);

  // Whether the integration is known and its secret files are there. Says so once when that
  // changes.
  bool Enabled(const std::string& integration) VEDETTE_EXCLUDES(mutex_);

  // See routing's NotificationSink, which app implements with these two.
  void Stage(const model::Notification& notification, base::DurableMap::Batch* batch)
      VEDETTE_EXCLUDES(mutex_);
  void Committed() VEDETTE_EXCLUDES(mutex_);

  void Start();
  void Stop();  // cancels what is being sent (it stays queued); may be called twice

  // Sends everything that is due now, on the caller's thread; returns how many messages were taken
  // by their receivers. The threads call it; tests call it instead of Start.
  size_t RunDue(std::stop_token stop = {}) VEDETTE_EXCLUDES(mutex_);

  // Messages that wait, over all integrations.
  size_t QueueLength() const VEDETTE_EXCLUDES(mutex_);

 private:
  struct Attempt;
  explicit Outbox(const Options& options);
  void Load() VEDETTE_EXCLUDES(mutex_);
  void Loop(std::stop_token stop);
  Lane* LaneOf(const std::string& integration) VEDETTE_REQUIRES(mutex_);
  int64_t GiveUpAt(int64_t created_at_ms) const;
  Lane* TakeDueLane() VEDETTE_EXCLUDES(mutex_);
  void DropExpired(Lane* lane) VEDETTE_REQUIRES(mutex_);
  size_t Serve(Lane* lane, std::stop_token stop) VEDETTE_EXCLUDES(mutex_);
  Attempt Prepare(Lane* lane) VEDETTE_EXCLUDES(mutex_);
  size_t Finish(Lane* lane, const Attempt& attempt, const Outcome& outcome)
      VEDETTE_EXCLUDES(mutex_);
  void Delivered(Lane* lane, const Attempt& attempt) VEDETTE_REQUIRES(mutex_);
  void Failed(Lane* lane, const Attempt& attempt, const Outcome& outcome) VEDETTE_REQUIRES(mutex_);
  void Rejected(Lane* lane, const Attempt& attempt, const Outcome& outcome)
      VEDETTE_REQUIRES(mutex_);
  void GiveUp(Lane* lane, size_t count, std::string_view why) VEDETTE_REQUIRES(mutex_);
  void Done(Lane* lane, size_t count) VEDETTE_REQUIRES(mutex_);
  void Block(Lane* lane, const Attempt& attempt) VEDETTE_REQUIRES(mutex_);
  void Wait(Lane* lane, int64_t ms) VEDETTE_REQUIRES(mutex_);
  void SayUnusable(Lane* lane, const base::Status& credentials) VEDETTE_REQUIRES(mutex_);
  void SayEnabled(Lane* lane, const base::Status& credentials) VEDETTE_REQUIRES(mutex_);

  const Options options_;
  const Sender sender_;
  base::Counter* delivered_ = nullptr;  // null without telemetry
  base::Counter* failed_ = nullptr;
  base::Counter* dropped_ = nullptr;
  mutable base::Mutex mutex_;
  std::map<std::string, std::unique_ptr<Lane>> lanes_ VEDETTE_GUARDED_BY(mutex_);
  std::vector<OutboxItem> staged_ VEDETTE_GUARDED_BY(mutex_);  // in batches not yet committed
  uint64_t next_number_ VEDETTE_GUARDED_BY(mutex_) = 1;
  std::vector<std::jthread> threads_;
};

}  // namespace vedette::notify

#endif  // VEDETTE_ALERTING_NOTIFY_OUTBOX_H_
