#ifndef VEDETTE_TESTS_BENCH_LOG_STORE_OPTIONS_H_
#define VEDETTE_TESTS_BENCH_LOG_STORE_OPTIONS_H_

#include <chrono>
#include <stop_token>
#include <string>
#include <utility>

#include "base/clock.h"
#include "collector/logstore/store.h"

namespace vedette {

// The machine's clock, a month ahead: whatever days data set L has are over, and may be rewritten.
class LaterClock final : public base::Clock {
 public:
  int64_t WallNanos() const override { return system_.WallNanos() + 30ll * 86'400'000'000'000; }
  int64_t MonotonicNanos() const override { return system_.MonotonicNanos(); }
  bool SleepFor(std::chrono::nanoseconds duration, std::stop_token stop) override {
    return system_.SleepFor(duration, std::move(stop));
  }

 private:
  base::SystemClock system_;
};

// Of a log store that takes lines of any age, as data sets have them, and does its upkeep when
// told.
inline logstore::Options LogStoreOptions(const std::string& dir, base::FileSystem* fs,
                                         base::Clock* clock, base::Logger* logger,
                                         base::Telemetry* telemetry) {
  logstore::Options options;
  options.dir = dir;
  options.fs = fs;
  options.clock = clock;
  options.logger = logger;
  options.telemetry = telemetry;
  options.retention_ms = 100ll * 365 * 86'400'000;
  options.max_future_ms = options.retention_ms;
  options.background = false;
  return options;
}

}  // namespace vedette

#endif  // VEDETTE_TESTS_BENCH_LOG_STORE_OPTIONS_H_
