#ifndef VEDETTE_COLLECTOR_LOGQL_ENGINE_H_
#define VEDETTE_COLLECTOR_LOGQL_ENGINE_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/memory_pool.h"
#include "base/status.h"
#include "base/thread_pool.h"
#include "collector/logql/result.h"
#include "collector/logql/storage.h"

namespace vedette::logql {

struct LogScan;

// Bounds of one query. Over one of them it fails: ResourceExhausted, DeadlineExceeded, Cancelled.
struct QueryContext {
  std::stop_token stop;
  int64_t deadline_monotonic_ns = 0;        // of the engine's clock; 0: none
  uint64_t max_scanned_bytes = 0;           // line bytes read; 0: no bound
  uint64_t max_memory_bytes = 64ull << 20;  // series and result lines held at once
  // What all queries share of memory: what this one holds is taken from there. Unavailable: others
  // have it now. Null: no bound beside the query's own.
  std::shared_ptr<base::MemoryPool> memory = nullptr;
  uint64_t max_series = 5000;               // of any intermediate or final result
};

struct RangeQuery {
  std::string query;
  int64_t start_ns = 0;       // inclusive
  int64_t end_ns = 0;         // log queries: exclusive; metric queries: inclusive, as Loki does
  int64_t step_ns = 0;        // metric queries; > 0
  int64_t interval_ns = 0;    // log queries: least distance between entries; 0: all
  uint32_t limit = 100;       // log queries
  uint64_t enough_bytes = 0;  // lines end, too, once they take so much; 0: at their limit alone
  Direction direction = Direction::kBackward;
  // Metric queries: evaluate on multiples of the step (start rounded down, end up), as Loki's API
  // does; false takes start and end as they are.
  bool align = true;
};

struct EngineOptions {
  base::ThreadPool* pool = nullptr;  // whose idle threads help; may be null
  size_t workers = 1;                // that read for one query at once, at most
  // Reads every line of the streams, one by one and in order: what the rest is held against.
  bool plain = false;
};

// Runs LogQL. Thread-safe, holds no state between queries. Owned by app; source, clock and
// pool outlive it.
//
// Errors of the query's text are InvalidArgument with Loki's words
// ("parse error at line 1, col 5: syntax error: unexpected IDENTIFIER"); what LogQL has and this
// engine does not is refused the same way, by name.
class Engine {
 public:
  Engine(const LogSource* source, base::Clock* clock, const EngineOptions& options = {})
      : source_(source), clock_(clock), options_(options) {}

  // Lines or Matrix.
  base::StatusOr<Result> QueryRange(const RangeQuery& query, const QueryContext& context) const;

  // Vector or Scalar; a log query is InvalidArgument.
  base::StatusOr<Result> QueryInstant(std::string_view query, int64_t time_ns,
                                      const QueryContext& context) const;

 private:
  LogScan Scan() const;

  const LogSource* const source_;
  base::Clock* const clock_;
  const EngineOptions options_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_ENGINE_H_
