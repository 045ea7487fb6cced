#ifndef VEDETTE_ALERTING_RULES_MANAGER_H_
#define VEDETTE_ALERTING_RULES_MANAGER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "alerting/rules/querier.h"
#include "alerting/rules/rule_file.h"
#include "alerting/rules/snapshot.h"
#include "base/clock.h"
#include "base/durable_map/durable_map.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "model/sinks.h"

namespace vedette::rules {

class Group;

// Evaluates rule groups on time: recording rules into the sink, alerts to the alert sink.
//
// Owned by app. One thread of its own (Start to Stop) runs groups one after another in the order of
// their due times; a group that comes late skips the iterations it missed and counts them.
// Everything public is thread-safe.
//
// Promise: what state an alert has (pending since, firing since, resolved at) is in `state` before
// the alert is sent; after a restart it is exactly that, whatever its `for`.
class Manager {
 public:
  struct Options {
    Querier* querier = nullptr;
    Querier* log_querier = nullptr;  // of rules with `logql`; null: these fail
    model::SampleSink* samples = nullptr;
    model::WireSink* histograms = nullptr;  // takes native histograms; the same store
    AlertSink* alerts = nullptr;
    base::DurableMap* state = nullptr;  // keys under "rule/"
    base::Clock* clock = nullptr;
    base::Logger* log = nullptr;
    base::Telemetry* telemetry = nullptr;  // may be null
    int64_t evaluation_interval_ms = 60'000;
    int64_t resend_delay_ms = 60'000;
    model::Labels external_labels;  // added to alerts that are sent, and $externalLabels
    std::string external_url;       // "http://host:9090", no slash at the end
  };

  explicit Manager(const Options& options);
  ~Manager();  // stops
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // Replaces the groups. Rules with the same file, group, name and labels keep their alerts; series
  // of rules that are gone get stale markers; alerts of rules that are gone are forgotten, and end
  // by themselves. The first call restores what is in `state`. Error: duplicate file and group
  // name.
  base::Status SetGroups(std::vector<GroupSpec> groups) VEDETTE_EXCLUDES(mutex_);

  void Start();
  // Within one query's cancellation. May be called twice.
  void Stop();

  // Runs every group that is due now; returns the wall time in milliseconds of the next one (one
  // second from now when there is none). The thread calls it; tests call it instead of Start.
  int64_t RunDue(std::stop_token stop = {}) VEDETTE_EXCLUDES(mutex_);

  std::vector<GroupSnapshot> Snapshot() const VEDETTE_EXCLUDES(mutex_);

 private:
  void Loop(std::stop_token stop);
  void DropStateOf(const std::vector<std::shared_ptr<Group>>& groups);

  const Options options_;
  mutable base::Mutex mutex_;
  std::vector<std::shared_ptr<Group>> groups_ VEDETTE_GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_MANAGER_H_
