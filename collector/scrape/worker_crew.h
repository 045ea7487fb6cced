#ifndef VEDETTE_COLLECTOR_SCRAPE_WORKER_CREW_H_
#define VEDETTE_COLLECTOR_SCRAPE_WORKER_CREW_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <string>
#include <thread>

#include "base/mutex.h"

namespace vedette::scrape {

// Threads that scrape: as many as there are targets that keep one waiting. A target that hangs
// until its timeout holds one thread of its own and delays nobody. Who has been idle for a minute
// leaves. Thread-safe. The destructor (or Stop) runs what is queued, then joins.
class WorkerCrew {
 public:
  // `name` is what `ps -L` shows (15 characters at most). Beyond `most` threads tasks queue up,
  // first in, first out.
  WorkerCrew(std::string name, size_t most, size_t queue_capacity);
  ~WorkerCrew();
  WorkerCrew(const WorkerCrew&) = delete;
  WorkerCrew& operator=(const WorkerCrew&) = delete;

  // False when the queue is full or the crew stops.
  [[nodiscard]] bool TrySubmit(std::function<void()> task) VEDETTE_EXCLUDES(mutex_);
  void Stop() VEDETTE_EXCLUDES(mutex_);
  size_t size() const VEDETTE_EXCLUDES(mutex_);

 private:
  struct Worker {
    std::thread thread;
    bool gone = false;  // its thread is at its end
  };
  void Run(Worker* self) VEDETTE_EXCLUDES(mutex_);
  bool WaitForTask(std::function<void()>* task) VEDETTE_REQUIRES(mutex_);
  void JoinGone() VEDETTE_REQUIRES(mutex_);

  const std::string name_;
  const size_t most_;
  const size_t queue_capacity_;
  mutable base::Mutex mutex_;
  base::CondVar wake_;
  std::deque<std::function<void()>> queue_ VEDETTE_GUARDED_BY(mutex_);
  std::list<Worker> workers_ VEDETTE_GUARDED_BY(mutex_);
  size_t idle_ VEDETTE_GUARDED_BY(mutex_) = 0;
  bool stopping_ VEDETTE_GUARDED_BY(mutex_) = false;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_WORKER_CREW_H_
