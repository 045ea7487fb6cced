#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DISCOVERER_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DISCOVERER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/http/configured_client.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/telemetry.h"
#include "base/thread_pool.h"
#include "base/worker_crew.h"
#include "collector/scrape/discovery/agent_source.h"
#include "collector/scrape/discovery/dns_client.h"
#include "collector/scrape/discovery/folder_watch.h"
#include "collector/scrape/discovery/source.h"

namespace vedette::scrape {

// Keeps the target groups of all jobs up to date: one thread knows when to look, one looks at
// files, as many as are kept waiting ask servers, one hears of changed files. Owned by the manager.
// Thread-safe.
class Discoverer {
 public:
  struct Options {
    base::FileSystem* fs = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    base::Telemetry* telemetry = nullptr;
    base::http::ClientFactory new_client = nullptr;
    DnsClient* dns = nullptr;
    const AnnouncedHosts* announced = nullptr;  // null: there are none
    // A job's groups are others now. Called on the threads that look; may call Groups.
    std::function<void(const std::string& job)> on_change;
  };
  using Jobs = std::vector<std::pair<std::string, const DiscoveryConfig*>>;

  explicit Discoverer(Options options);
  ~Discoverer();
  Discoverer(const Discoverer&) = delete;
  Discoverer& operator=(const Discoverer&) = delete;

  // The jobs from now on. What was found stays for those that are configured as before; a mechanism
  // that several jobs configure alike is asked once for all.
  void ApplyConfig(const Jobs& jobs) VEDETTE_EXCLUDES(mutex_);
  // The job's groups as of now: static ones, then those found.
  std::vector<TargetGroup> Groups(const std::string& job) const VEDETTE_EXCLUDES(mutex_);
  void Stop() VEDETTE_EXCLUDES(mutex_);

 private:
  // A source in its time.
  struct Polled {
    std::string key;
    std::unique_ptr<Source> source;
    std::vector<TargetGroup> groups;
    std::vector<std::string> problems;
    std::set<std::string> written;  // since the last look
    std::set<std::string> jobs;
    int64_t due_ns = 0;   // monotonic
    int64_t last_ns = 0;  // when it was looked at last; 0: never
    bool busy = false;
    bool removed = false;
    bool changed_meanwhile = false;  // while it was busy
  };
  using PolledPtr = std::shared_ptr<Polled>;
  struct Job {
    std::vector<TargetGroup> static_groups;
    std::vector<PolledPtr> polled;
  };
  using BySourceKey = std::map<std::string, PolledPtr>;

  template <typename Config, typename Make>
  void AddSources(const std::vector<Keyed<Config>>& configs, Make make, const std::string& name,
                  Job* job, BySourceKey* old) VEDETTE_REQUIRES(mutex_);
  void Run();
  bool Submit(const PolledPtr& polled);
  std::stop_token NextSleep(int64_t* wait_ns, std::vector<PolledPtr>* due) VEDETTE_EXCLUDES(mutex_);
  void Look(const PolledPtr& polled) VEDETTE_EXCLUDES(mutex_);
  bool Take(const PolledPtr& polled, Found found) VEDETTE_EXCLUDES(mutex_);
  void WatchFolders() VEDETTE_EXCLUDES(mutex_);
  void OnFile(const std::string& folder, const std::string& name, bool complete)
      VEDETTE_EXCLUDES(mutex_);

  const Options options_;
  base::Counter* const looks_;
  base::Counter* const failures_;
  std::stop_source stop_;
  mutable base::Mutex mutex_;
  std::map<std::string, Job> jobs_ VEDETTE_GUARDED_BY(mutex_);
  BySourceKey polled_ VEDETTE_GUARDED_BY(mutex_);
  std::stop_source wake_ VEDETTE_GUARDED_BY(mutex_);  // ends the schedule's current sleep
  base::ThreadPool file_lookers_;
  base::WorkerCrew lookers_;  // at what answers over the network, or hangs
  std::unique_ptr<FolderWatch> watch_;
  std::thread scheduler_;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DISCOVERER_H_
