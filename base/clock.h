#ifndef VEDETTE_BASE_CLOCK_H_
#define VEDETTE_BASE_CLOCK_H_

#include <chrono>
#include <cstdint>
#include <stop_token>

namespace vedette::base {

// All time goes through here, so that tests can step it (tests/support/fake_clock.h).
// Thread-safe. Owned by main (or the test); outlives everything that holds it.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall clock, nanoseconds since the Unix epoch. May step in either direction.
  virtual int64_t WallNanos() const = 0;
  // Never goes back; its zero means nothing.
  virtual int64_t MonotonicNanos() const = 0;
  // Blocks for `duration` of monotonic time or until `stop` is requested; returns false if stopped.
  virtual bool SleepFor(std::chrono::nanoseconds duration, std::stop_token stop) = 0;

  int64_t WallMillis() const { return WallNanos() / 1'000'000; }
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  int64_t WallNanos() const override;
  int64_t MonotonicNanos() const override;
  bool SleepFor(std::chrono::nanoseconds duration, std::stop_token stop) override;
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_CLOCK_H_
