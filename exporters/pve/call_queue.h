#ifndef VEDETTE_EXPORTERS_PVE_CALL_QUEUE_H_
#define VEDETTE_EXPORTERS_PVE_CALL_QUEUE_H_

#include <deque>
#include <functional>
#include <memory>

#include "base/mutex.h"
#include "base/thread_pool.h"

namespace vedette::exporters::pve {

// The calls of one scrape, some of which are known only when another has answered. They run on the
// thread that calls Run and on as many of a pool's as are free: a pool that hanging targets keep
// busy slows a scrape, but never holds it up. Jobs must end by themselves (each call has its
// deadline) and may Add more. Thread-safe.
class CallQueue {
 public:
  using Job = std::function<void()>;

  CallQueue() : state_(std::make_shared<State>()) {}
  CallQueue(const CallQueue&) = delete;
  CallQueue& operator=(const CallQueue&) = delete;

  void Add(Job job);
  // Returns when every job has run, those added meanwhile too. `helpers` more threads at most.
  void Run(base::ThreadPool* pool, int helpers);

 private:
  // Shared with helpers that the pool starts only after Run has returned.
  struct State {
    base::Mutex mutex;
    base::CondVar changed;
    std::deque<Job> jobs VEDETTE_GUARDED_BY(mutex);
    int running VEDETTE_GUARDED_BY(mutex) = 0;
  };
  static void Work(const std::shared_ptr<State>& state);
  // False when all is done.
  static bool Take(State* state, Job* job);

  const std::shared_ptr<State> state_;
};

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_CALL_QUEUE_H_
