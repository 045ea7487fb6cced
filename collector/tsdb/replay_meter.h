#ifndef VEDETTE_COLLECTOR_TSDB_REPLAY_METER_H_
#define VEDETTE_COLLECTOR_TSDB_REPLAY_METER_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "base/wal.h"

namespace vedette::tsdb {

// How far the log has been replayed: in vedette_tsdb_replay_*, in a line every few seconds of a
// long run, and for whoever asks. Part of the store. One thread replays; progress may be read by
// any.
class ReplayMeter {
 public:
  ReplayMeter(base::Telemetry* telemetry, base::Clock* clock, base::Logger* log, std::string dir);

  // A run over `bytes` of log begins, not always the first one.
  void Begin(uint64_t bytes);
  // The record that ends at `position` has been put back.
  void Advance(base::WalPosition position);
  void Finish();
  void Fail();

  uint64_t done_bytes() const { return done_.load(std::memory_order_relaxed); }
  uint64_t all_bytes() const { return all_.load(std::memory_order_relaxed); }
  double seconds() const;
  // "37 % of 120 MB"
  std::string ToString() const;

 private:
  base::Clock* const clock_;
  base::Logger* const log_;
  const std::string dir_;
  base::Gauge* const running_;
  base::Gauge* const bytes_;
  base::Gauge* const done_bytes_;
  base::Gauge* const seconds_;
  base::Counter* const failures_;

  std::atomic<uint64_t> all_{0};
  std::atomic<uint64_t> done_{0};
  // Of the replaying thread.
  base::WalPosition at_;
  uint64_t segments_before_ = 0;  // bytes of the segments before that of at_
  int64_t began_ns_ = 0;
  int64_t said_ns_ = 0;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_REPLAY_METER_H_
