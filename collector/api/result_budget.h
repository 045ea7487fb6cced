#ifndef VEDETTE_COLLECTOR_API_RESULT_BUDGET_H_
#define VEDETTE_COLLECTOR_API_RESULT_BUDGET_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "base/mutex.h"
#include "base/status.h"

namespace vedette::api {

// The memory of answers on their way to clients, all together: a slow client may take minutes, and
// many of them must not hold more than there is. Thread-safe; shared by those who hold of it.
class ResultBudget : public std::enable_shared_from_this<ResultBudget> {
 public:
  // 0: no limit.
  explicit ResultBudget(uint64_t limit) : limit_(limit) {}

  // Bytes taken, given back when it dies.
  class Hold {
   public:
    Hold() = default;
    Hold(std::shared_ptr<ResultBudget> budget, uint64_t bytes)
        : budget_(std::move(budget)), bytes_(bytes) {}
    Hold(Hold&& other) noexcept { *this = std::move(other); }
    Hold& operator=(Hold&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Hold() {
      if (budget_) budget_->Release(bytes_);
    }

   private:
    std::shared_ptr<ResultBudget> budget_;
    uint64_t bytes_ = 0;
  };

  // ResourceExhausted: more than there can ever be. Unavailable: others hold it now.
  base::StatusOr<Hold> Take(uint64_t bytes) VEDETTE_EXCLUDES(mutex_);
  uint64_t held() const VEDETTE_EXCLUDES(mutex_);

 private:
  void Release(uint64_t bytes) VEDETTE_EXCLUDES(mutex_);

  const uint64_t limit_;
  mutable base::Mutex mutex_;
  uint64_t held_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_RESULT_BUDGET_H_
