#ifndef VEDETTE_COLLECTOR_PROMQL_FUNCTIONS_H_
#define VEDETTE_COLLECTOR_PROMQL_FUNCTIONS_H_

#include <array>
#include <span>
#include <string_view>

#include "collector/promql/value.h"

namespace vedette::promql {

enum class FunctionId {
  kAbs,
  kAbsent,
  kAbsentOverTime,
  kAcos,
  kAcosh,
  kAsin,
  kAsinh,
  kAtan,
  kAtanh,
  kAvgOverTime,
  kCeil,
  kChanges,
  kClamp,
  kClampMax,
  kClampMin,
  kCos,
  kCosh,
  kCountOverTime,
  kDayOfMonth,
  kDayOfWeek,
  kDayOfYear,
  kDaysInMonth,
  kDeg,
  kDelta,
  kDeriv,
  kDoubleExponentialSmoothing,
  kEnd,
  kExp,
  kFirstOverTime,
  kFloor,
  kHistogramAvg,
  kHistogramCount,
  kHistogramFraction,
  kHistogramQuantile,
  kHistogramQuantiles,
  kHistogramStddev,
  kHistogramStdvar,
  kHistogramSum,
  kHour,
  kIdelta,
  kIncrease,
  kInfo,
  kIrate,
  kLabelJoin,
  kLabelReplace,
  kLastOverTime,
  kLn,
  kLog10,
  kLog2,
  kMadOverTime,
  kMaxOf,
  kMaxOverTime,
  kMinOf,
  kMinOverTime,
  kMinute,
  kMonth,
  kPi,
  kPredictLinear,
  kPresentOverTime,
  kQuantileOverTime,
  kRad,
  kRange,
  kRate,
  kResets,
  kRound,
  kScalar,
  kSgn,
  kSin,
  kSinh,
  kSort,
  kSortByLabel,
  kSortByLabelDesc,
  kSortDesc,
  kSqrt,
  kStart,
  kStartTimestamp,
  kStddevOverTime,
  kStdvarOverTime,
  kStep,
  kSumOverTime,
  kTan,
  kTanh,
  kTime,
  kTimestamp,
  kTsOfFirstOverTime,
  kTsOfLastOverTime,
  kTsOfMaxOverTime,
  kTsOfMinOverTime,
  kVector,
  kYear,
};

// What the parser knows of a function.
struct FunctionSignature {
  FunctionId id;
  std::string_view name;
  std::array<ValueType, 5> arg_types = {};
  int arg_count = 0;
  // 0: exactly arg_count arguments; n > 0: the last may be missing or come up to n times; -1: any
  // number of the last.
  int variadic = 0;
  ValueType return_type = ValueType::kVector;
  bool experimental = false;
  bool newer = false;  // than 3.5 (ParserOptions)

  std::span<const ValueType> args() const {
    return {arg_types.data(), static_cast<size_t>(arg_count)};
  }
};

// Null when there is no such function. Names are case-sensitive. Without `newer`, those of versions
// after 3.5 are not known.
const FunctionSignature* FindFunction(std::string_view name, bool newer = true);
std::span<const FunctionSignature> AllFunctions();

// The value changes with the evaluation time even where the arguments do not.
bool DependsOnEvaluationTime(FunctionId id);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_FUNCTIONS_H_
