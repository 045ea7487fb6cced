#include "collector/logql/engine.h"

#include <algorithm>
#include <cmath>

#include "collector/logql/eval.h"
#include "collector/logql/field_predicates.h"
#include "collector/logql/parse/parser.h"
#include "collector/logql/pipeline.h"
#include "collector/logql/required_literals.h"
#include "collector/logql/row_lines.h"

namespace vedette::logql {
namespace {

constexpr int64_t kMaxPoints = 11'000;

int64_t FloorTo(int64_t value, int64_t step) {
  const int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

// --- Log queries ---------------------------------------------------------------------------------

// Lines of a block that are put together one by one: those of a small answer.
constexpr size_t kFewLines = 256;

// What it takes of memory.
uint64_t BytesOf(const ResultLine& line) {
  uint64_t bytes = sizeof(ResultLine) + line.line.size() + line.stream.bytes().size() +
                   line.metadata.bytes().size();
  for (const auto& [name, value] : line.parsed) {
    bytes += sizeof(line.parsed[0]) + name.size() + value.size();
  }
  return bytes;
}

// Collects the lines of a log query until its limit.
class LineCollector {
 public:
  LineCollector(Pipeline pipeline, const RangeQuery& query, Budget* budget)
      : pipeline_(std::move(pipeline)), query_(query), budget_(budget) {}

  // What is damaged is left out: the store tells.
  bool Visit(LogBlock* block) {
    RowLines lines(block, kFewLines);
    size_t seen = 0;
    status_ = Take(block, &lines, &seen);
    if (absl::IsDataLoss(status_)) status_ = base::Status();
    if (status_.ok()) status_ = budget_->ChargeScan(seen, lines.bytes());
    return status_.ok() && !HasEnough();
  }

  const base::Status& status() const { return status_; }
  Lines Take() { return std::move(lines_); }

 private:
  base::Status Take(LogBlock* block, RowLines* lines, size_t* seen) {
    VEDETTE_ASSIGN_OR_RETURN(const auto times, block->Times());
    VEDETTE_ASSIGN_OR_RETURN(const LabelColumn streams, block->Streams());
    VEDETTE_ASSIGN_OR_RETURN(const LabelColumn metadata, block->Metadata());
    for (size_t row = 0; row < times.size() && !HasEnough(); ++row) {
      const bool check = ++*seen % kCheckLines == 0 || !pipeline_.LeavesLabels();
      if (check) VEDETTE_RETURN_IF_ERROR(budget_->Check());
      VEDETTE_ASSIGN_OR_RETURN(const std::string_view line, lines->At(row));
      VEDETTE_RETURN_IF_ERROR(Add({times[row], line, streams.table[streams.rows[row]],
                                   metadata.table[metadata.rows[row]]}));
    }
    return {};
  }

  base::Status Add(const StoredLine& line) {
    if (!pipeline_.Process(line)) return {};
    budget_->Keep(1);
    if (!FarEnough(line.timestamp_ns)) return {};
    lines_.push_back(Collected(line));
    const uint64_t bytes = BytesOf(lines_.back());
    bytes_ += bytes;
    // The line, and what a reply makes of it.
    return budget_->ChargeMemory(2 * bytes);
  }

  bool HasEnough() const {
    return lines_.size() >= query_.limit ||
           (query_.enough_bytes != 0 && bytes_ >= query_.enough_bytes);
  }

  bool FarEnough(int64_t timestamp_ns) const {
    if (query_.interval_ns <= 0 || lines_.empty()) return true;
    const int64_t last = lines_.back().timestamp_ns;
    return query_.direction == Direction::kForward ? timestamp_ns - last >= query_.interval_ns
                                                   : last - timestamp_ns >= query_.interval_ns;
  }

  ResultLine Collected(const StoredLine& line) {
    if (pipeline_.LeavesLabels()) scratch_.Reset(*line.stream, *line.metadata);
    const LineLabels& labels = pipeline_.LeavesLabels() ? scratch_ : pipeline_.labels();
    return {line.timestamp_ns, std::string(pipeline_.line()), labels.Stream(), labels.Metadata(),
            labels.Parsed()};
  }

  Pipeline pipeline_;
  const RangeQuery& query_;
  Budget* const budget_;
  LineLabels scratch_;
  Lines lines_;
  uint64_t bytes_ = 0;  // that these take
  base::Status status_;
};

base::StatusOr<Lines> RunLogQuery(const LogQuery& log, const RangeQuery& query, const LogScan& scan,
                                  Budget* budget) {
  VEDETTE_ASSIGN_OR_RETURN(Pipeline pipeline, Pipeline::Make(log));
  if (query.limit == 0) return Lines();
  BlockRequest request;
  request.matchers = log.matchers;
  request.start_ns = query.start_ns;
  request.end_ns = query.end_ns;
  request.order =
      query.direction == Direction::kForward ? BlockOrder::kForward : BlockOrder::kBackward;
  request.required = LiteralsOfQuery(log);
  request.predicates = PredicatesOfQuery(log);
  request.pool = scan.pool;
  request.workers = scan.workers;
  request.stop = budget->stop();
  LineCollector collector(std::move(pipeline), query, budget);
  const base::Status scanned =
      ScanBy(scan, request, [&](LogBlock& block, size_t) { return collector.Visit(&block); });
  VEDETTE_RETURN_IF_ERROR(collector.status());
  VEDETTE_RETURN_IF_ERROR(scanned);
  return collector.Take();
}

// --- Metric queries ------------------------------------------------------------------------------

// Walks the tree, at most kMaxDepth deep.
class Evaluator {
 public:
  Evaluator(const Grid& grid, bool instant, const LogScan& scan, Budget* budget)
      : grid_(grid), instant_(instant), scan_(scan), budget_(budget) {}

  base::StatusOr<GridValue> Eval(const Expr& expr) {
    VEDETTE_RETURN_IF_ERROR(budget_->Check());
    if (const auto* literal = std::get_if<Literal>(&expr.node)) {
      return GridValue{true, literal->value, {}};
    }
    if (const auto* function = std::get_if<VectorFunction>(&expr.node)) {
      GridSeries series{{},
                        std::vector<double>(grid_.points, function->value),
                        std::vector<uint8_t>(grid_.points, 1)};
      return GridValue{false, 0, {std::move(series)}};
    }
    if (const auto* range = std::get_if<RangeAggregation>(&expr.node)) {
      return EvalRange(*range, grid_, scan_, budget_, nullptr);
    }
    if (const auto* vector = std::get_if<VectorAggregation>(&expr.node)) return Vector(*vector);
    if (const auto* replace = std::get_if<LabelReplace>(&expr.node)) {
      VEDETTE_ASSIGN_OR_RETURN(GridValue inner, Eval(*replace->inner));
      return EvalLabelReplace(*replace, std::move(inner), budget_);
    }
    if (const auto* binary = std::get_if<Binary>(&expr.node)) {
      VEDETTE_ASSIGN_OR_RETURN(GridValue left, Eval(*binary->left));
      VEDETTE_ASSIGN_OR_RETURN(GridValue right, Eval(*binary->right));
      return EvalBinary(*binary, std::move(left), std::move(right), grid_, budget_);
    }
    return base::InvalidArgument("parse error : unexpected type of expression: a log query");
  }

 private:
  base::StatusOr<GridValue> Vector(const VectorAggregation& vector) {
    const auto* range = std::get_if<RangeAggregation>(&vector.inner->node);
    if (vector.op == VectorOp::kApproxTopk && !instant_) {
      return base::InvalidArgument("approx_topk is only supported on instant queries");
    }
    if (range != nullptr && vector.op == VectorOp::kSum && CanSumWhileReading(*range)) {
      // Summed while counting, as Loki does: no series but those of the answer.
      const Grouping all;
      return EvalRange(*range, grid_, scan_, budget_, vector.grouping ? &*vector.grouping : &all);
    }
    VEDETTE_ASSIGN_OR_RETURN(GridValue inner, Eval(*vector.inner));
    return EvalVector(vector, std::move(inner), grid_, budget_);
  }

  const Grid& grid_;
  const bool instant_;
  const LogScan& scan_;
  Budget* const budget_;
};

Matrix ToMatrix(GridValue value, const Grid& grid) {
  if (value.is_scalar) {
    value.series.push_back(
        {{}, std::vector<double>(grid.points, value.scalar), std::vector<uint8_t>(grid.points, 1)});
  }
  Matrix matrix;
  for (GridSeries& from : value.series) {
    MatrixSeries series{std::move(from.labels), {}, {}};
    for (size_t i = 0; i < grid.points; ++i) {
      if (!from.present[i]) continue;
      series.timestamps_ns.push_back(grid.At(i));
      series.values.push_back(from.values[i]);
    }
    if (!series.values.empty()) matrix.push_back(std::move(series));
  }
  std::sort(matrix.begin(), matrix.end(),
            [](const MatrixSeries& a, const MatrixSeries& b) { return a.metric < b.metric; });
  return matrix;
}

Vector ToVector(GridValue value, const Grid& grid) {
  Vector vector;
  for (GridSeries& from : value.series) {
    if (from.present[0]) {
      vector.push_back({std::move(from.labels), grid.start_ns, from.values[0]});
    }
  }
  if (!value.ordered) {
    std::sort(vector.begin(), vector.end(),
              [](const auto& a, const auto& b) { return a.metric < b.metric; });
  }
  return vector;
}

base::StatusOr<Grid> GridOf(const RangeQuery& query) {
  if (query.step_ns <= 0) {
    return base::InvalidArgument(
        "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  if (query.end_ns < query.start_ns) {
    return base::InvalidArgument("end timestamp must not be before or equal to start time");
  }
  Grid grid;
  grid.step_ns = query.step_ns;
  grid.start_ns = query.align ? FloorTo(query.start_ns, query.step_ns) : query.start_ns;
  int64_t span = 0;
  if (__builtin_sub_overflow(query.end_ns, grid.start_ns, &span) ||
      (span - 1) / query.step_ns > kMaxPoints) {
    return base::InvalidArgument(
        "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of "
        "the step parameter");
  }
  const bool round_up = query.align && span % query.step_ns != 0;
  grid.points = static_cast<size_t>(span / query.step_ns + (round_up ? 1 : 0)) + 1;
  return grid;
}

}  // namespace

LogScan Engine::Scan() const {
  return {source_, options_.pool, std::max<size_t>(1, options_.workers), options_.plain};
}

base::StatusOr<Result> Engine::QueryRange(const RangeQuery& query,
                                          const QueryContext& context) const {
  VEDETTE_ASSIGN_OR_RETURN(const ExprPtr expr, Parse(query.query));
  Budget budget(context, clock_);
  Result result;
  if (const auto* log = std::get_if<LogQuery>(&expr->node)) {
    VEDETTE_ASSIGN_OR_RETURN(result.value, RunLogQuery(*log, query, Scan(), &budget));
  } else {
    VEDETTE_ASSIGN_OR_RETURN(const Grid grid, GridOf(query));
    const LogScan scan = Scan();
    VEDETTE_ASSIGN_OR_RETURN(GridValue value, Evaluator(grid, false, scan, &budget).Eval(*expr));
    result.value = ToMatrix(std::move(value), grid);
  }
  result.stats = budget.Stats();
  return result;
}

base::StatusOr<Result> Engine::QueryInstant(std::string_view query, int64_t time_ns,
                                            const QueryContext& context) const {
  VEDETTE_ASSIGN_OR_RETURN(const ExprPtr expr, Parse(query));
  if (expr->IsLog()) {
    return base::InvalidArgument(
        "log queries are not supported as an instant query type, please change your query to a "
        "range query type");
  }
  Budget budget(context, clock_);
  const Grid grid{time_ns, 1, 1};
  const LogScan scan = Scan();
  VEDETTE_ASSIGN_OR_RETURN(GridValue value, Evaluator(grid, true, scan, &budget).Eval(*expr));
  Result result;
  if (value.is_scalar) {
    result.value = Scalar{time_ns, value.scalar};
  } else {
    result.value = ToVector(std::move(value), grid);
  }
  result.stats = budget.Stats();
  return result;
}

}  // namespace vedette::logql
