#include "base/believed_clock.h"

#include <cstdlib>

namespace vedette::base {
namespace {

// Corrections of a clock that runs well.
constexpr int64_t kSlackMs = 3600 * 1000;
constexpr int64_t kStandsMs = 24 * 3600 * 1000;

int64_t MonotonicMillis(const Clock& clock) { return clock.MonotonicNanos() / 1'000'000; }

}  // namespace

BelievedClock::BelievedClock(Clock* clock)
    : clock_(clock), believed_ms_(clock->WallMillis() - MonotonicMillis(*clock)) {}

int64_t BelievedClock::WallMillis() {
  const int64_t monotonic_ms = MonotonicMillis(*clock_);
  const int64_t offset_ms = clock_->WallMillis() - monotonic_ms;
  if (offset_ms > believed_ms_ + kSlackMs) {
    if (!doubting_ || std::abs(offset_ms - doubted_ms_) > kSlackMs) {
      doubting_ = true;
      doubted_ms_ = offset_ms;
      doubted_since_ms_ = monotonic_ms;
    }
    if (monotonic_ms - doubted_since_ms_ < kStandsMs) return believed_ms_ + monotonic_ms;
  }
  doubting_ = false;
  believed_ms_ = offset_ms;
  return offset_ms + monotonic_ms;
}

}  // namespace vedette::base
