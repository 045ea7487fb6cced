#include "base/memory_pool.h"

#include <string>

#include "base/strings.h"

namespace vedette::base {

base::Status MemoryPool::Hold::Grow(uint64_t bytes, std::string_view who) {
  if (pool_) {
    const base::Status status = pool_->Charge(bytes, bytes_, who);
    if (!status.ok()) return status;
  }
  bytes_ += bytes;
  return base::Status();
}

void MemoryPool::Hold::GrowAnyway(uint64_t bytes) {
  if (pool_) pool_->held_.fetch_add(bytes, std::memory_order_relaxed);
  bytes_ += bytes;
}

base::StatusOr<MemoryPool::Hold> MemoryPool::Take(uint64_t bytes, std::string_view who) {
  Hold hold(shared_from_this());
  const base::Status status = hold.Grow(bytes, who);
  if (!status.ok()) return status;
  return hold;
}

base::Status MemoryPool::Charge(uint64_t bytes, uint64_t has, std::string_view who) {
  if (limit_ != 0 && (bytes > limit_ || has > limit_ - bytes)) {
    return base::ResourceExhausted(
        base::Concat({who, " takes ", std::to_string(has + bytes), " bytes, more than the ",
                      std::to_string(limit_),
                      " of all queries together; ask for fewer series or a larger step"}));
  }
  uint64_t held = held_.load(std::memory_order_relaxed);
  do {
    if (limit_ != 0 && (held > limit_ || bytes > limit_ - held)) {
      return base::Unavailable(base::Concat({who, " takes ", std::to_string(has + bytes),
                                             " bytes, while queries and answers under way ",
                                             "hold ", std::to_string(held - has), " of the ",
                                             std::to_string(limit_), " that they may; try again"}));
    }
  } while (!held_.compare_exchange_weak(held, held + bytes, std::memory_order_relaxed));
  return base::Status();
}

}  // namespace vedette::base
