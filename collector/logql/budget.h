#ifndef VEDETTE_COLLECTOR_LOGQL_BUDGET_H_
#define VEDETTE_COLLECTOR_LOGQL_BUDGET_H_

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "base/memory_pool.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/strings.h"
#include "collector/logql/engine.h"

namespace vedette::logql {

// Line filters alone run over so many lines between two looks at the clock. Other stages may take
// milliseconds for a line.
inline constexpr size_t kCheckLines = 32;

// Counts what one query takes against its bounds. Thread-safe.
class Budget {
 public:
  Budget(const QueryContext& context, base::Clock* clock)
      : context_(context), clock_(clock), hold_(context.memory) {}

  // Call often: for each line that is parsed, for each series.
  base::Status Check() const {
    if (context_.stop.stop_requested()) return base::Cancelled("query cancelled");
    if (context_.deadline_monotonic_ns != 0 &&
        clock_->MonotonicNanos() >= context_.deadline_monotonic_ns) {
      return base::DeadlineExceeded("query timed out");
    }
    return {};
  }
  base::Status ChargeScan(uint64_t lines, uint64_t bytes) {
    lines_scanned_ += lines;
    const uint64_t scanned = bytes_scanned_ += bytes;
    if (context_.max_scanned_bytes != 0 && scanned > context_.max_scanned_bytes) {
      return base::ResourceExhausted(base::Concat(
          {"the query would read more than ", std::to_string(context_.max_scanned_bytes),
           " bytes of lines; narrow its time range or selector"}));
    }
    return Check();
  }
  base::Status ChargeMemory(uint64_t bytes) {
    const uint64_t memory = memory_ += bytes;
    if (memory > context_.max_memory_bytes) {
      return base::ResourceExhausted(
          base::Concat({"the query needs more than ", std::to_string(context_.max_memory_bytes),
                        " bytes of memory"}));
    }
    return memory <= held_ ? base::Status() : TakeFromPool(memory);
  }
  // What was charged is given back down to `bytes`: its work is thrown away. The pool has it back
  // when the query ends.
  void ReturnMemory(uint64_t bytes) { memory_ = bytes; }
  uint64_t Memory() const { return memory_; }
  base::Status CheckSeries(uint64_t series) const {
    if (series <= context_.max_series) return {};
    return base::ResourceExhausted(base::Concat(
        {"maximum number of series (", std::to_string(context_.max_series),
         ") reached for a single query; consider reducing query cardinality by adding more "
         "specific stream selectors, reducing the time range, or aggregating results"}));
  }
  void Keep(uint64_t lines) { lines_kept_ += lines; }
  QueryStats Stats() const { return {lines_scanned_, bytes_scanned_, lines_kept_}; }
  const std::stop_token& stop() const { return context_.stop; }

 private:
  // So that the pool has what the query needs, and some of what it will need next.
  base::Status TakeFromPool(uint64_t memory) VEDETTE_EXCLUDES(hold_mutex_);

  const QueryContext& context_;
  base::Clock* const clock_;
  std::atomic<uint64_t> lines_scanned_{0};
  std::atomic<uint64_t> bytes_scanned_{0};
  std::atomic<uint64_t> lines_kept_{0};
  std::atomic<uint64_t> memory_{0};
  base::Mutex hold_mutex_;
  base::MemoryPool::Hold hold_ VEDETTE_GUARDED_BY(hold_mutex_);
  std::atomic<uint64_t> held_{0};  // what hold_ has
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_BUDGET_H_
