#ifndef VEDETTE_ALERTING_ROUTING_ROUTER_H_
#define VEDETTE_ALERTING_ROUTING_ROUTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "alerting/routing/config.h"
#include "base/clock.h"
#include "base/durable_map/durable_map.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "model/alert.h"
#include "model/notification.h"

namespace vedette::routing {

// Where notifications go. Implemented in app over the outbox of alerting/notify. Thread-safe.
class NotificationSink {
 public:
  virtual ~NotificationSink() = default;
  // False while the integration's secret is not given: nothing is staged for it then, and what is
  // firing when the secret appears is sent as new.
  virtual bool Enabled(const std::string& integration) = 0;
  // Adds the notification to a batch of the map that routing and delivery share, so that the log
  // entry "notified" and the message itself reach the disk together or not at all.
  virtual void Stage(const model::Notification& notification, base::DurableMap::Batch* batch) = 0;
  // A batch was committed, or failed to be: of what was staged the map has all that is on disk, and
  // delivery of that may begin; the rest is to be forgotten, it is staged again.
  virtual void Committed() = 0;
};

// An alert as the API shows it.
struct AlertView {
  model::Alert alert;
  int64_t updated_at_ms = 0;
  std::vector<std::string> receivers;     // in match order
  std::vector<std::string> inhibited_by;  // fingerprints
  bool suppressed() const { return !inhibited_by.empty(); }
};

struct GroupView {
  model::Labels labels;
  std::string receiver;
  std::string group_key;
  std::vector<AlertView> alerts;
};

// Groups, inhibits and routes alerts and decides who is told what and when.
//
// Owned by app. One thread of its own (Start to Stop) flushes groups when they are due. Everything
// public is thread-safe.
//
// Promises: Post answers after the alerts are on disk. Each change is notified once: a restart at
// any moment neither repeats nor forgets a notification, and what was notified as firing is
// notified as resolved, also if it was inhibited meanwhile. An alert that ran out while we were
// down is given its resolve timeout again before it counts as resolved.
class Router {
 public:
  struct Options {
    base::DurableMap* state = nullptr;  // keys under "alert/" and "sent/"; shared with the outbox
    NotificationSink* sink = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* log = nullptr;
    base::Telemetry* telemetry = nullptr;  // may be null
    size_t max_alerts = 50'000;            // held at once; new ones over it are refused
  };

  // Reads the alerts and the notification log from `state`.
  static base::StatusOr<std::unique_ptr<Router>> Open(const Options& options, Config config);
  ~Router();  // stops
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Takes alerts as POST /api/v2/alerts does: missing times are filled in, empty labels dropped,
  // overlapping posts merged. Valid ones are stored even if others are not; InvalidArgument then
  // lists those. ResourceExhausted: too many alerts are held already, those that are not new were
  // stored. Unavailable: nothing was stored.
  base::Status Post(std::vector<model::Alert> alerts) VEDETTE_EXCLUDES(mutex_);

  // Swaps the configuration; alerts are grouped anew, the notification log stays.
  void SetConfig(Config config) VEDETTE_EXCLUDES(mutex_);

  void Start();
  void Stop();  // may be called twice

  // Flushes every group that is due now; returns the monotonic time in nanoseconds of the next one
  // (at most a second from now). The thread calls it; tests call it instead of Start.
  int64_t RunDue() VEDETTE_EXCLUDES(mutex_);

  // Unresolved alerts, sorted by fingerprint.
  std::vector<AlertView> Alerts() const VEDETTE_EXCLUDES(mutex_);
  std::vector<GroupView> Groups() const VEDETTE_EXCLUDES(mutex_);
  std::vector<std::string> ReceiverNames() const VEDETTE_EXCLUDES(mutex_);
  std::string ConfigText() const VEDETTE_EXCLUDES(mutex_);

 private:
  class Impl;
  Router(const Options& options, std::unique_ptr<Impl> impl);
  void Loop(std::stop_token stop);

  mutable base::Mutex mutex_;
  std::unique_ptr<Impl> impl_ VEDETTE_PT_GUARDED_BY(mutex_);
  base::Clock* const clock_;
  std::jthread thread_;
};

}  // namespace vedette::routing

#endif  // VEDETTE_ALERTING_ROUTING_ROUTER_H_
