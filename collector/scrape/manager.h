#ifndef VEDETTE_COLLECTOR_SCRAPE_MANAGER_H_
#define VEDETTE_COLLECTOR_SCRAPE_MANAGER_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/http/client.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/telemetry.h"
#include "base/thread_pool.h"
#include "collector/scrape/cache_budget.h"
#include "collector/scrape/config.h"
#include "collector/scrape/schedule.h"
#include "collector/scrape/scrape_loop.h"
#include "model/sinks.h"

namespace vedette::scrape {

using ClientFactory =
    std::function<std::unique_ptr<base::http::Client>(const base::http::TlsClientOptions&)>;

struct DroppedTarget {
  std::string job;
  model::Labels discovered;
};

struct TargetsSnapshot {
  std::vector<TargetStatus> active;  // by job, then as written
  std::vector<DroppedTarget> dropped;
};

struct TargetMetadata {
  model::Labels target;
  std::string family;
  model::Metadata metadata;
};

// Scrapes all targets of a configuration into a sink. Owned by app. Thread-safe. One thread keeps
// the schedule, `workers` scrape; Stop (or the destructor) joins all.
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
    ClientFactory new_client = [](const base::http::TlsClientOptions& tls) {
      return base::http::NewClient(tls);
    };
    size_t workers = 4;
  };

  // Starts its threads; scrapes nothing before the first ApplyConfig.
  explicit Manager(Options options);
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // Swaps the whole set of targets. Targets that stay keep health, cache and place in time; series
  // of those that go are ended with stale markers.
  void ApplyConfig(const Config& config) VEDETTE_EXCLUDES(mutex_);

  TargetsSnapshot Targets() const VEDETTE_EXCLUDES(mutex_);
  std::vector<TargetMetadata> Metadata() const VEDETTE_EXCLUDES(mutex_);

  // Cuts running scrapes short and joins. Series are not ended, as upstream: after a restart they
  // go on.
  void Stop() VEDETTE_EXCLUDES(mutex_);

 private:
  using TargetPtr = std::shared_ptr<ScheduledTarget>;

  void RunSchedule();
  void Dispatch(const TargetPtr& target);
  void ScrapeOne(const TargetPtr& target);
  std::stop_token NextSleep(int64_t* wait_ns, std::vector<TargetPtr>* due) VEDETTE_EXCLUDES(mutex_);
  void PlaceTarget(Target target, const std::shared_ptr<const Fetcher>& fetcher,
                   std::map<std::string, TargetPtr>* old) VEDETTE_REQUIRES(mutex_);
  std::vector<TargetPtr> Retire(const std::map<std::string, TargetPtr>& old)
      VEDETTE_REQUIRES(mutex_);
  std::vector<TargetPtr> CurrentTargets() const VEDETTE_EXCLUDES(mutex_);

  const Options options_;
  CacheBudget caches_;
  LoopContext context_;
  base::Gauge* const active_targets_;
  base::Counter* const missed_;
  std::stop_source stop_;
  base::ThreadPool workers_;

  mutable base::Mutex mutex_;
  Schedule schedule_ VEDETTE_GUARDED_BY(mutex_);
  std::vector<std::pair<std::string, TargetPtr>> targets_ VEDETTE_GUARDED_BY(mutex_);  // by key
  std::vector<DroppedTarget> dropped_ VEDETTE_GUARDED_BY(mutex_);
  std::stop_source wake_ VEDETTE_GUARDED_BY(mutex_);  // ends the schedule's current sleep
  std::thread scheduler_;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_MANAGER_H_
