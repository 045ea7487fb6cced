#include "collector/api/result_budget.h"

#include <string>

#include "base/strings.h"

namespace vedette::api {

base::StatusOr<ResultBudget::Hold> ResultBudget::Take(uint64_t bytes) {
  if (limit_ != 0 && bytes > limit_) {
    return base::ResourceExhausted(base::Concat(
        {"the result takes ", std::to_string(bytes), " bytes, more than the ",
         std::to_string(limit_), " for answers; ask for fewer series or a larger step"}));
  }
  base::MutexLock lock(mutex_);
  if (limit_ != 0 && bytes > limit_ - held_) {
    return base::Unavailable(
        "too much memory is held by answers that other clients are still reading");
  }
  held_ += bytes;
  return Hold(shared_from_this(), bytes);
}

uint64_t ResultBudget::held() const {
  base::MutexLock lock(mutex_);
  return held_;
}

void ResultBudget::Release(uint64_t bytes) {
  base::MutexLock lock(mutex_);
  held_ -= bytes;
}

}  // namespace vedette::api
