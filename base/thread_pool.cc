#include "base/thread_pool.h"

#include <pthread.h>
#include <sys/resource.h>

#include <utility>

namespace vedette::base {

ThreadPool::ThreadPool(std::string name, size_t threads, size_t queue_capacity, int nice)
    : name_(std::move(name)), queue_capacity_(queue_capacity), nice_(nice), sleepers_(threads) {
  threads_.reserve(threads);
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, self = &sleepers_[i]] { Run(self); });
    pthread_setname_np(threads_.back().native_handle(), name_.substr(0, 15).c_str());
  }
}

ThreadPool::~ThreadPool() { Stop(); }

bool ThreadPool::TrySubmit(std::function<void()> task) {
  Sleeper* called = nullptr;
  {
    MutexLock lock(mutex_);
    if (stopping_ || queue_.size() >= queue_capacity_) return false;
    queue_.push_back(std::move(task));
    if (!idle_.empty()) {
      called = idle_.back();
      called->called = true;
      idle_.pop_back();
    }
  }
  if (called != nullptr) called->wake.NotifyOne();  // it finds the mutex free
  return true;
}

void ThreadPool::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (Sleeper& sleeper : sleepers_) sleeper.wake.NotifyOne();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

size_t ThreadPool::QueueLength() const {
  MutexLock lock(mutex_);
  return queue_.size();
}

void ThreadPool::Sleep(Sleeper* self) {
  self->called = false;
  idle_.push_back(self);
  while (!self->called && !stopping_) self->wake.Wait(mutex_);
}

void ThreadPool::Run(Sleeper* self) {
  // On Linux of this thread alone. Who may not keeps what it has.
  if (nice_ > 0) ::setpriority(PRIO_PROCESS, 0, nice_);
  for (;;) {
    std::function<void()> task;
    {
      MutexLock lock(mutex_);
      while (queue_.empty() && !stopping_) Sleep(self);
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

}  // namespace vedette::base
