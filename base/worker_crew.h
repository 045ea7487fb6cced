#ifndef VEDETTE_BASE_WORKER_CREW_H_
#define VEDETTE_BASE_WORKER_CREW_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <string>
#include <thread>

#include "base/mutex.h"

namespace vedette::base {

// Threads that wait for others: as many as there are tasks that keep one waiting. Tasks known to be
// slow, of targets that hung until their timeout last time, have half of the threads at most and
// wait in a queue of their own: however many hang, they delay each other alone. Who has been idle
// for a minute leaves. Thread-safe. The destructor (or Stop) runs what is queued, then joins.
class WorkerCrew {
 public:
  // `name` is what `ps -L` shows (15 characters at most). Beyond `most` threads, two or more, tasks
  // queue up, first in, first out.
  WorkerCrew(std::string name, size_t most, size_t queue_capacity);
  ~WorkerCrew();
  WorkerCrew(const WorkerCrew&) = delete;
  WorkerCrew& operator=(const WorkerCrew&) = delete;

  // False when the queue is full, the crew stops, or there is no thread to be had at all.
  [[nodiscard]] bool TrySubmit(std::function<void()> task, bool slow = false)
      VEDETTE_EXCLUDES(mutex_);
  void Stop() VEDETTE_EXCLUDES(mutex_);
  size_t size() const VEDETTE_EXCLUDES(mutex_);

 private:
  struct Task {
    std::function<void()> run;
    bool slow = false;
  };
  struct Worker {
    std::thread thread;
    bool gone = false;  // its thread is at its end
  };
  void Run(Worker* self) VEDETTE_EXCLUDES(mutex_);
  // Tasks that a thread may take now.
  size_t Ready() const VEDETTE_REQUIRES(mutex_);
  bool AddWorker() VEDETTE_REQUIRES(mutex_);
  bool WaitForTask(Task* task) VEDETTE_REQUIRES(mutex_);
  void JoinGone() VEDETTE_REQUIRES(mutex_);

  const std::string name_;
  const size_t most_;
  const size_t queue_capacity_;
  mutable Mutex mutex_;
  CondVar wake_;
  std::deque<std::function<void()>> queue_ VEDETTE_GUARDED_BY(mutex_);
  std::deque<std::function<void()>> slow_queue_ VEDETTE_GUARDED_BY(mutex_);
  size_t slow_running_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::list<Worker> workers_ VEDETTE_GUARDED_BY(mutex_);
  size_t idle_ VEDETTE_GUARDED_BY(mutex_) = 0;
  bool stopping_ VEDETTE_GUARDED_BY(mutex_) = false;
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_WORKER_CREW_H_
