#include "collector/logstore/ahead.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "base/mutex.h"

namespace vedette::logstore {
namespace {

// What is prepared holds memory until it is taken.
constexpr size_t kMostAhead = 8;

// Shared with helpers that the pool starts only after PrepareAhead has returned: they find it
// closed.
class AheadWork {
 public:
  AheadWork(size_t count, size_t workers, const std::function<void(size_t, size_t)>& prepare)
      : count_(count), prepare_(prepare), helping_(workers), done_(count) {}

  // A worker that has nothing to do though there is something; 0 for none.
  size_t IdleWorker() VEDETTE_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    // The caller's own, unless a helper has it already.
    const size_t callers = next_ <= taken_ ? 1 : 0;
    if (next_ + callers >= Limit()) return 0;
    for (size_t worker = 1; worker < helping_.size(); ++worker) {
      if (helping_[worker]) continue;
      helping_[worker] = true;
      return worker;
    }
    return 0;
  }
  void NotStarted(size_t worker) VEDETTE_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    helping_[worker] = false;
  }

  // Until nothing is left that may be prepared yet.
  void Help(size_t worker) VEDETTE_EXCLUDES(mutex_) {
    size_t i = 0;
    while (Claim(&i, worker)) Prepare(i, worker);
  }
  // Prepares others while somebody else has this one.
  void Await(size_t i) VEDETTE_EXCLUDES(mutex_) {
    size_t other = 0;
    while (!IsDone(i)) {
      if (Claim(&other, 0)) {
        Prepare(other, 0);
      } else {
        base::MutexLock lock(mutex_);
        while (!done_[i]) changed_.Wait(mutex_);
      }
    }
  }
  void Taken() VEDETTE_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    ++taken_;
  }
  void Close() VEDETTE_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    next_ = count_;
    while (running_ > 0) changed_.Wait(mutex_);
  }

 private:
  size_t Limit() const VEDETTE_REQUIRES(mutex_) {
    return std::min(count_, taken_ + 1 + std::min(taken_, kMostAhead));
  }
  bool IsDone(size_t i) VEDETTE_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    return done_[i];
  }
  bool Claim(size_t* i, size_t worker) VEDETTE_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    if (next_ >= Limit()) {
      helping_[worker] = false;
      return false;
    }
    *i = next_++;
    ++running_;
    return true;
  }
  void Prepare(size_t i, size_t worker) VEDETTE_EXCLUDES(mutex_) {
    prepare_(i, worker);
    base::MutexLock lock(mutex_);
    done_[i] = true;
    --running_;
    changed_.NotifyAll();
  }

  const size_t count_;
  const std::function<void(size_t, size_t)>& prepare_;  // of the caller: gone once it has returned
  base::Mutex mutex_;
  base::CondVar changed_;
  std::vector<bool> helping_ VEDETTE_GUARDED_BY(mutex_);
  std::vector<bool> done_ VEDETTE_GUARDED_BY(mutex_);
  size_t next_ VEDETTE_GUARDED_BY(mutex_) = 0;
  size_t taken_ VEDETTE_GUARDED_BY(mutex_) = 0;
  size_t running_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

}  // namespace

void PrepareAhead(size_t count, size_t workers, base::ThreadPool* pool,
                  const std::function<void(size_t, size_t)>& prepare,
                  const std::function<bool(size_t)>& take) {
  const auto shared = std::make_shared<AheadWork>(count, std::max<size_t>(1, workers), prepare);
  for (size_t i = 0; i < count; ++i) {
    const size_t idle = pool != nullptr ? shared->IdleWorker() : 0;
    if (idle != 0 && !pool->TrySubmit([shared, idle] { shared->Help(idle); })) {
      shared->NotStarted(idle);
    }
    shared->Await(i);
    if (!take(i)) break;
    shared->Taken();
  }
  shared->Close();
}

}  // namespace vedette::logstore
