#include <algorithm>

#include "collector/tsdb/store_impl.h"

// What of the past stands: everything up to a time is in parts, and nothing has changed it since.

namespace vedette::tsdb {
namespace {

// How late a sample is that was on its way when a flush began: no reason to say that the past has
// changed.
constexpr int64_t kOnTheWayMs = 60'000;

}  // namespace

History Store::Impl::History() {
  ++readers_waiting_;
  base::MutexLock lock(mutex_);
  --readers_waiting_;
  // In this order: what begins to change in between is seen by one or the other.
  const uint64_t version = history_version_;
  return {history_changes_ == 0 ? history_ms_ : INT64_MIN, version};
}

void Store::Impl::ExtendHistory() {
  if (wal() == nullptr || parts_max_ms_ == INT64_MIN) return;
  int64_t first_ms = head_->min_ms();
  if (frozen_ != nullptr) first_ms = std::min(first_ms, frozen_->min_ms());
  const int64_t before = first_ms == INT64_MAX ? first_ms : first_ms - 1;
  history_ms_ = std::max(history_ms_, std::min(before, parts_max_ms_ - kOnTheWayMs));
}

void Store::Impl::CheckHistory() {
  const int64_t first_ms = head_->min_ms();
  if (first_ms > history_ms_) return;
  history_ms_ = first_ms - 1;
  ++history_version_;
}

}  // namespace vedette::tsdb
