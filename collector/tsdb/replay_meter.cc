#include "collector/tsdb/replay_meter.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace vedette::tsdb {
namespace {

constexpr int64_t kSayEveryNs = 5'000'000'000;
constexpr const char* kPrefix = "vedette_tsdb_replay_";

base::Gauge* NewGauge(base::Telemetry* telemetry, const std::string& name, const char* help) {
  return telemetry->NewGauge(kPrefix + name, help);
}

}  // namespace

ReplayMeter::ReplayMeter(base::Telemetry* telemetry, base::Clock* clock, base::Logger* log,
                         std::string dir)
    : clock_(clock),
      log_(log),
      dir_(std::move(dir)),
      running_(NewGauge(telemetry, "running",
                        "1 while the log is replayed after a start: samples are refused, queries "
                        "see what is there so far.")),
      bytes_(NewGauge(telemetry, "bytes", "Bytes of log to be replayed, as of the last start.")),
      done_bytes_(NewGauge(telemetry, "done_bytes", "Of those, replayed.")),
      seconds_(NewGauge(telemetry, "seconds", "What the replay has taken.")),
      failures_(telemetry->NewCounter(std::string(kPrefix) + "failures_total",
                                      "Replays that failed and were begun again.")) {}

void ReplayMeter::Begin(uint64_t bytes) {
  at_ = {};
  segments_before_ = 0;
  began_ns_ = said_ns_ = clock_->MonotonicNanos();
  all_.store(bytes, std::memory_order_relaxed);
  done_.store(0, std::memory_order_relaxed);
  running_->Set(1);
  bytes_->Set(static_cast<double>(bytes));
  done_bytes_->Set(0);
  seconds_->Set(0);
}

void ReplayMeter::Advance(base::WalPosition position) {
  if (position.segment != at_.segment) segments_before_ += at_.offset;
  at_ = position;
  const uint64_t done = std::min(segments_before_ + position.offset, all_bytes());
  done_.store(done, std::memory_order_relaxed);
  done_bytes_->Set(static_cast<double>(done));
  const int64_t now_ns = clock_->MonotonicNanos();
  if (now_ns - said_ns_ < kSayEveryNs) return;
  said_ns_ = now_ns;
  seconds_->Set(seconds());
  log_->Info("metrics store: the log is being replayed",
             {{"dir", dir_}, {"done", ToString()}, {"seconds", static_cast<int64_t>(seconds())}});
}

void ReplayMeter::Finish() {
  done_.store(all_bytes(), std::memory_order_relaxed);
  done_bytes_->Set(static_cast<double>(all_bytes()));
  seconds_->Set(seconds());
  running_->Set(0);
}

void ReplayMeter::Fail() {
  seconds_->Set(seconds());
  failures_->Add();
}

double ReplayMeter::seconds() const {
  return static_cast<double>(clock_->MonotonicNanos() - began_ns_) / 1e9;
}

std::string ReplayMeter::ToString() const {
  const uint64_t all = all_bytes();
  const uint64_t percent = all == 0 ? 100 : done_bytes() * 100 / all;
  return base::Concat(
      {std::to_string(percent), " % of ", std::to_string((all + 999'999) / 1'000'000), " MB"});
}

}  // namespace vedette::tsdb
