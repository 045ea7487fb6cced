#include "collector/scrape/manager.h"

#include <chrono>

namespace vedette::scrape {
namespace {

constexpr int64_t kIdleNanos = 3'600'000'000'000;
constexpr size_t kQueue = 4096;

}  // namespace

Manager::Manager(Options options)
    : options_(std::move(options)),
      caches_(options_.cache_bytes, options_.cache_bytes / 2,
              options_.telemetry->NewGauge(
                  "vedette_scrape_cache_bytes",
                  "Memory that is kept of targets' pages, to read the next ones faster.")),
      active_targets_(options_.telemetry->NewGauge("vedette_scrape_targets",
                                                   "Targets that are being scraped.")),
      missed_(options_.telemetry->NewCounter(
          "vedette_scrape_missed_total",
          "Scrapes left out because the one before, or the queue, was not done in time.")),
      workers_("scrape", options_.workers, kQueue) {
  base::Telemetry* telemetry = options_.telemetry;
  context_.sink = options_.sink;
  context_.rich_sink = options_.rich_sink;
  context_.start_timestamps = options_.start_timestamps;
  context_.caches = &caches_;
  context_.clock = options_.clock;
  context_.logger = options_.logger;
  context_.scrapes = telemetry->NewCounter("vedette_scrape_scrapes_total", "Scrapes done.");
  context_.failures =
      telemetry->NewCounter("vedette_scrape_failures_total", "Scrapes that failed.");
  context_.samples =
      telemetry->NewCounter("vedette_scrape_samples_total", "Samples stored by scraping.");
  context_.rejected = telemetry->NewCounter(
      "vedette_scrape_samples_rejected_total",
      "Scraped samples that the store rejected: out of order, duplicate or over a limit.");
  scheduler_ = std::thread([this] { RunSchedule(); });
}

Manager::~Manager() { Stop(); }

void Manager::Stop() {
  stop_.request_stop();
  {
    const base::MutexLock lock(mutex_);
    wake_.request_stop();
  }
  if (scheduler_.joinable()) scheduler_.join();
  workers_.Stop();
}

void Manager::ApplyConfig(const Config& config) {
  std::vector<TargetPtr> retired;
  size_t active = 0;
  {
    const base::MutexLock lock(mutex_);
    std::map<std::string, TargetPtr> old(targets_.begin(), targets_.end());
    targets_.clear();
    dropped_.clear();
    for (const auto& job : config.jobs) {
      const auto fetcher =
          std::make_shared<const Fetcher>(options_.new_client(job->tls), options_.fs);
      JobTargets found = BuildTargets(job);
      for (const std::string& error : found.errors) {
        options_.logger->Error("target cannot be scraped", {{"error", error}});
      }
      for (model::Labels& labels : found.dropped) {
        dropped_.push_back({job->name, std::move(labels)});
      }
      for (Target& target : found.active) PlaceTarget(std::move(target), fetcher, &old);
    }
    retired = Retire(old);
    active = targets_.size();
    wake_.request_stop();
  }
  active_targets_->Set(static_cast<double>(active));
  for (const TargetPtr& target : retired) target->loop->End();
}

void Manager::PlaceTarget(Target target, const std::shared_ptr<const Fetcher>& fetcher,
                          std::map<std::string, TargetPtr>* old) {
  std::string key = target.Key();
  const int64_t interval_ns = target.interval_ms * 1'000'000;
  const int64_t due =
      Schedule::FirstDue(target, options_.clock->WallNanos(), options_.clock->MonotonicNanos());
  const auto kept = old->find(key);
  TargetPtr scheduled;
  if (kept != old->end()) {
    scheduled = kept->second;
    old->erase(kept);
    scheduled->loop->SetNext(std::move(target), fetcher);
  } else {
    scheduled = std::make_shared<ScheduledTarget>();
    scheduled->loop = std::make_unique<ScrapeLoop>(std::move(target), fetcher, &context_);
  }
  if (scheduled->interval_ns != interval_ns) {
    scheduled->interval_ns = interval_ns;
    schedule_.Add(scheduled, due);
  }
  targets_.emplace_back(std::move(key), std::move(scheduled));
}

// Marks what is left of the old set as removed; returns those no worker has, for the caller to end.
std::vector<Manager::TargetPtr> Manager::Retire(const std::map<std::string, TargetPtr>& old) {
  std::vector<TargetPtr> idle;
  for (const auto& [key, target] : old) {
    target->removed = true;
    if (!target->busy) idle.push_back(target);
  }
  return idle;
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
      missed_->Add();
      continue;
    }
    target->busy = true;
    due->push_back(std::move(target));
  }
  *wait_ns = schedule_.Wait(now, kIdleNanos);
  return wake_.get_token();
}

void Manager::Dispatch(const TargetPtr& target) {
  if (workers_.TrySubmit([this, target] { ScrapeOne(target); })) return;
  missed_->Add();
  const base::MutexLock lock(mutex_);
  target->busy = false;
}

void Manager::ScrapeOne(const TargetPtr& target) {
  if (!stop_.stop_requested()) target->loop->Scrape(stop_.get_token());
  bool end = false;
  {
    const base::MutexLock lock(mutex_);
    target->busy = false;
    end = target->removed && !stop_.stop_requested();
  }
  if (end) target->loop->End();
}

std::vector<Manager::TargetPtr> Manager::CurrentTargets() const {
  std::vector<TargetPtr> out;
  const base::MutexLock lock(mutex_);
  out.reserve(targets_.size());
  for (const auto& [key, target] : targets_) out.push_back(target);
  return out;
}

TargetsSnapshot Manager::Targets() const {
  TargetsSnapshot snapshot;
  for (const TargetPtr& target : CurrentTargets())
    snapshot.active.push_back(target->loop->Status());
  const base::MutexLock lock(mutex_);
  snapshot.dropped = dropped_;
  return snapshot;
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
