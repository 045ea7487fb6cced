#include "tests/support/fake_clock.h"

namespace vedette::test {

int64_t FakeClock::WallNanos() const {
  std::lock_guard lock(mutex_);
  return wall_nanos_;
}

int64_t FakeClock::MonotonicNanos() const {
  std::lock_guard lock(mutex_);
  return monotonic_nanos_;
}

bool FakeClock::SleepFor(std::chrono::nanoseconds duration, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const int64_t until = monotonic_nanos_ + duration.count();
  ++sleepers_;
  changed_.notify_all();
  changed_.wait(lock, stop, [&] { return monotonic_nanos_ >= until; });
  --sleepers_;
  return !stop.stop_requested();
}

void FakeClock::Advance(std::chrono::nanoseconds by) {
  std::lock_guard lock(mutex_);
  wall_nanos_ += by.count();
  monotonic_nanos_ += by.count();
  changed_.notify_all();
}

void FakeClock::StepWall(std::chrono::nanoseconds by) {
  std::lock_guard lock(mutex_);
  wall_nanos_ += by.count();
}

void FakeClock::WaitForSleepers(int n) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return sleepers_ >= n; });
}

}  // namespace vedette::test
