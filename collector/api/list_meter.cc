#include "collector/api/list_meter.h"

#include <algorithm>

namespace vedette::api {
namespace {

// What is taken at once, so that most items cost nothing.
constexpr uint64_t kStepBytes = 64 << 10;
constexpr uint32_t kItemsAClock = 256;

}  // namespace

base::Status ListMeter::Note(size_t bytes) {
  if (stop_.stop_requested()) return base::Cancelled("the client has hung up");
  if (clock_ != nullptr && deadline_ns_ != 0 && ++items_ % kItemsAClock == 0 &&
      clock_->MonotonicNanos() > deadline_ns_) {
    return base::DeadlineExceeded("the list took longer than a query may");
  }
  bytes_ += bytes;
  if (bytes_ <= hold_.bytes()) return base::Status();
  return hold_.Grow(std::max(bytes_ - hold_.bytes(), kStepBytes), who_);
}

}  // namespace vedette::api
