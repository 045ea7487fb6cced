#include "collector/scrape/worker_crew.h"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace vedette::scrape {
namespace {

constexpr std::chrono::seconds kIdle{60};

}  // namespace

WorkerCrew::WorkerCrew(std::string name, size_t most, size_t queue_capacity)
    : name_(std::move(name)), most_(most), queue_capacity_(queue_capacity) {}

WorkerCrew::~WorkerCrew() { Stop(); }

bool WorkerCrew::TrySubmit(std::function<void()> task) {
  const base::MutexLock lock(mutex_);
  if (stopping_ || queue_.size() >= queue_capacity_) return false;
  queue_.push_back(std::move(task));
  if (queue_.size() > idle_ && workers_.size() < most_) {
    JoinGone();
    Worker* const worker = &workers_.emplace_back();
    worker->thread = std::thread([this, worker] { Run(worker); });
  }
  wake_.NotifyOne();
  return true;
}

void WorkerCrew::JoinGone() {
  workers_.remove_if([](Worker& worker) {
    if (worker.gone) worker.thread.join();
    return worker.gone;
  });
}

// False when this worker is to leave.
bool WorkerCrew::WaitForTask(std::function<void()>* task) {
  ++idle_;
  const auto end = std::chrono::steady_clock::now() + kIdle;
  while (queue_.empty() && !stopping_) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left.count() <= 0) break;
    wake_.WaitFor(mutex_, left);
  }
  --idle_;
  if (queue_.empty()) return false;
  *task = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

void WorkerCrew::Run(Worker* self) {
  pthread_setname_np(pthread_self(), name_.c_str());
  for (;;) {
    std::function<void()> task;
    {
      const base::MutexLock lock(mutex_);
      if (!WaitForTask(&task)) {
        self->gone = true;
        return;
      }
    }
    task();
  }
}

void WorkerCrew::Stop() {
  std::list<Worker> workers;
  {
    const base::MutexLock lock(mutex_);
    stopping_ = true;
    workers.swap(workers_);
    wake_.NotifyAll();
  }
  for (Worker& worker : workers) worker.thread.join();
}

size_t WorkerCrew::size() const {
  const base::MutexLock lock(mutex_);
  return workers_.size();
}

}  // namespace vedette::scrape
