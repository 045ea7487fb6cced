#include "collector/promql/functions.h"

#include <algorithm>

namespace vedette::promql {
namespace {

constexpr ValueType kScalar = ValueType::kScalar;
constexpr ValueType kVector = ValueType::kVector;
constexpr ValueType kMatrix = ValueType::kMatrix;
constexpr ValueType kString = ValueType::kString;

// Sorted by name.
constexpr auto kFunctions = std::to_array<FunctionSignature>({
    {FunctionId::kAbs, "abs", {kVector}, 1},
    {FunctionId::kAbsent, "absent", {kVector}, 1},
    {FunctionId::kAbsentOverTime, "absent_over_time", {kMatrix}, 1},
    {FunctionId::kAcos, "acos", {kVector}, 1},
    {FunctionId::kAcosh, "acosh", {kVector}, 1},
    {FunctionId::kAsin, "asin", {kVector}, 1},
    {FunctionId::kAsinh, "asinh", {kVector}, 1},
    {FunctionId::kAtan, "atan", {kVector}, 1},
    {FunctionId::kAtanh, "atanh", {kVector}, 1},
    {FunctionId::kAvgOverTime, "avg_over_time", {kMatrix}, 1},
    {FunctionId::kCeil, "ceil", {kVector}, 1},
    {FunctionId::kChanges, "changes", {kMatrix}, 1},
    {FunctionId::kClamp, "clamp", {kVector, kScalar, kScalar}, 3},
    {FunctionId::kClampMax, "clamp_max", {kVector, kScalar}, 2},
    {FunctionId::kClampMin, "clamp_min", {kVector, kScalar}, 2},
    {FunctionId::kCos, "cos", {kVector}, 1},
    {FunctionId::kCosh, "cosh", {kVector}, 1},
    {FunctionId::kCountOverTime, "count_over_time", {kMatrix}, 1},
    {FunctionId::kDayOfMonth, "day_of_month", {kVector}, 1, 1},
    {FunctionId::kDayOfWeek, "day_of_week", {kVector}, 1, 1},
    {FunctionId::kDayOfYear, "day_of_year", {kVector}, 1, 1},
    {FunctionId::kDaysInMonth, "days_in_month", {kVector}, 1, 1},
    {FunctionId::kDeg, "deg", {kVector}, 1},
    {FunctionId::kDelta, "delta", {kMatrix}, 1},
    {FunctionId::kDeriv, "deriv", {kMatrix}, 1},
    {FunctionId::kDoubleExponentialSmoothing,
     "double_exponential_smoothing",
     {kMatrix, kScalar, kScalar},
     3,
     0,
     kVector,
     true},
    {FunctionId::kEnd, "end", {}, 0, 0, kScalar, true, true},
    {FunctionId::kExp, "exp", {kVector}, 1},
    {FunctionId::kFirstOverTime, "first_over_time", {kMatrix}, 1, 0, kVector, true, true},
    {FunctionId::kFloor, "floor", {kVector}, 1},
    {FunctionId::kHistogramAvg, "histogram_avg", {kVector}, 1},
    {FunctionId::kHistogramCount, "histogram_count", {kVector}, 1},
    {FunctionId::kHistogramFraction, "histogram_fraction", {kScalar, kScalar, kVector}, 3},
    {FunctionId::kHistogramQuantile, "histogram_quantile", {kScalar, kVector}, 2},
    {FunctionId::kHistogramQuantiles,
     "histogram_quantiles",
     {kVector, kString, kScalar},
     3,
     10,
     kVector,
     true,
     true},
    {FunctionId::kHistogramStddev, "histogram_stddev", {kVector}, 1},
    {FunctionId::kHistogramStdvar, "histogram_stdvar", {kVector}, 1},
    {FunctionId::kHistogramSum, "histogram_sum", {kVector}, 1},
    {FunctionId::kHour, "hour", {kVector}, 1, 1},
    {FunctionId::kIdelta, "idelta", {kMatrix}, 1},
    {FunctionId::kIncrease, "increase", {kMatrix}, 1},
    {FunctionId::kInfo, "info", {kVector, kVector}, 2, 1, kVector, true},
    {FunctionId::kIrate, "irate", {kMatrix}, 1},
    {FunctionId::kLabelJoin, "label_join", {kVector, kString, kString, kString}, 4, -1},
    {FunctionId::kLabelReplace, "label_replace", {kVector, kString, kString, kString, kString}, 5},
    {FunctionId::kLastOverTime, "last_over_time", {kMatrix}, 1},
    {FunctionId::kLn, "ln", {kVector}, 1},
    {FunctionId::kLog10, "log10", {kVector}, 1},
    {FunctionId::kLog2, "log2", {kVector}, 1},
    {FunctionId::kMadOverTime, "mad_over_time", {kMatrix}, 1, 0, kVector, true},
    {FunctionId::kMaxOf, "max_of", {kScalar, kScalar}, 2, 0, kScalar, true, true},
    {FunctionId::kMaxOverTime, "max_over_time", {kMatrix}, 1},
    {FunctionId::kMinOf, "min_of", {kScalar, kScalar}, 2, 0, kScalar, true, true},
    {FunctionId::kMinOverTime, "min_over_time", {kMatrix}, 1},
    {FunctionId::kMinute, "minute", {kVector}, 1, 1},
    {FunctionId::kMonth, "month", {kVector}, 1, 1},
    {FunctionId::kPi, "pi", {}, 0, 0, kScalar},
    {FunctionId::kPredictLinear, "predict_linear", {kMatrix, kScalar}, 2},
    {FunctionId::kPresentOverTime, "present_over_time", {kMatrix}, 1},
    {FunctionId::kQuantileOverTime, "quantile_over_time", {kScalar, kMatrix}, 2},
    {FunctionId::kRad, "rad", {kVector}, 1},
    {FunctionId::kRange, "range", {}, 0, 0, kScalar, true, true},
    {FunctionId::kRate, "rate", {kMatrix}, 1},
    {FunctionId::kResets, "resets", {kMatrix}, 1},
    {FunctionId::kRound, "round", {kVector, kScalar}, 2, 1},
    {FunctionId::kScalar, "scalar", {kVector}, 1, 0, kScalar},
    {FunctionId::kSgn, "sgn", {kVector}, 1},
    {FunctionId::kSin, "sin", {kVector}, 1},
    {FunctionId::kSinh, "sinh", {kVector}, 1},
    {FunctionId::kSort, "sort", {kVector}, 1},
    {FunctionId::kSortByLabel, "sort_by_label", {kVector, kString}, 2, -1, kVector, true},
    {FunctionId::kSortByLabelDesc, "sort_by_label_desc", {kVector, kString}, 2, -1, kVector, true},
    {FunctionId::kSortDesc, "sort_desc", {kVector}, 1},
    {FunctionId::kSqrt, "sqrt", {kVector}, 1},
    {FunctionId::kStart, "start", {}, 0, 0, kScalar, true, true},
    {FunctionId::kStartTimestamp, "start_timestamp", {kVector}, 1, 0, kVector, true, true},
    {FunctionId::kStddevOverTime, "stddev_over_time", {kMatrix}, 1},
    {FunctionId::kStdvarOverTime, "stdvar_over_time", {kMatrix}, 1},
    {FunctionId::kStep, "step", {}, 0, 0, kScalar, true, true},
    {FunctionId::kSumOverTime, "sum_over_time", {kMatrix}, 1},
    {FunctionId::kTan, "tan", {kVector}, 1},
    {FunctionId::kTanh, "tanh", {kVector}, 1},
    {FunctionId::kTime, "time", {}, 0, 0, kScalar},
    {FunctionId::kTimestamp, "timestamp", {kVector}, 1},
    {FunctionId::kTsOfFirstOverTime, "ts_of_first_over_time", {kMatrix}, 1, 0, kVector, true, true},
    {FunctionId::kTsOfLastOverTime, "ts_of_last_over_time", {kMatrix}, 1, 0, kVector, true},
    {FunctionId::kTsOfMaxOverTime, "ts_of_max_over_time", {kMatrix}, 1, 0, kVector, true},
    {FunctionId::kTsOfMinOverTime, "ts_of_min_over_time", {kMatrix}, 1, 0, kVector, true},
    {FunctionId::kVector, "vector", {kScalar}, 1},
    {FunctionId::kYear, "year", {kVector}, 1, 1},
});

}  // namespace

std::span<const FunctionSignature> AllFunctions() { return kFunctions; }

const FunctionSignature* FindFunction(std::string_view name, bool newer) {
  const auto at = std::lower_bound(
      kFunctions.begin(), kFunctions.end(), name,
      [](const FunctionSignature& f, std::string_view wanted) { return f.name < wanted; });
  const bool found = at != kFunctions.end() && at->name == name && (newer || !at->newer);
  return found ? &*at : nullptr;
}

bool DependsOnEvaluationTime(FunctionId id) {
  switch (id) {
    case FunctionId::kDaysInMonth:
    case FunctionId::kDayOfMonth:
    case FunctionId::kDayOfWeek:
    case FunctionId::kDayOfYear:
    case FunctionId::kEnd:
    case FunctionId::kHour:
    case FunctionId::kMinute:
    case FunctionId::kMonth:
    case FunctionId::kYear:
    case FunctionId::kPredictLinear:
    case FunctionId::kStart:
    case FunctionId::kStartTimestamp:
    case FunctionId::kTime:
    case FunctionId::kTimestamp:
      return true;
    default:
      return false;
  }
}

}  // namespace vedette::promql
