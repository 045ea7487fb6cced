#ifndef VEDETTE_BASE_THREAD_POOL_H_
#define VEDETTE_BASE_THREAD_POOL_H_

#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace vedette::base {

// A fixed number of threads that run tasks from one bounded queue, first in, first out. Of idle
// threads the last to become so is woken: its stack and its memory are still in the caches.
// Thread-safe. The destructor (or Stop) runs what is queued, then joins; nothing is detached.
class ThreadPool {
 public:
  // `name` is what `ps -L` shows (15 characters at most). threads >= 1, queue_capacity >= 1. With a
  // `nice` above 0 its threads let others go before them when the processor is short.
  ThreadPool(std::string name, size_t threads, size_t queue_capacity, int nice = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // False when the queue is full or the pool stops: the caller answers "busy", it does not wait.
  [[nodiscard]] bool TrySubmit(std::function<void()> task) VEDETTE_EXCLUDES(mutex_);

  // Runs what is queued, then joins. May be called twice; never from a task.
  void Stop() VEDETTE_EXCLUDES(mutex_);

  size_t QueueLength() const VEDETTE_EXCLUDES(mutex_);

 private:
  // A thread that waits for work.
  struct Sleeper {
    CondVar wake;
    bool called = false;  // guarded by mutex_
  };

  void Run(Sleeper* self);
  void Sleep(Sleeper* self) VEDETTE_REQUIRES(mutex_);

  const std::string name_;
  const size_t queue_capacity_;
  const int nice_;
  mutable Mutex mutex_;
  std::vector<Sleeper> sleepers_;                          // of each thread
  std::vector<Sleeper*> idle_ VEDETTE_GUARDED_BY(mutex_);  // the last to become so at the end
  std::deque<std::function<void()>> queue_ VEDETTE_GUARDED_BY(mutex_);
  bool stopping_ VEDETTE_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;  // const after construction, joined by Stop
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_THREAD_POOL_H_
