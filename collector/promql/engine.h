#ifndef VEDETTE_COLLECTOR_PROMQL_ENGINE_H_
#define VEDETTE_COLLECTOR_PROMQL_ENGINE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/memory_pool.h"
#include "base/status.h"
#include "collector/promql/level.h"
#include "collector/promql/parser.h"
#include "collector/promql/query_stats.h"
#include "collector/promql/storage.h"
#include "collector/promql/value.h"

namespace vedette::promql {

// Why a query has no value. The HTTP API answers kParse with 400 bad_data, kExecution with 422
// execution, the others with 503. kBusy: other queries hold the memory that it needs.
enum class ErrorKind { kNone, kParse, kExecution, kTimeout, kCanceled, kBusy };

struct Result {
  ErrorKind error_kind = ErrorKind::kNone;
  std::string error;  // parse errors begin with "LINE:COLUMN: parse error: "
  Value value;
  std::vector<std::string> warnings;  // with positions, sorted, at most 10 and a line that says so
  std::vector<std::string> infos;
  QueryStats stats;  // where asked for

  bool ok() const { return error_kind == ErrorKind::kNone; }
  // OK, InvalidArgument (parse), Internal (execution), DeadlineExceeded, Cancelled or Unavailable.
  base::Status ToStatus() const;
};

// What one query runs under.
struct QueryContext {
  const Queryable* queryable = nullptr;  // required; outlives the call
  std::stop_token stop;                  // requested: the query ends with kCanceled
  // Shortens the engine's timeout for this query.
  std::optional<std::chrono::nanoseconds> timeout;
  // Replaces the engine's look-back for this query; milliseconds.
  std::optional<int64_t> lookback_ms;
  bool stats = false;  // fill Result::stats, which costs reading the samples once more
  // What all queries hold together; null: no limit.
  std::shared_ptr<base::MemoryPool> memory;
  bool must_run = false;  // is not refused for what others hold: rules, whose alerts cannot wait
};

// Evaluates PromQL as Prometheus 3.5 does. Thread-safe: a query keeps its state to itself. Holds no
// data; the store is named with each query.
class Engine {
 public:
  struct Options {
    int64_t lookback_ms = 5 * 60 * 1000;
    int64_t max_samples = 50'000'000;  // loaded or computed at once by one query
    uint64_t max_bytes = 0;            // of what one query holds at once; 0: no limit
    std::chrono::nanoseconds timeout = std::chrono::minutes(2);
    int64_t default_subquery_step_ms = 60 * 1000;  // [5m:]; the global evaluation interval
    bool delayed_name_removal = false;
    // Whose answers are given where versions differ.
    Level level = Level::kPrometheus35;
    // Counters that say when they began are reset there.
    bool use_start_timestamps = false;
    // With type-and-unit labels on, dropping a name drops __type__ and __unit__ too.
    bool type_and_unit_labels = false;
    size_t max_annotations = 10;  // of each kind in a result; 0: all
    bool annotation_positions = true;
    ParserOptions parser;
  };

  // `clock` outlives the engine.
  Engine(const Options& options, const base::Clock* clock);

  // Times are milliseconds since the epoch.
  Result Instant(std::string_view query, int64_t time_ms, const QueryContext& context) const;
  // Evaluates at start, start+step, ... up to end. step > 0; scalars come as a matrix.
  Result Range(std::string_view query, int64_t start_ms, int64_t end_ms, int64_t step_ms,
               const QueryContext& context) const;

  // The same for an expression parsed before, whose durations are resolved (analysis.h).
  Result Instant(const Expr& expr, int64_t time_ms, const QueryContext& context) const;
  Result Range(const Expr& expr, int64_t start_ms, int64_t end_ms, int64_t step_ms,
               const QueryContext& context) const;

  const Options& options() const { return options_; }

 private:
  const Options options_;
  const base::Clock* const clock_;
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_ENGINE_H_
