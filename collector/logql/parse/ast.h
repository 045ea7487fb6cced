#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_AST_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_AST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "collector/logql/parse/stage_ast.h"
#include "model/matcher.h"

// A parsed query. Trees are immutable once parsed and at most kMaxDepth deep, so that recursion
// over them is bounded.

namespace vedette::logql {

inline constexpr int kMaxDepth = 128;

struct LogQuery {
  std::vector<model::Matcher> matchers;
  std::vector<Stage> stages;
};

// In the order of the table in ast.cc.
enum class RangeOp {
  kRate,
  kRateCounter,
  kCountOverTime,
  kBytesRate,
  kBytesOverTime,
  kAvgOverTime,
  kSumOverTime,
  kMinOverTime,
  kMaxOverTime,
  kStdvarOverTime,
  kStddevOverTime,
  kQuantileOverTime,
  kFirstOverTime,
  kLastOverTime,
  kAbsentOverTime,
};
enum class VectorOp {
  kSum,
  kAvg,
  kMin,
  kMax,
  kCount,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kApproxTopk,
  kSort,
  kSortDesc,
};
enum class BinaryOp {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kEqual,
  kNotEqual,
  kGreater,
  kGreaterEqual,
  kLess,
  kLessEqual,
  kAnd,
  kOr,
  kUnless,
};
bool IsComparison(BinaryOp op);
bool IsSet(BinaryOp op);
// topk, bottomk, approx_topk: those that have a parameter.
bool TakesParameter(VectorOp op);
// Of two numbers; comparisons give 1 or 0. Division by zero is NaN, as Loki has it.
double Arithmetic(BinaryOp op, double l, double r);
std::string_view OpText(BinaryOp op);
std::string_view OpText(RangeOp op);
std::string_view OpText(VectorOp op);
std::optional<BinaryOp> BinaryOpNamed(std::string_view text);
std::optional<RangeOp> RangeOpNamed(std::string_view text);
std::optional<VectorOp> VectorOpNamed(std::string_view text);

struct Grouping {
  bool without = false;
  std::vector<std::string> labels;
  // `by ()`: everything falls into one group without labels.
  bool OneGroup() const { return !without && labels.empty(); }
};

// | unwrap duration(latency) | latency_ms > 3
struct Unwrap {
  enum class Conversion { kNone, kBytes, kDuration, kDurationSeconds };
  std::string label;
  Conversion conversion = Conversion::kNone;
  std::vector<LabelFilterPtr> filters;  // after it
};
std::string_view ConversionText(Unwrap::Conversion conversion);  // "" for kNone

struct Expr;
using ExprPtr = std::unique_ptr<const Expr>;

struct RangeAggregation {
  RangeOp op = RangeOp::kRate;
  LogQuery log;
  std::optional<Unwrap> unwrap;
  int64_t range_ns = 0;
  int64_t offset_ns = 0;
  std::optional<double> parameter;  // of quantile_over_time
  std::optional<Grouping> grouping;
};

struct VectorAggregation {
  VectorOp op = VectorOp::kSum;
  std::optional<Grouping> grouping;
  int64_t parameter = 0;  // where TakesParameter
  ExprPtr inner;
};

struct Binary {
  enum class Group { kNone, kLeft, kRight };
  BinaryOp op = BinaryOp::kAdd;
  bool return_bool = false;
  bool matching = false;  // on(...) or ignoring(...) is there
  bool on = false;
  std::vector<std::string> matching_labels;
  Group group = Group::kNone;
  std::optional<std::vector<std::string>> include;  // of group_left(...)
  ExprPtr left;
  ExprPtr right;
};

// label_replace(inner, "dst", "replacement", "src", "regex")
struct LabelReplace {
  ExprPtr inner;
  std::string destination;
  std::string replacement;
  std::string source;
  std::string regex;
};

struct Literal {
  double value = 0;
};
struct VectorFunction {
  double value = 0;
};

struct Expr {
  std::variant<LogQuery, RangeAggregation, VectorAggregation, Binary, LabelReplace, Literal,
               VectorFunction>
      node;
  int depth = 1;
  bool IsLog() const { return std::holds_alternative<LogQuery>(node); }
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_AST_H_
