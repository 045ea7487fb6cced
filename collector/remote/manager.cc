#include "collector/remote/manager.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>
#include <vector>

namespace vedette::remote {
namespace {

constexpr std::chrono::seconds kNoteEvery{1};

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
  // Who never sends has no folder for it.
  if (config.writes.empty() && places_ == nullptr && !options_.queue.fs->Exists(options_.dir)) {
    options_.queue.log->NeedLog(std::nullopt);
    return {};
  }
  VEDETTE_RETURN_IF_ERROR(OpenPlaces());
  std::set<std::string> names;
  std::set<std::string> ended;
  for (const WriteConfig& write : config.writes) names.insert(write.name);
  for (const auto& [name, queue] : queues_) {
    if (!names.contains(name)) ended.insert(name);
  }
  std::vector<const WriteConfig*> fresh;
  for (const WriteConfig& write : config.writes) {
    const auto at = queues_.find(write.name);
    const bool same = at != queues_.end() && at->second->config().text == write.text &&
                      at->second->external_labels() == external_labels;
    if (same) continue;
    if (at != queues_.end()) ended.insert(write.name);
    fresh.push_back(&write);
  }
  EndQueues(ended);
  places_->KeepOnly(names);
  QueueDeps deps = options_.queue;
  deps.places = places_.get();
  for (const WriteConfig* write : fresh) {
    auto queue = std::make_unique<Queue>(*write, external_labels, deps);
    queue->Start();
    queues_[write->name] = std::move(queue);
  }
  NoteNeeded();
  if (!thread_.joinable()) {
    thread_ = std::thread([this] { Run(); });
    pthread_setname_np(thread_.native_handle(), "rw-places");
  }
  return {};
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
    wake_.WaitFor(mutex_, kNoteEvery);
    if (!stopping_) NoteNeeded();
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
