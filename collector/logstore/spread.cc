#include "collector/logstore/spread.h"

#include <algorithm>
#include <memory>

#include "base/mutex.h"

namespace vedette::logstore {
namespace {

// Shared with helpers that the pool starts only after Spread has returned: they find it closed.
class SpreadWork {
 public:
  SpreadWork(size_t count, const std::function<bool(size_t, size_t)>& work)
      : count_(count), work_(work) {}

  void Help(size_t worker) VEDETTE_EXCLUDES(mutex_) {
    size_t i = 0;
    while (Take(&i)) {
      const bool go_on = work_(i, worker);
      base::MutexLock lock(mutex_);
      if (!go_on) next_ = count_;
      if (--running_ == 0) changed_.NotifyAll();
    }
  }
  // After the caller's own Help: nothing is left to be taken.
  void Wait() VEDETTE_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    while (running_ > 0) changed_.Wait(mutex_);
  }

 private:
  bool Take(size_t* i) VEDETTE_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    if (next_ >= count_) return false;
    *i = next_++;
    ++running_;
    return true;
  }

  const size_t count_;
  const std::function<bool(size_t, size_t)>& work_;  // of the caller: gone once it has returned
  base::Mutex mutex_;
  base::CondVar changed_;
  size_t next_ VEDETTE_GUARDED_BY(mutex_) = 0;
  size_t running_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

}  // namespace

void Spread(size_t count, size_t workers, base::ThreadPool* pool,
            const std::function<bool(size_t, size_t)>& work) {
  const auto shared = std::make_shared<SpreadWork>(count, work);
  for (size_t worker = 1; pool != nullptr && worker < std::min(workers, count); ++worker) {
    if (!pool->TrySubmit([shared, worker] { shared->Help(worker); })) break;
  }
  shared->Help(0);
  shared->Wait();
}

}  // namespace vedette::logstore
