#include "exporters/pve/call_queue.h"

#include <utility>

namespace vedette::exporters::pve {

void CallQueue::Add(Job job) {
  base::MutexLock lock(state_->mutex);
  state_->jobs.push_back(std::move(job));
  state_->changed.NotifyOne();
}

void CallQueue::Run(base::ThreadPool* pool, int helpers) {
  for (int i = 0; i < helpers; ++i) {
    if (!pool->TrySubmit([state = state_] { Work(state); })) break;
  }
  Work(state_);
}

bool CallQueue::Take(State* state, Job* job) {
  base::MutexLock lock(state->mutex);
  while (state->jobs.empty()) {
    if (state->running == 0) return false;
    state->changed.Wait(state->mutex);
  }
  *job = std::move(state->jobs.front());
  state->jobs.pop_front();
  ++state->running;
  return true;
}

void CallQueue::Work(const std::shared_ptr<State>& state) {
  Job job;
  while (Take(state.get(), &job)) {
    job();
    job = nullptr;  // what it borrows may go once the last one is done
    base::MutexLock lock(state->mutex);
    --state->running;
    if (state->running == 0) state->changed.NotifyAll();
  }
}

}  // namespace vedette::exporters::pve
