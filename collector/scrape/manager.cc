#include "collector/scrape/manager.h"

#include <algorithm>
#include <chrono>

#include "base/http/client.h"

namespace vedette::scrape {
namespace {

constexpr int64_t kIdleNanos = 3'600'000'000'000;
// A scrape that was quicker than this did not hang, whatever its timeout.
constexpr int64_t kMayHangNs = 100'000'000;
constexpr size_t kQueue = 65'536;
// Connections that the targets of a job keep between scrapes.
constexpr size_t kIdleConnections = 256;

Manager::Options WithDefaults(Manager::Options options) {
  if (!options.new_client) {
    options.new_client = [](const base::http::TlsClientOptions& tls) {
      return base::http::NewClient(tls, kIdleConnections);
    };
  }
  if (!options.dns) options.dns = NewDnsClient(options.fs);
  return options;
}

}  // namespace

Manager::Manager(Options options)
    : options_(WithDefaults(std::move(options))),
      caches_(options_.cache_bytes, options_.cache_bytes / 2,
              options_.telemetry->NewGauge(
                  "vedette_scrape_cache_bytes",
                  "Memory that is kept of targets' pages, to read the next ones faster.")),
      metrics_(options_.telemetry),
      active_targets_(options_.telemetry->NewGauge("vedette_scrape_targets",
                                                   "Targets that are being scraped.")),
      pools_made_(options_.telemetry->NewCounter("prometheus_target_scrape_pools_total",
                                                 "Jobs that were begun.")),
      reloads_(options_.telemetry->NewCounter("prometheus_target_scrape_pool_reloads_total",
                                              "Jobs that went on under a new configuration.")),
      workers_("scrape", options_.workers, kQueue) {
  base::Telemetry* telemetry = options_.telemetry;
  context_.sink = options_.sink;
  context_.rich_sink = options_.rich_sink;
  context_.start_timestamps = options_.start_timestamps;
  context_.caches = &caches_;
  context_.clock = options_.clock;
  context_.logger = options_.logger;
  context_.metrics = &metrics_;
  context_.texts = &texts_;
  Discoverer::Options discovery;
  discovery.fs = options_.fs;
  discovery.clock = options_.clock;
  discovery.logger = options_.logger;
  discovery.telemetry = telemetry;
  discovery.new_client = options_.new_client;
  discovery.dns = options_.dns.get();
  discovery.announced = options_.announced;
  discovery.on_change = [this](const std::string& job) { OnDiscovered(job); };
  scheduler_ = std::thread([this] { RunSchedule(); });
  discoverer_ = std::make_unique<Discoverer>(std::move(discovery));
}

Manager::~Manager() { Stop(); }

void Manager::Stop() {
  stop_.request_stop();
  discoverer_->Stop();
  {
    const base::MutexLock lock(mutex_);
    wake_.request_stop();
  }
  if (scheduler_.joinable()) scheduler_.join();
  workers_.Stop();
}

JobTools Manager::ToolsOf(const JobConfig& job) {
  JobTools tools;
  tools.fetcher = std::make_shared<const Fetcher>(
      job, base::http::ConfiguredClient::Options{options_.fs, options_.clock, options_.new_client,
                                                 nullptr});
  if (job.failure_log_file.empty()) return tools;
  std::shared_ptr<FailureLog>& log = failure_logs_[job.failure_log_file];
  if (log == nullptr) {
    log = std::make_shared<FailureLog>(job.failure_log_file, options_.fs, options_.clock,
                                       options_.logger);
  }
  tools.failures = log;
  return tools;
}

// The job's targets as of what is known of them now.
JobTargets Manager::Build(const std::shared_ptr<const JobConfig>& job) const {
  JobTargets found = BuildTargets(job, discoverer_->Groups(job->name));
  for (const std::string& error : found.errors) {
    options_.logger->Error("target cannot be scraped", {{"error", error}});
  }
  return found;
}

void Manager::ApplyConfig(const Config& config) {
  const base::MutexLock apply(apply_mutex_);
  Discoverer::Jobs jobs;
  for (const auto& job : config.jobs) jobs.emplace_back(job->name, &job->discovery);
  discoverer_->ApplyConfig(jobs);
  std::vector<Pool> pools;
  std::vector<JobTargets> found;
  for (const auto& job : config.jobs) {
    found.push_back(Build(job));
    Pool& pool = pools.emplace_back();
    pool.job = job;
    pool.tools = ToolsOf(*job);
    pool.metrics = PoolMetrics(options_.telemetry, job->name);
  }
  std::vector<TargetPtr> retired;
  {
    const base::MutexLock lock(mutex_);
    ByKey old;
    for (Pool& pool : pools_) {
      pool.metrics.NoteEnd();
      old.insert(pool.targets.begin(), pool.targets.end());
    }
    NotePools(pools);
    for (size_t i = 0; i < pools.size(); ++i) Fill(std::move(found[i]), &old, &pools[i]);
    pools_ = std::move(pools);
    retired = Retire(old);
  }
  Finish(retired);
}

// Which of the pools to be are new, and which go on.
void Manager::NotePools(const std::vector<Pool>& pools) {
  for (const Pool& pool : pools) {
    const bool goes_on = std::any_of(pools_.begin(), pools_.end(), [&pool](const Pool& old) {
      return old.job->name == pool.job->name;
    });
    (goes_on ? reloads_ : pools_made_)->Add();
  }
}

void Manager::OnDiscovered(const std::string& job) {
  const base::MutexLock apply(apply_mutex_);
  std::shared_ptr<const JobConfig> config;
  {
    const base::MutexLock lock(mutex_);
    for (const Pool& pool : pools_) {
      if (pool.job->name == job) config = pool.job;
    }
  }
  if (config == nullptr) return;
  JobTargets found = Build(config);
  std::vector<TargetPtr> retired;
  {
    const base::MutexLock lock(mutex_);
    for (Pool& pool : pools_) {
      if (pool.job != config) continue;
      ByKey old(pool.targets.begin(), pool.targets.end());
      Fill(std::move(found), &old, &pool);
      retired = Retire(old);
    }
  }
  Finish(retired);
}

// Gives the pool the targets found. Those it finds in `old` go on, and are taken out there.
void Manager::Fill(JobTargets found, ByKey* old, Pool* pool) {
  pool->targets.clear();
  pool->dropped = std::move(found.dropped);
  pool->dropped_count = found.dropped_count;
  const uint64_t limit = pool->job->limits.targets;
  pool->metrics.NoteTargets(found.active.size(), found.dropped_count, limit);
  if (limit > 0 && found.active.size() > limit) metrics_.exceeded_targets->Add();
  const int64_t wall = options_.clock->WallNanos();
  const int64_t mono = options_.clock->MonotonicNanos();
  for (Target& target : found.active) {
    std::string key = target.Key();
    const int64_t interval_ns = target.interval_ms * 1'000'000;
    const int64_t due = Schedule::FirstDue(target, wall, mono);
    TargetPtr scheduled;
    if (const auto kept = old->find(key); kept != old->end()) {
      scheduled = kept->second;
      old->erase(kept);
      scheduled->loop->SetNext(std::move(target), pool->tools);
    } else {
      scheduled = std::make_shared<ScheduledTarget>();
      scheduled->loop = std::make_unique<ScrapeLoop>(std::move(target), pool->tools, &context_);
    }
    if (scheduled->interval_ns != interval_ns) {
      scheduled->interval_ns = interval_ns;
      schedule_.Add(scheduled, due);
    }
    pool->targets.emplace_back(std::move(key), std::move(scheduled));
  }
}

// Marks what is left of the old set as removed; returns those no worker has, for the caller to end.
std::vector<Manager::TargetPtr> Manager::Retire(const ByKey& old) {
  std::vector<TargetPtr> idle;
  for (const auto& [key, target] : old) {
    target->removed = true;
    if (!target->busy) idle.push_back(target);
  }
  wake_.request_stop();
  return idle;
}

void Manager::Finish(const std::vector<TargetPtr>& retired) {
  size_t active = 0;
  {
    const base::MutexLock lock(mutex_);
    for (const Pool& pool : pools_) active += pool.targets.size();
  }
  active_targets_->Set(static_cast<double>(active));
  for (const TargetPtr& target : retired) target->loop->End();
}

void Manager::RunSchedule() {
  while (!stop_.stop_requested()) {
    int64_t wait_ns = 0;
    std::vector<TargetPtr> due;
    const std::stop_token sleep = NextSleep(&wait_ns, &due);
    for (const TargetPtr& target : due) Dispatch(target);
    if (wait_ns > 0 && !stop_.stop_requested()) {
      options_.clock->SleepFor(std::chrono::nanoseconds(wait_ns), sleep);
    }
  }
}

// Collects what is due, and how long to sleep after it; the token ends that sleep early.
std::stop_token Manager::NextSleep(int64_t* wait_ns, std::vector<TargetPtr>* due) {
  const base::MutexLock lock(mutex_);
  if (wake_.stop_requested() && !stop_.stop_requested()) wake_ = std::stop_source();
  const int64_t now = options_.clock->MonotonicNanos();
  while (TargetPtr target = schedule_.TakeDue(now)) {
    if (target->busy) {
      metrics_.NoteMissed(Missed::kRunning);
      continue;
    }
    target->busy = true;
    due->push_back(std::move(target));
  }
  *wait_ns = schedule_.Wait(now, kIdleNanos);
  return wake_.get_token();
}

void Manager::Dispatch(const TargetPtr& target) {
  bool hung = false;
  {
    const base::MutexLock lock(mutex_);
    hung = target->hung;
  }
  if (workers_.TrySubmit([this, target] { ScrapeOne(target); }, hung)) return;
  metrics_.NoteMissed(Missed::kQueue);
  bool end = false;
  {
    const base::MutexLock lock(mutex_);
    target->busy = false;
    end = target->removed;
  }
  if (end) target->loop->End();
}

void Manager::NoteBegin(const TargetPtr& target, int64_t began_ns) {
  int64_t due_ns = 0;
  int64_t last_ns = 0;
  int64_t interval_ns = 0;
  {
    const base::MutexLock lock(mutex_);
    due_ns = target->due_ns;
    interval_ns = target->interval_ns;
    last_ns = std::exchange(target->began_ns, began_ns);
  }
  metrics_.NoteBegin(began_ns - due_ns, last_ns == 0 ? -1 : began_ns - last_ns,
                     interval_ns / 1'000'000);
}

void Manager::ScrapeOne(const TargetPtr& target) {
  const int64_t began_ns = options_.clock->MonotonicNanos();
  if (!stop_.stop_requested()) {
    NoteBegin(target, began_ns);
    target->loop->Scrape(stop_.get_token());
  }
  const int64_t took_ns = options_.clock->MonotonicNanos() - began_ns;
  const bool hung =
      took_ns >= kMayHangNs && took_ns / 1'000'000 >= target->loop->Status().timeout_ms;
  bool end = false;
  {
    const base::MutexLock lock(mutex_);
    target->busy = false;
    target->hung = hung;
    end = target->removed && !stop_.stop_requested();
  }
  if (end) target->loop->End();
}

std::vector<Manager::TargetPtr> Manager::CurrentTargets() const {
  std::vector<TargetPtr> out;
  const base::MutexLock lock(mutex_);
  for (const Pool& pool : pools_) {
    for (const auto& [key, target] : pool.targets) out.push_back(target);
  }
  return out;
}

TargetsSnapshot Manager::Targets() const {
  TargetsSnapshot snapshot;
  for (const TargetPtr& target : CurrentTargets())
    snapshot.active.push_back(target->loop->Status());
  const base::MutexLock lock(mutex_);
  for (const Pool& pool : pools_) {
    for (const model::Labels& labels : pool.dropped) {
      snapshot.dropped.push_back({pool.job->name, labels});
    }
  }
  return snapshot;
}

std::vector<std::pair<std::string, uint64_t>> Manager::DroppedCounts() const {
  std::vector<std::pair<std::string, uint64_t>> counts;
  const base::MutexLock lock(mutex_);
  for (const Pool& pool : pools_) counts.emplace_back(pool.job->name, pool.dropped_count);
  return counts;
}

std::shared_ptr<const JobConfig> Manager::Job(std::string_view name) const {
  const base::MutexLock lock(mutex_);
  for (const Pool& pool : pools_) {
    if (pool.job->name == name) return pool.job;
  }
  return nullptr;
}

std::vector<TargetMetadata> Manager::Metadata() const {
  std::vector<TargetMetadata> out;
  for (const TargetPtr& target : CurrentTargets()) {
    const model::Labels labels = target->loop->Status().labels;
    for (auto& [family, metadata] : target->loop->Metadata()) {
      out.push_back({labels, family, std::move(metadata)});
    }
  }
  return out;
}

}  // namespace vedette::scrape
