#include "collector/promql/engine.h"

#include <algorithm>
#include <limits>

#include "base/strings.h"
#include "collector/promql/analysis.h"
#include "collector/promql/engine_stats.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/stats_selectors.h"

namespace vedette::promql {
namespace {

Result Failed(ErrorKind kind, std::string_view message) {
  Result result;
  result.error_kind = kind;
  result.error = std::string(message);
  return result;
}

Result Failed(const base::Status& status) {
  const std::string_view message = base::Message(status);
  if (absl::IsDeadlineExceeded(status)) return Failed(ErrorKind::kTimeout, message);
  if (absl::IsCancelled(status)) return Failed(ErrorKind::kCanceled, message);
  if (absl::IsUnavailable(status)) return Failed(ErrorKind::kBusy, message);
  return Failed(ErrorKind::kExecution, message);
}

// The tree of a query whose own step and range are known; null with an error in `*failed`.
ExprPtr Prepare(std::string_view query, const ParserOptions& options, const QuerySpan& span,
                Result* failed) {
  base::StatusOr<ExprPtr> expr = ParseExpr(query, options);
  base::Status status = expr.status();
  if (status.ok()) status = ResolveDurations(span, expr->get());
  if (status.ok()) return *std::move(expr);
  *failed = Failed(ErrorKind::kParse, base::Message(status));
  return nullptr;
}

// Drops the names whose removal was put off. By 3.5 no series may become equal by that, even with
// values at different steps.
base::Status DropNames(Level level, Table* table) {
  bool any = false;
  for (Row& row : table->rows) {
    if (!row.drop_name) continue;
    any = true;
    row.labels = DropReserved(row.labels);
  }
  if (!any) return base::Status();
  DropEmptyRows(table);
  const bool fine =
      level == Level::kPrometheus35 ? AllDistinct(table->rows) : MergeEqualRows(&table->rows);
  return fine ? base::Status() : ExecutionError(kSameLabels);
}

Value InstantValue(Table table, int64_t time_ms) {
  Value value;
  value.type = table.type;
  value.timestamp_ms = time_ms;
  value.string = std::move(table.text);
  if (table.type == ValueType::kScalar) value.scalar = table.ScalarAt(0);
  if (table.type != ValueType::kVector) return value;
  for (Row& row : table.rows) {
    if (IsPresent(row.At(0))) {
      value.vector.push_back({std::move(row.labels), time_ms, row.At(0)});
    } else if (!row.histograms.empty()) {
      value.vector.push_back(
          {std::move(row.labels), time_ms, 0, std::move(row.histograms.front().histogram)});
    }
  }
  return value;
}

void SortByLabels(std::vector<Series>* matrix) {
  const auto by_labels = [](const Series& a, const Series& b) { return a.labels < b.labels; };
  // Mostly they come in the store's order.
  if (std::is_sorted(matrix->begin(), matrix->end(), by_labels)) return;
  std::sort(matrix->begin(), matrix->end(), by_labels);
}

Value RangeValue(Table table, const Grid& grid) {
  Value value;
  value.type = ValueType::kMatrix;
  for (Row& row : table.rows) {
    Series series;
    series.points.reserve(row.values.size());
    int64_t time_ms = grid.At(row.first);
    for (const double v : row.values) {
      if (IsPresent(v)) series.points.push_back({time_ms, v});
      time_ms += grid.step_ms;
    }
    row.values.clear();
    for (HistogramStep& h : row.histograms) {
      series.histograms.push_back({grid.At(h.step), 0, std::move(h.histogram)});
    }
    if (series.points.empty() && series.histograms.empty()) continue;
    series.labels = std::move(row.labels);
    value.matrix.push_back(std::move(series));
  }
  SortByLabels(&value.matrix);
  return value;
}

QueryRun::Settings SettingsFor(const Engine::Options& options, const base::Clock* clock,
                               const QueryContext& context) {
  QueryRun::Settings settings;
  settings.queryable = context.queryable;
  settings.clock = clock;
  settings.stop = context.stop;
  const auto timeout =
      context.timeout ? std::min(*context.timeout, options.timeout) : options.timeout;
  settings.deadline_nanos = clock->MonotonicNanos() + timeout.count();
  settings.lookback_ms = context.lookback_ms.value_or(options.lookback_ms);
  settings.max_samples = options.max_samples;
  settings.max_bytes = options.max_bytes;
  settings.default_subquery_step_ms = options.default_subquery_step_ms;
  settings.delayed_name_removal = options.delayed_name_removal;
  settings.type_and_unit_labels = options.type_and_unit_labels;
  settings.level = options.level;
  settings.use_start_timestamps = options.use_start_timestamps;
  settings.memory = context.memory;
  settings.must_run = context.must_run;
  return settings;
}

// One query over a tree. `text` is what positions count into; empty shows none.
class Query {
 public:
  Query(const Engine::Options& options, const Expr& expr, std::string_view text,
        QueryRun::Settings settings)
      : options_(options), expr_(expr), text_(text), run_(std::move(settings)) {}

  Result Instant() {
    const int64_t time = run_.settings().start_ms;
    Evaluator evaluator(&run_);
    if (expr_.type == ValueType::kMatrix) {
      auto matrix = evaluator.EvalMatrix(expr_, time);
      if (!matrix.ok()) return Fail(matrix.status());
      Value value;
      value.type = ValueType::kMatrix;
      value.matrix = *std::move(matrix);
      SortByLabels(&value.matrix);
      return Finish(std::move(value));
    }
    auto table = Evaluate(&evaluator, Grid{time, 1, 1});
    if (!table.ok()) return Fail(table.status());
    return Finish(InstantValue(*std::move(table), time));
  }

  Result Range(const Grid& grid) {
    Evaluator evaluator(&run_);
    auto table = Evaluate(&evaluator, grid);
    if (!table.ok()) return Fail(table.status());
    return Finish(RangeValue(*std::move(table), grid));
  }

 private:
  base::StatusOr<Table> Evaluate(Evaluator* evaluator, const Grid& grid) {
    VEDETTE_ASSIGN_OR_RETURN(Table table, evaluator->Eval(expr_, grid));
    VEDETTE_RETURN_IF_ERROR(DropNames(options_.level, &table));
    return table;
  }

  Result Fail(const base::Status& status) {
    Result result = Failed(status);
    Annotate(&result);
    return result;
  }

  Result Finish(Value value) {
    Result result;
    result.value = std::move(value);
    result.stats.peak_samples = run_.peak_samples();
    Annotate(&result);
    return result;
  }

  void Annotate(Result* result) {
    auto texts =
        run_.annotations().Render(text_, options_.annotation_positions, options_.max_annotations);
    result->warnings = std::move(texts.warnings);
    result->infos = std::move(texts.infos);
  }

  const Engine::Options& options_;
  const Expr& expr_;
  const std::string_view text_;
  QueryRun run_;
};

Result RunInstant(const Engine::Options& options, const base::Clock* clock, const Expr& expr,
                  std::string_view text, int64_t time_ms, const QueryContext& context) {
  QueryRun::Settings settings = SettingsFor(options, clock, context);
  settings.start_ms = settings.end_ms = time_ms;
  settings.without_buckets = SelectorsWithoutBuckets(expr, options.level);
  return Query(options, expr, text, std::move(settings)).Instant();
}

Result RunRange(const Engine::Options& options, const base::Clock* clock, const Expr& expr,
                std::string_view text, int64_t start_ms, int64_t end_ms, int64_t step_ms,
                const QueryContext& context) {
  if (expr.type != ValueType::kVector && expr.type != ValueType::kScalar) {
    return Failed(ErrorKind::kParse,
                  base::Concat({"invalid expression type \"", TypeTitle(expr.type),
                                "\" for range query, must be Scalar or instant "
                                "Vector"}));
  }
  if (step_ms <= 0) return Failed(ErrorKind::kExecution, "the step must be greater than 0");
  QueryRun::Settings settings = SettingsFor(options, clock, context);
  settings.start_ms = start_ms;
  settings.end_ms = end_ms;
  settings.step_ms = step_ms;
  settings.without_buckets = SelectorsWithoutBuckets(expr, options.level);
  const int64_t steps = end_ms < start_ms ? 0 : (end_ms - start_ms) / step_ms + 1;
  if (steps > settings.max_samples || steps > std::numeric_limits<int>::max()) {
    return Failed(ErrorKind::kExecution, "the query has more steps than a query may hold samples");
  }
  if (steps == 0) {
    Result empty;
    empty.value.type = ValueType::kMatrix;
    return empty;
  }
  const Grid grid{start_ms, step_ms, static_cast<int>(steps), (end_ms - start_ms) % step_ms};
  return Query(options, expr, text, std::move(settings)).Range(grid);
}

}  // namespace

base::Status Result::ToStatus() const {
  switch (error_kind) {
    case ErrorKind::kNone:
      return base::Status();
    case ErrorKind::kParse:
      return base::InvalidArgument(error);
    case ErrorKind::kExecution:
      return base::Internal(error);
    case ErrorKind::kTimeout:
      return base::DeadlineExceeded(error);
    case ErrorKind::kCanceled:
      return base::Cancelled(error);
    case ErrorKind::kBusy:
      return base::Unavailable(error);
  }
  return base::Internal(error);
}

Engine::Engine(const Options& options, const base::Clock* clock)
    : options_(options), clock_(clock) {}

Result Engine::Instant(std::string_view query, int64_t time_ms, const QueryContext& context) const {
  Result failed;
  QueryTimes times{clock_->MonotonicNanos()};
  const ExprPtr expr = Prepare(query, options_.parser, {}, &failed);
  if (!expr) return failed;
  times.prepared_ns = clock_->MonotonicNanos();
  Result result = RunInstant(options_, clock_, *expr, query, time_ms, context);
  if (!context.stats || !result.ok()) return result;
  times.evaluated_ns = clock_->MonotonicNanos();
  QueryRun::Settings settings = SettingsFor(options_, clock_, context);
  settings.start_ms = settings.end_ms = time_ms;
  FillStats(*expr, Grid{time_ms, 1, 1}, times, settings, &result);
  return result;
}

Result Engine::Range(std::string_view query, int64_t start_ms, int64_t end_ms, int64_t step_ms,
                     const QueryContext& context) const {
  Result failed;
  const QuerySpan span{static_cast<double>(step_ms) / 1000,
                       static_cast<double>(end_ms - start_ms) / 1000};
  QueryTimes times{clock_->MonotonicNanos()};
  const ExprPtr expr = Prepare(query, options_.parser, span, &failed);
  if (!expr) return failed;
  times.prepared_ns = clock_->MonotonicNanos();
  Result result = RunRange(options_, clock_, *expr, query, start_ms, end_ms, step_ms, context);
  if (!context.stats || !result.ok() || end_ms < start_ms) return result;
  times.evaluated_ns = clock_->MonotonicNanos();
  QueryRun::Settings settings = SettingsFor(options_, clock_, context);
  settings.start_ms = start_ms;
  settings.end_ms = end_ms;
  settings.step_ms = step_ms;
  const Grid grid{start_ms, step_ms, static_cast<int>((end_ms - start_ms) / step_ms + 1)};
  FillStats(*expr, grid, times, settings, &result);
  return result;
}

Result Engine::Instant(const Expr& expr, int64_t time_ms, const QueryContext& context) const {
  return RunInstant(options_, clock_, expr, {}, time_ms, context);
}

Result Engine::Range(const Expr& expr, int64_t start_ms, int64_t end_ms, int64_t step_ms,
                     const QueryContext& context) const {
  return RunRange(options_, clock_, expr, {}, start_ms, end_ms, step_ms, context);
}

}  // namespace vedette::promql
