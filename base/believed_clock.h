#ifndef VEDETTE_BASE_BELIEVED_CLOCK_H_
#define VEDETTE_BASE_BELIEVED_CLOCK_H_

#include <cstdint>

#include "base/clock.h"

namespace vedette::base {

// The wall clock, but for a jump ahead, which is believed when it has stood for a day: what is
// thrown away by age must not be lost because a clock was wrong for a while, even when data came
// with its time. A step back is believed at once, it costs nothing. Not thread-safe: its owner's
// lock guards it.
class BelievedClock {
 public:
  explicit BelievedClock(Clock* clock);
  int64_t WallMillis();

 private:
  Clock* const clock_;
  // Wall minus monotonic time: what is believed, and where the clock has jumped to.
  int64_t believed_ms_;
  int64_t doubted_ms_ = 0;
  int64_t doubted_since_ms_ = 0;  // monotonic
  bool doubting_ = false;
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_BELIEVED_CLOCK_H_
