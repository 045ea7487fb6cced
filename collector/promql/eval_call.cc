#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>

#include "base/strings.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/histogram_quantile.h"
#include "collector/promql/math.h"
#include "collector/promql/range_functions.h"
#include "collector/promql/vector_functions.h"

// Function calls but for range functions (eval_range_call.cc), labels and histograms.

namespace vedette::promql {
namespace {

// What a value costs beside being looked at: sin() and its like.
constexpr size_t kWorkOfCall = 16;

// Seconds as an integer: Go's conversion of what does not fit gives the least.
int64_t TruncateSeconds(double v) {
  return FitsInt64(v) ? static_cast<int64_t>(v) : std::numeric_limits<int64_t>::min();
}

// In the order in which Prometheus' index leaves matchers behind: what only takes series away, or
// lets a label be missing, comes last.
std::vector<const model::Matcher*> InIndexOrder(const std::vector<model::Matcher>& matchers) {
  std::set<std::string_view> needed;  // labels without which no series matches
  for (const model::Matcher& m : matchers) {
    if (!m.MatchesEmpty()) needed.insert(m.name());
  }
  const auto selects = [&](const model::Matcher* m) {
    const bool negative =
        m->type() == model::MatchType::kNotEqual || m->type() == model::MatchType::kNotRegex;
    return needed.contains(m->name()) && !(negative && m->MatchesEmpty());
  };
  std::vector<const model::Matcher*> out;
  for (const model::Matcher& m : matchers) out.push_back(&m);
  std::stable_partition(out.begin(), out.end(), selects);
  return out;
}

}  // namespace

// Of a label with further matchers the last one in the index's order decides: an equality that is
// the first of its label sets it, anything else takes it away.
model::Labels LabelsOfAbsent(const Expr& argument) {
  const Expr& selector = StripParens(argument);
  const auto* vector = TryAs<VectorSelector>(selector);
  if (const auto* matrix = TryAs<MatrixSelector>(selector)) vector = matrix->selector.get();
  if (vector == nullptr) return {};
  std::set<std::string_view> equal;
  model::LabelsBuilder labels;
  for (const model::Matcher* m : InIndexOrder(vector->matchers)) {
    if (m->name() == model::kMetricName) continue;
    if (m->type() == model::MatchType::kEqual && equal.insert(m->name()).second) {
      labels.Set(m->name(), m->value());
    } else {
      labels.Delete(m->name());
    }
  }
  return labels.Build();
}

base::StatusOr<Table> Evaluator::EvalCall(const CallExpr& call, const Grid& grid) {
  const FunctionId id = call.function->id;
  if (FindRangeFunction(id) != nullptr) return Collect(call, grid);
  if (const MathFunction f = FindMathFunction(id)) return EvalMath(call, grid, f);
  if (const DateFunction f = FindDateFunction(id)) return EvalDate(call, grid, f);
  switch (id) {
    case FunctionId::kTime:
      return ScalarTable(grid, [&](int i) { return static_cast<double>(grid.At(i)) / 1000; });
    case FunctionId::kPi:
      return ScalarTable(grid, [](int) { return std::numbers::pi; });
    case FunctionId::kScalar:
      return EvalScalar(call, grid);
    case FunctionId::kVector:
      return EvalVector(call, grid);
    case FunctionId::kTimestamp:
      return EvalTimestamp(call, grid);
    case FunctionId::kRound:
      return EvalRound(call, grid);
    case FunctionId::kClamp:
    case FunctionId::kClampMin:
    case FunctionId::kClampMax:
      return EvalClamp(call, grid);
    case FunctionId::kAbsent:
      return EvalAbsent(call, grid);
    case FunctionId::kAbsentOverTime:
      return EvalAbsentOverTime(call, grid);
    case FunctionId::kSort:
      return EvalSort(call, grid, false);
    case FunctionId::kSortDesc:
      return EvalSort(call, grid, true);
    case FunctionId::kSortByLabel:
      return EvalSortByLabel(call, grid, false);
    case FunctionId::kSortByLabelDesc:
      return EvalSortByLabel(call, grid, true);
    case FunctionId::kInfo:
      return EvalInfo(call, grid);
    case FunctionId::kLabelReplace:
      return EvalLabelReplace(call, grid);
    case FunctionId::kLabelJoin:
      return EvalLabelJoin(call, grid);
    case FunctionId::kHistogramQuantile:
    case FunctionId::kHistogramFraction:
      return EvalHistogram(call, grid);
    case FunctionId::kHistogramQuantiles:
      return EvalQuantiles(call, grid);
    case FunctionId::kStep:
    case FunctionId::kRange:
    case FunctionId::kStart:
    case FunctionId::kEnd:
      return EvalQueryTime(id, grid);
    case FunctionId::kMinOf:
    case FunctionId::kMaxOf:
      return EvalExtremum(call, grid);
    case FunctionId::kStartTimestamp:
      return EvalStartTimestamp(call, grid);
    case FunctionId::kHistogramAvg:
      return EvalOfHistograms(call, grid, [](const auto& h) { return h.sum / h.count_float; });
    case FunctionId::kHistogramCount:
      return EvalOfHistograms(call, grid, [](const auto& h) { return h.count_float; });
    case FunctionId::kHistogramSum:
      return EvalOfHistograms(call, grid, [](const auto& h) { return h.sum; });
    case FunctionId::kHistogramStdvar:
      return EvalOfHistograms(call, grid, HistogramVariance);
    case FunctionId::kHistogramStddev:
      return EvalOfHistograms(call, grid,
                              [](const auto& h) { return std::sqrt(HistogramVariance(h)); });
    default:
      return ExecutionError(base::Concat({"function ", call.function->name, "() has no value"}));
  }
}

// The argument's value with f(value, step) in place of each float, without its histograms and
// names.
base::StatusOr<Table> Evaluator::MapValues(Table table,
                                           const std::function<double(double, int)>& f) {
  for (Row& row : table.rows) {
    VEDETTE_RETURN_IF_ERROR(run_->Work(kWorkOfCall * row.values.size()));
    for (size_t i = 0; i < row.values.size(); ++i) {
      if (!IsPresent(row.values[i])) continue;
      row.values[i] = f(row.values[i], row.first + static_cast<int>(i));
    }
    row.histograms.clear();
    DropName(&row);
  }
  DropEmptyRows(&table);
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&table));
  return table;
}

base::StatusOr<Table> Evaluator::EvalMath(const CallExpr& call, const Grid& grid,
                                          double (*f)(double)) {
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*call.args[0], grid));
  return MapValues(std::move(table), [f](double v, int) { return f(v); });
}

base::StatusOr<Table> Evaluator::EvalDate(const CallExpr& call, const Grid& grid,
                                          double (*f)(int64_t)) {
  if (!call.args.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(Table given, Eval(*call.args[0], grid));
    return MapValues(std::move(given), [f](double v, int) { return f(TruncateSeconds(v)); });
  }
  VEDETTE_ASSIGN_OR_RETURN(Table table, ScalarTable(grid, [&](int step) {
                             return f(TruncateSeconds(static_cast<double>(grid.At(step)) / 1000));
                           }));
  table.type = ValueType::kVector;
  return table;
}

base::StatusOr<Table> Evaluator::EvalRound(const CallExpr& call, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*call.args[0], grid));
  Table nearest;
  if (call.args.size() > 1) {
    VEDETTE_ASSIGN_OR_RETURN(nearest, Eval(*call.args[1], grid));
  }
  return MapValues(std::move(table), [&](double v, int step) {
    // Dividing by the inverse keeps round(x, 0.1) free of rounding noise.
    const double inverse = 1.0 / (nearest.rows.empty() ? 1.0 : nearest.ScalarAt(step));
    return std::floor(v * inverse + 0.5) / inverse;
  });
}

base::StatusOr<Table> Evaluator::EvalClamp(const CallExpr& call, const Grid& grid) {
  const FunctionId id = call.function->id;
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*call.args[0], grid));
  VEDETTE_ASSIGN_OR_RETURN(const Table bound, Eval(*call.args[1], grid));
  if (id == FunctionId::kClampMin) {
    return MapValues(std::move(table),
                     [&](double v, int step) { return GoMax(bound.ScalarAt(step), v); });
  }
  if (id == FunctionId::kClampMax) {
    return MapValues(std::move(table),
                     [&](double v, int step) { return GoMin(bound.ScalarAt(step), v); });
  }
  VEDETTE_ASSIGN_OR_RETURN(const Table upper, Eval(*call.args[2], grid));
  return MapValues(std::move(table), [&](double v, int step) {
    const double least = bound.ScalarAt(step);
    const double most = upper.ScalarAt(step);
    return most < least ? Absent() : GoMax(least, GoMin(most, v));
  });
}

// What is not a sample itself has the time of the step.
base::StatusOr<Table> Evaluator::EvalStepTimes(const Expr& arg, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(const Table table, Eval(arg, grid));
  Table out;
  for (const Row& in : table.rows) {
    Row row;
    row.labels = in.labels;
    for (int step = 0; step < grid.steps; ++step) {
      if (in.Has(step)) row.Append(step, static_cast<double>(grid.At(step)) / 1000);
    }
    DropName(&row);
    if (!row.empty()) VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(row)));
  }
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&out));
  return out;
}

base::StatusOr<Table> Evaluator::EvalTimestamp(const CallExpr& call, const Grid& grid) {
  const Expr& arg = StripParens(*call.args[0]);
  const auto* selector = TryAs<VectorSelector>(arg);
  if (selector == nullptr) return EvalStepTimes(arg, grid);
  Table table;
  const RowSink add = [&](Row&& row) {
    DropName(&row);
    return table.Add(run_, std::move(row));
  };
  // As Prometheus does: with @ the offset counts for which samples are loaded, not for which of
  // them is the newest.
  const bool forgets_offset = selector->time.HasAt() && selector->time.offset.ms != 0;
  TimeModifier looked_at = selector->time;
  looked_at.offset = DurationValue();
  VEDETTE_RETURN_IF_ERROR(
      forgets_offset ? StreamLoadedElsewhere(*selector, looked_at, grid, SampleField::kTime, add)
                     : StreamSelector(*selector, grid, SampleField::kTime, add));
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&table));
  return table;
}

base::StatusOr<Table> Evaluator::EvalAbsent(const CallExpr& call, const Grid& grid) {
  std::vector<bool> present(static_cast<size_t>(grid.steps), false);
  const base::Status streamed = Stream(*call.args[0], grid, [&](Row&& row) {
    for (int step = row.first; step < row.end(); ++step) {
      if (IsPresent(row.At(step))) present[static_cast<size_t>(step)] = true;
    }
    for (const HistogramStep& h : row.histograms) present[static_cast<size_t>(h.step)] = true;
    return base::Status();
  });
  VEDETTE_RETURN_IF_ERROR(streamed);
  Row row;
  row.labels = LabelsOfAbsent(*call.args[0]);
  for (int step = 0; step < grid.steps; ++step) {
    if (!present[static_cast<size_t>(step)]) row.Append(step, 1);
  }
  Table table;
  if (!row.empty()) VEDETTE_RETURN_IF_ERROR(table.Add(run_, std::move(row)));
  return table;
}

base::StatusOr<Table> Evaluator::EvalScalar(const CallExpr& call, const Grid& grid) {
  const auto steps = static_cast<size_t>(grid.steps);
  std::vector<int> counts(steps, 0);
  std::vector<double> values(steps, NormalNan());
  const base::Status streamed = Stream(*call.args[0], grid, [&](Row&& row) {
    for (int step = row.first; step < row.end(); ++step) {
      if (!IsPresent(row.At(step))) continue;
      const auto i = static_cast<size_t>(step);
      values[i] = ++counts[i] == 1 ? row.At(step) : NormalNan();
    }
    return base::Status();
  });
  VEDETTE_RETURN_IF_ERROR(streamed);
  return ScalarTable(grid, [&](int step) { return values[static_cast<size_t>(step)]; });
}

base::StatusOr<Table> Evaluator::EvalVector(const CallExpr& call, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*call.args[0], grid));
  table.type = ValueType::kVector;
  return table;
}

}  // namespace vedette::promql
