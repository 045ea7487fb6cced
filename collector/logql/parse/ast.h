#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_AST_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_AST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/matcher.h"

// A parsed query. Trees are immutable once parsed and at most kMaxDepth deep, so that recursion
// over them is bounded.

namespace vedette::logql {

inline constexpr int kMaxDepth = 128;

enum class LineFilterOp { kContains, kNotContains, kRegex, kNotRegex };

// |= "a" or "b"
struct LineFilterStage {
  LineFilterOp op = LineFilterOp::kContains;
  std::vector<std::string> operands;
};

// | json
struct JsonStage {};

enum class CompareOp { kEqual, kNotEqual, kGreater, kGreaterEqual, kLess, kLessEqual };

struct LabelFilter;
using LabelFilterPtr = std::unique_ptr<const LabelFilter>;

struct LabelFilter {
  struct String {
    model::Matcher matcher;
  };
  enum class Unit { kNumber, kDuration, kBytes };
  struct Compare {
    std::string name;
    CompareOp op;
    Unit unit;
    double value;      // durations in nanoseconds
    std::string text;  // as written
  };
  struct Combine {
    bool is_and;
    LabelFilterPtr left;
    LabelFilterPtr right;
  };
  std::variant<String, Compare, Combine> node;
};

struct LabelFilterStage {
  LabelFilterPtr filter;
};

// | drop a, b="x"   | keep a
struct DropKeepStage {
  bool keep = false;
  struct Item {
    std::string name;
    std::optional<model::Matcher> matcher;
  };
  std::vector<Item> items;
};

using Stage = std::variant<LineFilterStage, JsonStage, LabelFilterStage, DropKeepStage>;

struct LogQuery {
  std::vector<model::Matcher> matchers;
  std::vector<Stage> stages;
};

enum class RangeOp { kRate, kCountOverTime, kBytesRate, kBytesOverTime };
enum class VectorOp { kSum, kAvg, kMin, kMax, kCount, kTopk, kBottomk };
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
// Of two numbers; comparisons give 1 or 0. Division by zero is NaN, as Loki has it.
double Arithmetic(BinaryOp op, double l, double r);
std::string_view OpText(BinaryOp op);
std::string_view OpText(RangeOp op);
std::string_view OpText(VectorOp op);

struct Grouping {
  bool without = false;
  std::vector<std::string> labels;
};

struct Expr;
using ExprPtr = std::unique_ptr<const Expr>;

struct RangeAggregation {
  RangeOp op = RangeOp::kRate;
  LogQuery log;
  int64_t range_ns = 0;
  int64_t offset_ns = 0;
};

struct VectorAggregation {
  VectorOp op = VectorOp::kSum;
  std::optional<Grouping> grouping;
  int64_t parameter = 0;  // topk, bottomk
  ExprPtr inner;
};

struct Binary {
  BinaryOp op = BinaryOp::kAdd;
  bool return_bool = false;
  bool on = false;  // on(...) or, with labels, ignoring(...)
  bool matching = false;
  std::vector<std::string> matching_labels;
  ExprPtr left;
  ExprPtr right;
};

struct Literal {
  double value = 0;
};
struct VectorFunction {
  double value = 0;
};

struct Expr {
  std::variant<LogQuery, RangeAggregation, VectorAggregation, Binary, Literal, VectorFunction> node;
  int depth = 1;
  bool IsLog() const { return std::holds_alternative<LogQuery>(node); }
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_AST_H_
