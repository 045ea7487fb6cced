#ifndef VEDETTE_BASE_MUTEX_H_
#define VEDETTE_BASE_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

// std::mutex with the annotations that clang's -Wthread-safety reads (the `clang` preset makes its
// findings errors). Not absl::Mutex: Debian's Abseil is not instrumented and TSan reports false
// races on the data it guards.

#if defined(__clang__)
#define VEDETTE_TSA_(x) __attribute__((x))
#else
#define VEDETTE_TSA_(x)
#endif
#define VEDETTE_GUARDED_BY(x) VEDETTE_TSA_(guarded_by(x))
#define VEDETTE_PT_GUARDED_BY(x) VEDETTE_TSA_(pt_guarded_by(x))
#define VEDETTE_REQUIRES(...) VEDETTE_TSA_(exclusive_locks_required(__VA_ARGS__))
#define VEDETTE_EXCLUDES(...) VEDETTE_TSA_(locks_excluded(__VA_ARGS__))
#define VEDETTE_ACQUIRE(...) VEDETTE_TSA_(exclusive_lock_function(__VA_ARGS__))
#define VEDETTE_RELEASE(...) VEDETTE_TSA_(unlock_function(__VA_ARGS__))
#define VEDETTE_NO_THREAD_SAFETY_ANALYSIS VEDETTE_TSA_(no_thread_safety_analysis)

namespace vedette::base {

class VEDETTE_TSA_(lockable) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() VEDETTE_ACQUIRE() { mutex_.lock(); }
  void Unlock() VEDETTE_RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class VEDETTE_TSA_(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) VEDETTE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() VEDETTE_RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// A condition variable for Mutex. Spurious wake-ups happen: wait in a loop over the condition.
class CondVar {
 public:
  void Wait(Mutex& mutex) VEDETTE_REQUIRES(mutex);
  // False when `timeout` passed first.
  bool WaitFor(Mutex& mutex, std::chrono::nanoseconds timeout) VEDETTE_REQUIRES(mutex);
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

inline void CondVar::Wait(Mutex& mutex) VEDETTE_NO_THREAD_SAFETY_ANALYSIS {
  std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
  condition_.wait(lock);
  lock.release();
}

inline bool CondVar::WaitFor(Mutex& mutex,
                             std::chrono::nanoseconds timeout) VEDETTE_NO_THREAD_SAFETY_ANALYSIS {
  std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
  const bool notified = condition_.wait_for(lock, timeout) == std::cv_status::no_timeout;
  lock.release();
  return notified;
}

}  // namespace vedette::base

#endif  // VEDETTE_BASE_MUTEX_H_
