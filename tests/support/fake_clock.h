#ifndef VEDETTE_TESTS_SUPPORT_FAKE_CLOCK_H_
#define VEDETTE_TESTS_SUPPORT_FAKE_CLOCK_H_

#include <condition_variable>
#include <mutex>
#include <set>

#include "base/clock.h"

namespace vedette::test {

// A clock that moves only when told. Sleepers wake when Advance passes their time. Thread-safe.
class FakeClock final : public base::Clock {
 public:
  explicit FakeClock(int64_t wall_nanos = 1'700'000'000'000'000'000) : wall_nanos_(wall_nanos) {}

  int64_t WallNanos() const override;
  int64_t MonotonicNanos() const override;
  bool SleepFor(std::chrono::nanoseconds duration, std::stop_token stop) override;

  // Moves wall and monotonic time on together and wakes whom it reaches.
  void Advance(std::chrono::nanoseconds by);
  // Steps the wall clock alone, in either direction.
  void StepWall(std::chrono::nanoseconds by);
  // Blocks until `n` threads sleep that nothing has woken yet: then Advance cannot overtake them.
  void WaitForSleepers(int n);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  int64_t wall_nanos_;
  int64_t monotonic_nanos_ = 1'000'000'000;
  std::multiset<int64_t> sleepers_;  // when each is to wake, by monotonic time
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_FAKE_CLOCK_H_
