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
#include "collector/promql/windows.h"

namespace vedette::promql {

class OpNotes;
struct RangeFunction;
struct Sweep;

// A series' samples for range functions: no stale markers, times ascending. Lent for a call.
struct RangeSeries {
  const model::Labels& labels;
  bool drop_name = false;
  std::span<const int64_t> times;
  std::span<const double> values;
  // What few series have (mixed_window.h): when the floats' counters began, or empty; and
  // histograms, of floats.
  std::span<const int64_t> starts = {};
  std::span<const model::HistogramSample> histograms = {};

  bool empty() const { return times.empty() && histograms.empty(); }
};

// What must be added to a step's time to get the end of its window, and the window's length.
struct WindowShape {
  const TimeModifier* time = nullptr;
  int64_t range_ms = 0;
  bool anchored = false;
  bool smoothed = false;
};
WindowShape ShapeOf(const Expr& matrix);

// Where annotations about an argument point to: into its parentheses; what a subquery came to has
// no place of its own, and points to the start of the query.
PositionRange PlaceOf(const Expr& argument);

// What is shown of the samples that a selector picks.
enum class SampleField {
  kValue,
  kTime,
  kStartTime,
  kTimeOfFloat,  // histograms as they are
};

// What is looked at of the labels of rows.
enum class LabelUse {
  kAll,
  // All but names and what describes these: rows that lose them may still have them.
  kBesidesNames,
};

// The parameters of a range function, scalars over the grid; no rows where it has none.
struct RangeParams {
  Table first;
  Table second;
};

// Evaluates trees over grids of steps, a series at a time: each series is read once and all steps
// are computed from it. One object evaluates one query on one thread.
class Evaluator {
 public:
  explicit Evaluator(QueryRun* run) : run_(run) {}

  // What is not moved out of the row is lent for the call.
  using RowSink = std::function<base::Status(Row&&)>;
  using RangeSink = std::function<base::Status(const RangeSeries&)>;

  // The value of any expression but a range vector.
  base::StatusOr<Table> Eval(const Expr& expr, const Grid& grid);
  // The rows of an instant vector one by one, not all in memory where that can be spared.
  base::Status Stream(const Expr& expr, const Grid& grid, const RowSink& sink,
                      LabelUse use = LabelUse::kAll);
  // The series of a range vector, with all samples that any step's window reaches.
  base::Status StreamRange(const Expr& matrix, const Grid& grid, const RangeSink& sink);

  // Where a selector with these modifiers looks at a step of the query.
  int64_t ReferenceTime(const TimeModifier& time, int64_t step_ms) const;
  // At which times a subquery computes what is inside for the windows of a grid.
  Grid StepsOf(const SubqueryExpr& subquery, const Grid& grid) const;

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
  // Merges rows that became equal, by losing their names or by coming from both sides of an `or`.
  base::Status MergeRenamed(Table* table) const;
  // The same for what works on series and not on samples: by 3.5 no two series may become equal,
  // even with values at different steps.
  base::Status MergeRelabelled(Table* table) const;

  // eval_selector.cc
  StepWindows WindowsOf(const TimeModifier& time, int64_t range_ms, const Grid& grid) const;
  // Whether the floats that a series is looked at for count as samples held: those of windows do,
  // as in Prometheus, those of which steps take the newest do not.
  enum class Loaded { kCounts, kDoesNot };
  base::Status Select(const VectorSelector& selector, const SelectRequest& request, Loaded loaded,
                      const Queryable::VisitView& visit);
  base::Status StreamSelector(const VectorSelector& selector, const Grid& grid, SampleField field,
                              const RowSink& sink);
  base::Status StreamSubquery(const SubqueryExpr& subquery, const Grid& grid,
                              const RangeSink& sink);
  base::Status StreamMatrix(const MatrixSelector& matrix, const Grid& grid, const RangeSink& sink);
  base::Status CheckDurations(const Expr& matrix) const;

  // eval_mixed_selector.cc
  Row MixedRow(const model::SeriesSamples& samples, const TimeModifier& time, const Grid& grid,
               SampleField field) const;
  // Of the samples that the selector's own time would have loaded, the newest at each step as
  // `looked_at` says.
  base::Status StreamLoadedElsewhere(const VectorSelector& selector, const TimeModifier& looked_at,
                                     const Grid& grid, SampleField field, const RowSink& sink);

  // eval_mixed_range.cc
  // Whether the windows of a series are more than plain floats.
  bool NeedsMixedWindow(const RangeFunction& function, const Expr& matrix,
                        const RangeSeries& series) const;
  base::StatusOr<Row> ComputeMixedRow(const CallExpr& call, const RangeFunction& function,
                                      const RangeSeries& series, const Grid& grid,
                                      const RangeParams& params);
  // How far a range reaches for samples before its start and behind its end.
  struct Reach {
    int64_t before_ms = 0;
    int64_t behind_ms = 0;
  };
  Reach ReachOf(const WindowShape& shape) const;
  // Replaces what lies around a range by its values at its ends.
  // The floats of a series in a window, with those that an extended range has at its ends.
  base::StatusOr<std::vector<model::Sample>> PointsOf(const WindowShape& shape, int64_t end_ms,
                                                      const RangeSeries& series) const;
  base::StatusOr<Row> SmoothedRow(const RangeSeries& series, const VectorSelector& selector,
                                  const Grid& grid);
  // Refuses anchored and smoothed ranges of functions that do not take them.
  base::Status CheckExtended(const CallExpr& call, const Expr& matrix) const;

  // eval_range_call.cc
  base::StatusOr<RangeParams> EvalRangeParams(const CallExpr& call, const RangeFunction& function,
                                              const Grid& grid);
  // Window by window.
  base::Status ComputeEach(const CallExpr& call, const RangeFunction& function, const Sweep& series,
                           const Table& param, const Grid& grid, Row* row);
  base::Status StreamRangeCall(const CallExpr& call, const RangeFunction& function,
                               const Grid& grid, const RowSink& sink,
                               LabelUse use = LabelUse::kAll);
  base::StatusOr<Table> EvalAbsentOverTime(const CallExpr& call, const Grid& grid);
  void InformNonCounter(const CallExpr& call, const model::Labels& labels);

  // eval_call.cc
  base::StatusOr<Table> EvalCall(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalMath(const CallExpr& call, const Grid& grid, double (*f)(double));
  base::StatusOr<Table> MapValues(Table table, const std::function<double(double, int)>& f);
  base::StatusOr<Table> EvalClamp(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalRound(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalDate(const CallExpr& call, const Grid& grid, double (*f)(int64_t));
  base::StatusOr<Table> EvalStepTimes(const Expr& arg, const Grid& grid);
  base::StatusOr<Table> EvalTimestamp(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalAbsent(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalScalar(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalVector(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> ScalarTable(const Grid& grid, const std::function<double(int)>& f);

  // eval_newer_call.cc
  base::StatusOr<Table> EvalQueryTime(FunctionId id, const Grid& grid);
  base::StatusOr<Table> EvalExtremum(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalStartTimestamp(const CallExpr& call, const Grid& grid);

  // eval_labels.cc
  base::StatusOr<Table> EvalLabelReplace(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalLabelJoin(const CallExpr& call, const Grid& grid);

  // eval_histogram.cc
  base::StatusOr<Table> EvalHistogram(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> EvalQuantiles(const CallExpr& call, const Grid& grid);

  // eval_histogram_call.cc
  base::StatusOr<Table> EvalOfHistograms(const CallExpr& call, const Grid& grid,
                                         double (*f)(const model::Histogram&));

  // eval_sort.cc
  void WarnIneffectiveSort(const CallExpr& call) const;
  base::StatusOr<Table> EvalSort(const CallExpr& call, const Grid& grid, bool descending);
  base::StatusOr<Table> EvalSortByLabel(const CallExpr& call, const Grid& grid, bool descending);

  // eval_info.cc
  base::StatusOr<Table> EvalInfo(const CallExpr& call, const Grid& grid);
  base::StatusOr<Table> SelectInfo(const CallExpr& call, const Table& base,
                                   const std::vector<bool>& is_info, const Grid& grid);

  // eval_aggregate.cc, eval_topk.cc
  base::StatusOr<Table> EvalAggregate(const AggregateExpr& expr, const Grid& grid);
  template <typename Accumulators>
  base::StatusOr<Table> Accumulate(const AggregateExpr& expr, const Grid& grid);
  base::StatusOr<Table> EvalQuantile(const AggregateExpr& expr, const Grid& grid);
  base::StatusOr<Table> EvalCountValues(const AggregateExpr& expr, const Grid& grid);
  base::StatusOr<Table> EvalTopK(const AggregateExpr& expr, const Grid& grid);
  // eval_limit.cc
  base::StatusOr<Table> EvalLimit(const AggregateExpr& expr, const Grid& grid);
  void WarnOfRatios(const AggregateExpr& expr, const std::vector<double>& ratios);

  // eval_binary.cc, eval_matching.cc
  base::StatusOr<Table> EvalChain(const BinaryExpr& top, const Grid& grid);
  // One operation, with the value of its left side.
  base::StatusOr<Table> EvalBinary(const BinaryExpr& expr, Table lhs, const Grid& grid);
  base::StatusOr<Table> EvalScalars(const BinaryExpr& expr, const Table& lhs, const Grid& grid);
  base::StatusOr<Table> EvalVectorScalar(const BinaryExpr& expr, Table lhs, const Grid& grid);
  // Of an IsNumberFilter, row by row.
  base::Status StreamNumberFilter(const BinaryExpr& expr, const Grid& grid, const RowSink& sink,
                                  LabelUse use);
  // Names stay.
  void ApplyToRow(const BinaryExpr& expr, const Table& scalar, OpNotes* notes, Row* row);
  // eval_histogram_binary.cc
  void ApplyToHistograms(const BinaryExpr& expr, const Table& scalar, OpNotes* notes, Row* row);
  void PassOverFloats(const BinaryExpr& expr, Table* vector);
  base::StatusOr<Table> EvalSets(const BinaryExpr& expr, Table lhs, const Grid& grid);
  base::StatusOr<Table> EvalVectors(const BinaryExpr& expr, const Table& lhs, const Grid& grid);

  QueryRun* const run_;
};

// A selector or call compared with a number, which takes values out and leaves names as they are.
bool IsNumberFilter(const Expr& expr);

// The labels that absent() gives to its answer: those that a selector fixes by equality.
model::Labels LabelsOfAbsent(const Expr& argument);

inline constexpr std::string_view kSameLabels =
    "vector cannot contain metrics with the same labelset";

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_EVALUATOR_H_
