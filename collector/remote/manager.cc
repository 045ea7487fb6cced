#include "collector/remote/manager.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>
#include <vector>

namespace vedette::remote {
namespace {

constexpr std::chrono::milliseconds kNoteEvery{1000};

}  // namespace

Manager::~Manager() { Stop(); }

base::Status Manager::OpenPlaces() {
  if (places_ != nullptr) return {};
  PlaceLog::Options places;
  places.dir = options_.dir;
  places.fs = options_.queue.fs;
  places.clock = options_.queue.clock;
  places.log = options_.queue.logger;
  places.telemetry = options_.queue.telemetry;
  VEDETTE_ASSIGN_OR_RETURN(places_, PlaceLog::Open(places, options_.queue.log->LogRunBegin()));
  return {};
}

base::Status Manager::ApplyConfig(const Config& config, const model::Labels& external_labels) {
  base::MutexLock lock(mutex_);
  if (stopping_) return {};
  waiting_.reset();
  // Who never sends has no folder for it.
  if (config.writes.empty() && places_ == nullptr && !options_.queue.fs->Exists(options_.dir)) {
    options_.queue.log->NeedLog(std::nullopt);
    return {};
  }
  Wanted wanted{config, external_labels};
  const base::Status status = Apply(wanted);
  if (!status.ok()) waiting_ = std::move(wanted);
  tried_ns_ = options_.queue.clock->MonotonicNanos();
  if (!thread_.joinable()) {
    thread_ = std::thread([this] { Run(); });
    pthread_setname_np(thread_.native_handle(), "rw-places");
  }
  return status;
}

base::Status Manager::Apply(const Wanted& wanted) {
  VEDETTE_RETURN_IF_ERROR(OpenPlaces());
  std::vector<const WriteConfig*> fresh;
  EndThese(wanted, &fresh);
  QueueDeps deps = options_.queue;
  deps.places = places_.get();
  for (const WriteConfig* write : fresh) {
    auto queue = std::make_unique<Queue>(*write, wanted.external_labels, deps);
    queue->Start();
    queues_[write->name] = std::move(queue);
  }
  NoteNeeded();
  NoteNewest();
  return {};
}

// Queues that are not wanted, and those that are wanted otherwise, which become `fresh`.
void Manager::EndThese(const Wanted& wanted, std::vector<const WriteConfig*>* fresh) {
  std::set<std::string> names;
  std::set<std::string> ended;
  for (const WriteConfig& write : wanted.config.writes) names.insert(write.name);
  for (const auto& [name, queue] : queues_) {
    if (!names.contains(name)) ended.insert(name);
  }
  for (const WriteConfig& write : wanted.config.writes) {
    const auto at = queues_.find(write.name);
    const bool same = at != queues_.end() && at->second->config().text == write.text &&
                      at->second->external_labels() == wanted.external_labels;
    if (same) continue;
    if (at != queues_.end()) ended.insert(write.name);
    fresh->push_back(&write);
  }
  EndQueues(ended);
  places_->KeepOnly(names);
}

void Manager::TryAgain() {
  const int64_t now_ns = options_.queue.clock->MonotonicNanos();
  if (!waiting_ || now_ns - tried_ns_ < options_.retry_ms * 1'000'000) return;
  tried_ns_ = now_ns;
  if (!Apply(*waiting_).ok()) return;
  waiting_.reset();
  options_.queue.logger->Info("remote write: its places can be written again, sending begins", {});
}

void Manager::NoteNewest() {
  const int64_t newest_ms = queues_.empty() ? INT64_MIN : options_.queue.log->NewestMs();
  newest_s_->Set(newest_ms == INT64_MIN ? 0 : static_cast<double>(newest_ms) / 1000);
}

// All at once: one whose receiver is away keeps the others waiting no longer than itself.
void Manager::EndQueues(const std::set<std::string>& names) {
  std::vector<std::unique_ptr<Queue>> ended;
  for (const std::string& name : names) {
    ended.push_back(std::move(queues_[name]));
    queues_.erase(name);
  }
  std::vector<std::thread> stopping;
  for (const auto& queue : ended) stopping.emplace_back([own = queue.get()] { own->Stop(); });
  for (std::thread& thread : stopping) thread.join();
}

void Manager::NoteNeeded() {
  uint64_t needed = std::numeric_limits<uint64_t>::max();
  for (const auto& [name, queue] : queues_) needed = std::min(needed, queue->NeededSegment());
  if (queues_.empty()) {
    options_.queue.log->NeedLog(std::nullopt);
  } else {
    options_.queue.log->NeedLog(needed);
  }
}

void Manager::Run() {
  base::MutexLock lock(mutex_);
  while (!stopping_) {
    wake_.WaitFor(mutex_, std::min(kNoteEvery, std::chrono::milliseconds(options_.retry_ms)));
    if (stopping_) break;
    TryAgain();
    if (waiting_) continue;
    NoteNeeded();
    NoteNewest();
  }
}

void Manager::Stop() {
  std::thread thread;
  {
    base::MutexLock lock(mutex_);
    if (std::exchange(stopping_, true)) return;
    wake_.NotifyAll();
    std::set<std::string> all;
    for (const auto& [name, queue] : queues_) all.insert(name);
    EndQueues(all);
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

}  // namespace vedette::remote
