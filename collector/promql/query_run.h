#ifndef VEDETTE_COLLECTOR_PROMQL_QUERY_RUN_H_
#define VEDETTE_COLLECTOR_PROMQL_QUERY_RUN_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/memory_pool.h"
#include "base/status.h"
#include "collector/promql/annotations.h"
#include "collector/promql/histogram_math.h"
#include "collector/promql/level.h"
#include "collector/promql/storage.h"

namespace vedette::promql {

// What one running query may use and has said: limits, cancellation, annotations. Lives for one
// query on one thread.
class QueryRun {
 public:
  struct Settings {
    const Queryable* queryable = nullptr;
    const base::Clock* clock = nullptr;
    std::stop_token stop;
    int64_t deadline_nanos = 0;  // monotonic
    int64_t lookback_ms = 0;
    int64_t max_samples = 0;
    uint64_t max_bytes = 0;  // 0: no limit
    // What all queries hold together; null: no limit. Not refused to one that must not wait.
    std::shared_ptr<base::MemoryPool> memory;
    bool must_run = false;
    int64_t default_subquery_step_ms = 0;
    int64_t start_ms = 0;  // of the whole query: what @ start() and @ end() mean
    int64_t end_ms = 0;
    int64_t step_ms = 0;  // 0: an instant query
    bool delayed_name_removal = false;
    bool type_and_unit_labels = false;
    Level level = Level::kPrometheus35;
    bool use_start_timestamps = false;
    // Whose histograms are read without buckets (stats_selectors.h).
    std::vector<const VectorSelector*> without_buckets = {};
  };
  explicit QueryRun(Settings settings)
      : settings_(std::move(settings)), shared_(settings_.memory) {}

  const Settings& settings() const { return settings_; }
  Annotations& annotations() { return annotations_; }
  bool Newer() const { return settings_.level == Level::kPrometheus314; }
  MergeRules merge_rules() const { return Newer() ? MergeRules::k314 : MergeRules::k35; }

  // Cancelled or DeadlineExceeded when the query has to end. Cheap enough for every series.
  base::Status CheckAlive();
  // The same for loops within a series: `samples` are about to be looked at. Nearly free.
  base::Status Work(size_t samples) {
    work_ += samples;
    if (work_ < kWorkUnchecked) return base::Status();
    work_ = 0;
    checks_ = 0;  // the clock is asked now
    return CheckAlive();
  }
  // About a millisecond's work.
  static constexpr size_t kWorkUnchecked = size_t{1} << 20;

  // Counts samples, and bytes, held in memory; ResourceExhausted over the limits. Asked before the
  // memory is taken where that may be much at once.
  base::Status Hold(size_t samples, size_t bytes);
  // Most samples held at once so far.
  int64_t peak_samples() const { return peak_; }
  void Release(size_t samples, size_t bytes) {
    held_ -= static_cast<int64_t>(samples);
    held_bytes_ -= bytes;
  }

 private:
  // Takes of the shared memory what is held beyond what was taken so far; in steps, so that most
  // holds cost nothing.
  base::Status TakeShared();
  static constexpr uint64_t kSharedStep = uint64_t{1} << 20;
  // Not worth counting: a small query goes on whatever others hold.
  static constexpr uint64_t kSmall = uint64_t{64} << 10;

  const Settings settings_;
  Annotations annotations_;
  int64_t held_ = 0;
  int64_t peak_ = 0;
  uint64_t held_bytes_ = 0;
  base::MemoryPool::Hold shared_;  // the most that was held, until the query ends
  int checks_ = 0;
  size_t work_ = 0;
};

// Samples and bytes counted as held for as long as this lives.
class SampleHold {
 public:
  SampleHold() = default;
  SampleHold(SampleHold&& other) noexcept { *this = std::move(other); }
  SampleHold& operator=(SampleHold&& other) noexcept {
    std::swap(run_, other.run_);
    std::swap(samples_, other.samples_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~SampleHold() {
    if (run_ != nullptr) run_->Release(samples_, bytes_);
  }

  // `more_bytes`: what is taken beside the samples' values.
  base::Status Add(QueryRun* run, size_t samples, size_t more_bytes = 0) {
    const size_t bytes = samples * sizeof(double) + more_bytes;
    run_ = run;
    samples_ += samples;
    bytes_ += bytes;
    return run->Hold(samples, bytes);
  }

 private:
  QueryRun* run_ = nullptr;
  size_t samples_ = 0;
  size_t bytes_ = 0;
};

// An error of evaluation: the message goes to the user as it is.
base::Status ExecutionError(std::string_view message);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_QUERY_RUN_H_
