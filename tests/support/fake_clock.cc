#include "tests/support/fake_clock.h"

#include <iterator>

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
  const auto sleeper = sleepers_.insert(until);
  changed_.notify_all();
  changed_.wait(lock, stop, [&] { return monotonic_nanos_ >= until; });
  sleepers_.erase(sleeper);
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
  changed_.wait(lock, [&] {
    return std::distance(sleepers_.upper_bound(monotonic_nanos_), sleepers_.end()) >= n;
  });
}

}  // namespace vedette::test
