#ifndef VEDETTE_BASE_MEMORY_POOL_H_
#define VEDETTE_BASE_MEMORY_POOL_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace vedette::base {

// Memory that many share by counting: who needs some takes it here before, and the newest demand is
// refused when there is not enough left. Allocates nothing itself. Thread-safe and without locks;
// shared by those who hold of it.
class MemoryPool : public std::enable_shared_from_this<MemoryPool> {
 public:
  // 0: no limit.
  explicit MemoryPool(uint64_t limit) : limit_(limit) {}

  // Bytes taken, given back when it dies. Not thread-safe itself.
  class Hold {
   public:
    Hold() = default;
    explicit Hold(std::shared_ptr<MemoryPool> pool) : pool_(std::move(pool)) {}
    Hold(Hold&& other) noexcept { *this = std::move(other); }
    Hold& operator=(Hold&& other) noexcept {
      std::swap(pool_, other.pool_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Hold() {
      if (pool_) pool_->Release(bytes_);
    }

    // As Take, beside what it has. Without a pool there is no limit.
    base::Status Grow(uint64_t bytes, std::string_view who);
    // Never refused: of those who must not wait for others.
    void GrowAnyway(uint64_t bytes);
    uint64_t bytes() const { return bytes_; }

   private:
    friend class MemoryPool;
    std::shared_ptr<MemoryPool> pool_;
    uint64_t bytes_ = 0;
  };

  // `who` is named by the error: "the answer", "the list of series". ResourceExhausted: more than
  // there can ever be. Unavailable: others hold it now.
  base::StatusOr<Hold> Take(uint64_t bytes, std::string_view who);
  uint64_t held() const { return held_.load(std::memory_order_relaxed); }
  uint64_t limit() const { return limit_; }

 private:
  base::Status Charge(uint64_t bytes, uint64_t has, std::string_view who);
  void Release(uint64_t bytes) { held_.fetch_sub(bytes, std::memory_order_relaxed); }

  const uint64_t limit_;
  std::atomic<uint64_t> held_{0};
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_MEMORY_POOL_H_
