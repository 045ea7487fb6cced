#ifndef VEDETTE_COLLECTOR_TSDB_BELIEVED_CLOCK_H_
#define VEDETTE_COLLECTOR_TSDB_BELIEVED_CLOCK_H_

#include <cstdint>

#include "base/clock.h"

namespace vedette::tsdb {

// The wall clock, but for a jump ahead, which is believed when it has stood for a day: retention
// must not throw data away because a clock was wrong for a while, even when samples came with its
// time. A step back is believed at once, it costs nothing. Not thread-safe: the store's lock guards
// it.
class BelievedClock {
 public:
  explicit BelievedClock(base::Clock* clock);
  int64_t WallMillis();

 private:
  base::Clock* const clock_;
  // Wall minus monotonic time: what is believed, and where the clock has jumped to.
  int64_t believed_ms_;
  int64_t doubted_ms_ = 0;
  int64_t doubted_since_ms_ = 0;  // monotonic
  bool doubting_ = false;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_BELIEVED_CLOCK_H_
