#ifndef VEDETTE_COLLECTOR_PROMQL_EVALUATOR_H_
#define VEDETTE_COLLECTOR_PROMQL_EVALUATOR_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "collector/promql/ast.h"
#include "collector/promql/functions.h"
#include "collector/promql/query_run.h"
#include "collector/promql/table.h"

namespace vedette::promql {

struct RangeFunction;

// A series' samples for range functions: no stale markers, times ascending.
struct RangeSeries {
  model::Labels labels;
  bool drop_name = false;
  std::vector<int64_t> times;
  std::vector<double> values;
};

// Evaluates trees over grids of steps, a series at a time: each series is read once and all steps
// are computed from it. One object evaluates one query on one thread.
class Evaluator {
 public:
  explicit Evaluator(QueryRun* run) : run_(run) {}

  using RowSink = std::function<base::Status(Row&&)>;
  using RangeSink = std::function<base::Status(RangeSeries&&)>;

  // The value of any expression but a range vector.
  base::StatusOr<Table> Eval(const Expr& expr, const Grid& grid);
  // The rows of an instant vector one by one, not all in memory where that can be spared.
  base::Status Stream(const Expr& expr, const Grid& grid, const RowSink& sink);
  // The series of a range vector, with all samples that any step's window reaches.
  base::Status StreamRange(const Expr& matrix, const Grid& grid, const RangeSink& sink);

  // A range vector as the result of an instant query.
  base::StatusOr<std::vector<Series>> EvalMatrix(const Expr& matrix, int64_t time_ms);

 private:
  // evaluator.cc
  base::StatusOr<Table> EvalNode(const Expr& expr, const Grid& grid);
  base::StatusOr<Table> EvalUnary(const UnaryExpr& expr, const Grid& grid);
  base::StatusOr<Table> Collect(const Expr& expr, const Grid& grid);
  base::StatusOr<Table> Broadcast(const Expr& expr, const Grid& grid);
  // Drops the row's name now or marks it to be dropped, as the engine is set.
  void DropName(Row* row) const;
  // Merges rows that became equal by losing their names.
  base::Status MergeRenamed(Table* table) const;

  // eval_selector.cc
  int64_t ReferenceTime(const TimeModifier& time, int64_t step_ms) const;
  base::Status Select(const VectorSelector& selector, int64_t min_ms, int64_t max_ms,
                      const std::function<base::Status(model::SeriesSamples&&)>& visit);
  base::Status StreamSelector(const VectorSelector& selector, const Grid& grid, bool timestamps,
                              const RowSink& sink);
  base::Status StreamSubquery(const SubqueryExpr& subquery, const Grid& grid,
                              const RangeSink& sink);
  base::Status StreamMatrix(const MatrixSelector& matrix, const Grid& grid, const RangeSink& sink);
  base::Status CheckDurations(const Expr& matrix) const;

  // eval_range_call.cc
  base::Status StreamRangeCall(const CallExpr& call, const RangeFunction& function,
                               const Grid& grid, const RowSink& sink);
  base::StatusOr<Table> EvalAbsentOverTime(const CallExpr& call, const Grid& grid);
  void InformNonCounter(const CallExpr& call, const model::Labels& labels);

  // eval_call.cc
  base::StatusOr<Table> EvalCall(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalMath(const CallExpr& call, const Grid& grid, double (*f)(double));
  base::StatusOr<Table> EvalMapped(const Expr& arg, const Grid& grid,
                                   const std::function<double(double, int)>& f);
  base::StatusOr<Table> EvalClamp(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalRound(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalDate(const CallExpr& call, const Grid& grid, double (*f)(int64_t));
  base::StatusOr<Table> EvalTimestamp(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalAbsent(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalScalar(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalVector(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalSort(const CallExpr& call, const Grid& grid, bool descending);
  base::StatusOr<Table> ScalarTable(const Grid& grid, const std::function<double(int)>& f);

  // eval_labels.cc
  base::StatusOr<Table> EvalLabelReplace(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalLabelJoin(const CallExpr& call, const Grid& grid);

  // eval_histogram.cc
  base::StatusOr<Table> EvalHistogram(const CallExpr& call, const Grid& grid);

  // eval_aggregate.cc, eval_topk.cc
  base::StatusOr<Table> EvalAggregate(const AggregateExpr& expr, const Grid& grid);
  template <typename Accumulator>
  base::StatusOr<Table> Accumulate(const AggregateExpr& expr, const Grid& grid);
  base::StatusOr<Table> EvalQuantile(const AggregateExpr& expr, const Grid& grid);
  base::StatusOr<Table> EvalCountValues(const AggregateExpr& expr, const Grid& grid);
  base::StatusOr<Table> EvalTopK(const AggregateExpr& expr, const Grid& grid);

  // eval_binary.cc, eval_matching.cc
  base::StatusOr<Table> EvalBinary(const BinaryExpr& expr, const Grid& grid);
  base::StatusOr<Table> EvalScalars(const BinaryExpr& expr, const Grid& grid);
  base::StatusOr<Table> EvalVectorScalar(const BinaryExpr& expr, const Grid& grid);
  base::StatusOr<Table> EvalSets(const BinaryExpr& expr, const Grid& grid);
  base::StatusOr<Table> EvalVectors(const BinaryExpr& expr, const Grid& grid);

  QueryRun* const run_;
};

// The labels that absent() gives to its answer: those that the selector fixes by equality.
model::Labels LabelsOfAbsent(const Expr& selector);

inline constexpr std::string_view kSameLabels =
    "vector cannot contain metrics with the same labelset";

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_EVALUATOR_H_
