#include "collector/scrape/discovery/discoverer.h"

#include <algorithm>
#include <chrono>

#include "base/strings.h"
#include "collector/scrape/discovery/dns_source.h"
#include "collector/scrape/discovery/file_source.h"
#include "collector/scrape/discovery/http_source.h"

namespace vedette::scrape {
namespace {

constexpr int64_t kIdleNs = 3'600'000'000'000;
constexpr int64_t kMsNs = 1'000'000;
constexpr int64_t kLongestMs = 365LL * 86'400'000;  // between looks
// From a change in a folder to the look: changes come in bursts.
constexpr int64_t kBurstNs = 100 * kMsNs;
// Changes without end are looked at no more often than this.
constexpr int64_t kLeastGapNs = 1000 * kMsNs;
constexpr size_t kLookers = 64;
constexpr size_t kQueue = 10'000;

}  // namespace

Discoverer::Discoverer(Options options)
    : options_(std::move(options)),
      looks_(options_.telemetry->NewCounter("vedette_discovery_looks_total",
                                            "Times that a source of targets was asked.")),
      failures_(options_.telemetry->NewCounter(
          "vedette_discovery_failures_total",
          "Times that a source of targets could not say all; what it said before stands on.")),
      file_lookers_("discovery-file", 1, kQueue),
      lookers_("discovery", kLookers, kQueue) {
  watch_ = std::make_unique<FolderWatch>([this](const std::string& folder, const std::string& name,
                                                bool complete) { OnFile(folder, name, complete); });
  scheduler_ = std::thread([this] { Run(); });
}

Discoverer::~Discoverer() { Stop(); }

void Discoverer::Stop() {
  stop_.request_stop();
  {
    const base::MutexLock lock(mutex_);
    wake_.request_stop();
  }
  if (scheduler_.joinable()) scheduler_.join();
  file_lookers_.Stop();
  lookers_.Stop();
}

template <typename Config, typename Make>
void Discoverer::AddSources(const std::vector<Keyed<Config>>& configs, Make make,
                            const std::string& name, Job* job, BySourceKey* old) {
  for (const Keyed<Config>& keyed : configs) {
    PolledPtr& polled = polled_[keyed.key];
    if (polled == nullptr) {
      if (const auto kept = old->find(keyed.key); kept != old->end()) {
        polled = kept->second;
        old->erase(kept);
        polled->jobs.clear();
      } else {
        polled = std::make_shared<Polled>();
        polled->key = keyed.key;
        polled->source = make(keyed.config);
        polled->due_ns = options_.clock->MonotonicNanos();
      }
    }
    polled->jobs.insert(name);
    job->polled.push_back(polled);
  }
}

void Discoverer::ApplyConfig(const Jobs& jobs) {
  {
    const base::MutexLock lock(mutex_);
    BySourceKey old;
    old.swap(polled_);
    jobs_.clear();
    const base::http::ConfiguredClient::Options client{options_.fs, options_.clock,
                                                       options_.new_client, nullptr};
    for (const auto& [name, config] : jobs) {
      Job& job = jobs_[name];
      job.static_groups = config->static_groups;
      AddSources(
          config->agents,
          [this](const AgentSdConfig& c) {
            return std::make_unique<AgentSource>(c, options_.announced);
          },
          name, &job, &old);
      AddSources(
          config->files,
          [this](const FileSdConfig& c) {
            return std::make_unique<FileSource>(c, options_.fs, options_.clock);
          },
          name, &job, &old);
      AddSources(
          config->http,
          [&client](const HttpSdConfig& c) { return std::make_unique<HttpSource>(c, client); },
          name, &job, &old);
      AddSources(
          config->dns,
          [this](const DnsSdConfig& c) { return std::make_unique<DnsSource>(c, options_.dns); },
          name, &job, &old);
    }
    for (const auto& [key, polled] : old) polled->removed = true;
    wake_.request_stop();
  }
  WatchFolders();
}

std::vector<TargetGroup> Discoverer::Groups(const std::string& job) const {
  const base::MutexLock lock(mutex_);
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return {};
  std::vector<TargetGroup> groups = found->second.static_groups;
  for (const PolledPtr& polled : found->second.polled) {
    groups.insert(groups.end(), polled->groups.begin(), polled->groups.end());
  }
  return groups;
}

// A folder that is not there yet is asked for again at each look.
void Discoverer::WatchFolders() {
  std::set<std::string> folders;
  {
    const base::MutexLock lock(mutex_);
    for (const auto& [key, polled] : polled_) {
      for (std::string& folder : polled->source->Folders()) folders.insert(std::move(folder));
    }
  }
  for (const std::string& folder : folders) watch_->Watch(folder).IgnoreError();
}

void Discoverer::OnFile(const std::string& folder, const std::string& name, bool complete) {
  const base::MutexLock lock(mutex_);
  for (const auto& [key, polled] : polled_) {
    const std::vector<std::string> folders = polled->source->Folders();
    if (std::find(folders.begin(), folders.end(), folder) == folders.end()) continue;
    if (complete) polled->written.insert(base::JoinPath(folder, name));
    if (polled->busy) polled->changed_meanwhile = true;
    const int64_t now = options_.clock->MonotonicNanos();
    const int64_t soon = std::max(now + kBurstNs, polled->last_ns + kLeastGapNs);
    polled->due_ns = std::min(polled->due_ns, polled->last_ns == 0 ? now : soon);
  }
  wake_.request_stop();
}

void Discoverer::Run() {
  while (!stop_.stop_requested()) {
    int64_t wait_ns = 0;
    std::vector<PolledPtr> due;
    const std::stop_token sleep = NextSleep(&wait_ns, &due);
    for (const PolledPtr& polled : due) {
      if (Submit(polled)) continue;
      const base::MutexLock lock(mutex_);
      polled->busy = false;
      polled->due_ns = options_.clock->MonotonicNanos() + kLeastGapNs;
    }
    if (wait_ns > 0 && !stop_.stop_requested()) {
      options_.clock->SleepFor(std::chrono::nanoseconds(wait_ns), sleep);
    }
  }
}

bool Discoverer::Submit(const PolledPtr& polled) {
  const auto look = [this, polled] { Look(polled); };
  return polled->source->AsksServers() ? lookers_.TrySubmit(look) : file_lookers_.TrySubmit(look);
}

// Collects what is due, and how long to sleep after it; the token ends that sleep early.
std::stop_token Discoverer::NextSleep(int64_t* wait_ns, std::vector<PolledPtr>* due) {
  const base::MutexLock lock(mutex_);
  if (wake_.stop_requested() && !stop_.stop_requested()) wake_ = std::stop_source();
  const int64_t now = options_.clock->MonotonicNanos();
  *wait_ns = kIdleNs;
  for (const auto& [key, polled] : polled_) {
    if (polled->busy) continue;
    if (polled->due_ns > now) {
      *wait_ns = std::min(*wait_ns, polled->due_ns - now);
      continue;
    }
    polled->busy = true;
    due->push_back(polled);
  }
  return wake_.get_token();
}

void Discoverer::Look(const PolledPtr& polled) {
  if (stop_.stop_requested()) return;
  std::set<std::string> written;
  {
    const base::MutexLock lock(mutex_);
    written.swap(polled->written);
    polled->changed_meanwhile = false;
  }
  for (const std::string& folder : polled->source->Folders()) watch_->Watch(folder).IgnoreError();
  Found found = polled->source->Look(written, stop_.get_token());
  if (stop_.stop_requested()) return;
  looks_->Add();
  if (!found.problems.empty()) failures_->Add();
  if (!Take(polled, std::move(found))) return;
  std::set<std::string> jobs;
  {
    const base::MutexLock lock(mutex_);
    if (!polled->removed) jobs = polled->jobs;
  }
  for (const std::string& job : jobs) options_.on_change(job);
}

// True if the groups are others than before.
bool Discoverer::Take(const PolledPtr& polled, Found found) {
  const base::MutexLock lock(mutex_);
  for (const std::string& problem : found.problems) {
    const auto& told = polled->problems;
    if (std::find(told.begin(), told.end(), problem) != told.end()) continue;
    options_.logger->Error("targets could not be discovered; those known stay",
                           {{"error", problem}});
  }
  polled->problems = std::move(found.problems);
  const int64_t now = options_.clock->MonotonicNanos();
  polled->last_ns = now;
  polled->busy = false;
  const int64_t wait_ms =
      std::min(found.again_ms > 0 ? found.again_ms : polled->source->refresh_ms(), kLongestMs);
  polled->due_ns = polled->changed_meanwhile ? now + kLeastGapNs : now + wait_ms * kMsNs;
  wake_.request_stop();
  if (polled->removed || polled->groups == found.groups) return false;
  polled->groups = std::move(found.groups);
  return true;
}

}  // namespace vedette::scrape
