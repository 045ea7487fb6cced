#include "base/worker_crew.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace vedette::base {
namespace {

constexpr std::chrono::seconds kIdle{60};

}  // namespace

WorkerCrew::WorkerCrew(std::string name, size_t most, size_t queue_capacity)
    : name_(std::move(name)), most_(most), queue_capacity_(queue_capacity) {}

WorkerCrew::~WorkerCrew() { Stop(); }

bool WorkerCrew::TrySubmit(std::function<void()> task, bool slow) {
  const MutexLock lock(mutex_);
  std::deque<std::function<void()>>& queue = slow ? slow_queue_ : queue_;
  if (stopping_ || queue.size() >= queue_capacity_) return false;
  queue.push_back(std::move(task));
  if (Ready() > idle_ && workers_.size() < most_ && !AddWorker() && workers_.empty()) {
    queue.pop_back();
    return false;
  }
  wake_.NotifyOne();
  return true;
}

size_t WorkerCrew::Ready() const {
  const size_t most_slow = most_ / 2;
  const size_t may_start = most_slow - std::min(most_slow, slow_running_);
  return queue_.size() + std::min(slow_queue_.size(), may_start);
}

// False where the system gives no thread: those there are have more to do then.
bool WorkerCrew::AddWorker() {
  JoinGone();
  Worker* const worker = &workers_.emplace_back();
  try {
    worker->thread = std::thread([this, worker] { Run(worker); });
    return true;
  } catch (const std::system_error&) {
    workers_.pop_back();
    return false;
  }
}

void WorkerCrew::JoinGone() {
  workers_.remove_if([](Worker& worker) {
    if (worker.gone) worker.thread.join();
    return worker.gone;
  });
}

// False when this worker is to leave.
bool WorkerCrew::WaitForTask(Task* task) {
  ++idle_;
  const auto end = std::chrono::steady_clock::now() + kIdle;
  while (Ready() == 0 && !stopping_) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left.count() <= 0) break;
    wake_.WaitFor(mutex_, left);
  }
  --idle_;
  task->slow = queue_.empty();
  std::deque<std::function<void()>>& queue = task->slow ? slow_queue_ : queue_;
  // At the end all that is queued is run, without regard to who is slow.
  if (queue.empty() || (Ready() == 0 && !stopping_)) return false;
  task->run = std::move(queue.front());
  queue.pop_front();
  if (task->slow) ++slow_running_;
  return true;
}

void WorkerCrew::Run(Worker* self) {
  pthread_setname_np(pthread_self(), name_.c_str());
  for (;;) {
    Task task;
    {
      const MutexLock lock(mutex_);
      if (!WaitForTask(&task)) {
        self->gone = true;
        return;
      }
    }
    task.run();
    if (!task.slow) continue;
    const MutexLock lock(mutex_);
    --slow_running_;
  }
}

void WorkerCrew::Stop() {
  std::list<Worker> workers;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    workers.swap(workers_);
    wake_.NotifyAll();
  }
  for (Worker& worker : workers) worker.thread.join();
}

size_t WorkerCrew::size() const {
  const MutexLock lock(mutex_);
  return workers_.size();
}

}  // namespace vedette::base
