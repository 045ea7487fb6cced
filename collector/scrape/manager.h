#ifndef VEDETTE_COLLECTOR_SCRAPE_MANAGER_H_
#define VEDETTE_COLLECTOR_SCRAPE_MANAGER_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/http/configured_client.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/telemetry.h"
#include "base/worker_crew.h"
#include "collector/scrape/cache_budget.h"
#include "collector/scrape/config.h"
#include "collector/scrape/discovery/discoverer.h"
#include "collector/scrape/schedule.h"
#include "collector/scrape/scrape_loop.h"
#include "collector/scrape/scrape_metrics.h"
#include "model/sinks.h"

namespace vedette::scrape {

struct DroppedTarget {
  std::string job;
  model::Labels discovered;
};

struct TargetsSnapshot {
  std::vector<TargetStatus> active;    // by job, then as written
  std::vector<DroppedTarget> dropped;  // as many as keep_dropped_targets lets
};

struct TargetMetadata {
  model::Labels target;
  std::string family;
  model::Metadata metadata;
};

// Scrapes all targets of a configuration into a sink, and those that are discovered while it is in
// force. Owned by app. Thread-safe. One thread keeps the schedule, a crew of workers scrapes, the
// discoverer has threads of its own; Stop (or the destructor) joins all.
class Manager {
 public:
  struct Options {
    model::SampleSink* sink = nullptr;
    model::WireSink* rich_sink = nullptr;  // for native histograms and exemplars
    bool start_timestamps = false;         // LoopContext's
    // What all targets' caches may take in memory, half of it those of one.
    uint64_t cache_bytes = std::numeric_limits<uint64_t>::max();
    base::FileSystem* fs = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    base::Telemetry* telemetry = nullptr;
    base::http::ClientFactory new_client = nullptr;  // null: clients that keep many connections
    std::unique_ptr<DnsClient> dns = nullptr;        // null: the system's name servers
    const AnnouncedHosts* announced = nullptr;       // for agent_sd_configs; null: none
    size_t workers = 256;                            // at most
  };

  // Starts its threads; scrapes nothing before the first ApplyConfig.
  explicit Manager(Options options);
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // Swaps the whole set of targets. Targets that stay keep health, cache and place in time; series
  // of those that go are ended with stale markers.
  void ApplyConfig(const Config& config) VEDETTE_EXCLUDES(apply_mutex_, mutex_);

  TargetsSnapshot Targets() const VEDETTE_EXCLUDES(mutex_);
  std::vector<TargetMetadata> Metadata() const VEDETTE_EXCLUDES(mutex_);
  // How the job is configured that is in force, or null.
  std::shared_ptr<const JobConfig> Job(std::string_view name) const VEDETTE_EXCLUDES(mutex_);
  // The jobs, each with how many targets it has dropped, as written.
  std::vector<std::pair<std::string, uint64_t>> DroppedCounts() const VEDETTE_EXCLUDES(mutex_);

  // Cuts running scrapes short and joins. Series are not ended, as upstream: after a restart they
  // go on.
  void Stop() VEDETTE_EXCLUDES(mutex_);

 private:
  using TargetPtr = std::shared_ptr<ScheduledTarget>;
  using ByKey = std::map<std::string, TargetPtr>;
  // A job and its targets now.
  struct Pool {
    std::shared_ptr<const JobConfig> job;
    JobTools tools;
    PoolMetrics metrics;
    std::vector<std::pair<std::string, TargetPtr>> targets;  // by key, in the order found
    std::vector<model::Labels> dropped;
    uint64_t dropped_count = 0;
  };

  void RunSchedule();
  void Dispatch(const TargetPtr& target);
  void ScrapeOne(const TargetPtr& target);
  void NoteBegin(const TargetPtr& target, int64_t began_ns) VEDETTE_EXCLUDES(mutex_);
  std::stop_token NextSleep(int64_t* wait_ns, std::vector<TargetPtr>* due) VEDETTE_EXCLUDES(mutex_);
  void OnDiscovered(const std::string& job) VEDETTE_EXCLUDES(apply_mutex_, mutex_);
  void NotePools(const std::vector<Pool>& pools) VEDETTE_REQUIRES(mutex_);
  JobTools ToolsOf(const JobConfig& job) VEDETTE_REQUIRES(apply_mutex_);
  JobTargets Build(const std::shared_ptr<const JobConfig>& job) const;
  void Fill(JobTargets found, ByKey* old, Pool* pool) VEDETTE_REQUIRES(mutex_);
  std::vector<TargetPtr> Retire(const ByKey& old) VEDETTE_REQUIRES(mutex_);
  void Finish(const std::vector<TargetPtr>& retired) VEDETTE_EXCLUDES(mutex_);
  std::vector<TargetPtr> CurrentTargets() const VEDETTE_EXCLUDES(mutex_);

  Options options_;
  CacheBudget caches_;
  ScrapeMetrics metrics_;
  MetadataPool texts_;
  LoopContext context_;
  base::Gauge* const active_targets_;
  base::Counter* const pools_made_;
  base::Counter* const reloads_;
  std::stop_source stop_;
  base::WorkerCrew workers_;

  // One change of targets at a time; taken before mutex_.
  base::Mutex apply_mutex_;
  // By path; a file is open once, whoever names it.
  std::map<std::string, std::shared_ptr<FailureLog>> failure_logs_ VEDETTE_GUARDED_BY(apply_mutex_);

  mutable base::Mutex mutex_;
  Schedule schedule_ VEDETTE_GUARDED_BY(mutex_);
  std::vector<Pool> pools_ VEDETTE_GUARDED_BY(mutex_);
  std::stop_source wake_ VEDETTE_GUARDED_BY(mutex_);  // ends the schedule's current sleep
  std::thread scheduler_;
  std::unique_ptr<Discoverer> discoverer_;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_MANAGER_H_
