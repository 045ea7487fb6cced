#ifndef VEDETTE_COLLECTOR_PROMQL_AST_H_
#define VEDETTE_COLLECTOR_PROMQL_AST_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/promql/value.h"
#include "model/matcher.h"

// The tree that the parser makes. Plain data, immutable once parsed, so that one tree may be
// evaluated by many threads.

namespace vedette::promql {

struct FunctionSignature;

// Byte offsets into the query: [start, end).
struct PositionRange {
  int start = 0;
  int end = 0;
};

enum class ExprKind {
  kNumber,
  kString,
  kParen,
  kUnary,
  kBinary,
  kCall,
  kAggregate,
  kVectorSelector,
  kMatrixSelector,
  kSubquery,
};

struct Expr {
  explicit Expr(ExprKind expr_kind) : kind(expr_kind) {}
  virtual ~Expr() = default;
  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;

  const ExprKind kind;
  ValueType type = ValueType::kNone;  // set by the type check
  PositionRange pos;
  // Levels below and including this node. The left operands in a chain of operators are one level,
  // because walks go over them without recursion.
  int depth = 1;
  // The value does not depend on the evaluation step (set by the analysis): computed once a query.
  bool step_invariant = false;
};
using ExprPtr = std::unique_ptr<Expr>;

// Downcast to the node of a known kind.
template <typename T>
const T& As(const Expr& expr) {
  return static_cast<const T&>(expr);
}
template <typename T>
T& As(Expr& expr) {
  return static_cast<T&>(expr);
}
// The node if it is a T, else null.
template <typename T>
const T* TryAs(const Expr& expr) {
  return expr.kind == T::kKind ? &As<T>(expr) : nullptr;
}
template <typename T>
T* TryAs(Expr& expr) {
  return expr.kind == T::kKind ? &As<T>(expr) : nullptr;
}

struct NumberLiteral : Expr {
  static constexpr ExprKind kKind = ExprKind::kNumber;
  NumberLiteral() : Expr(kKind) {}
  double value = 0;
  bool is_duration = false;  // written as 1h30m; the value is in seconds
};

struct StringLiteral : Expr {
  static constexpr ExprKind kKind = ExprKind::kString;
  StringLiteral() : Expr(kKind) {}
  std::string value;
};

struct ParenExpr : Expr {
  static constexpr ExprKind kKind = ExprKind::kParen;
  ParenExpr() : Expr(kKind) {}
  ExprPtr inner;
};

struct UnaryExpr : Expr {
  static constexpr ExprKind kKind = ExprKind::kUnary;
  UnaryExpr() : Expr(kKind) {}
  bool negative = false;
  ExprPtr operand;
};

enum class BinaryOp {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kEqual,
  kNotEqual,
  kGreater,
  kLess,
  kGreaterEqual,
  kLessEqual,
  kTrimUpper,  // </: a histogram without what is above
  kTrimLower,  // >/
  kAnd,
  kOr,
  kUnless,
};
bool IsComparison(BinaryOp op);
bool IsSetOperator(BinaryOp op);
const char* OpText(BinaryOp op);

enum class Cardinality { kOneToOne, kManyToOne, kOneToMany, kManyToMany };

// on(...) / ignoring(...) and group_left/right(...) of a binary operation between vectors.
struct VectorMatching {
  Cardinality card = Cardinality::kOneToOne;
  std::vector<std::string> labels;
  bool on = false;
  std::vector<std::string> include;
  // fill_left, fill_right: what stands for the element that one side lacks.
  std::optional<double> fill_left;
  std::optional<double> fill_right;
  bool fills() const { return fill_left || fill_right; }
};

struct BinaryExpr : Expr {
  static constexpr ExprKind kKind = ExprKind::kBinary;
  BinaryExpr() : Expr(kKind) {}
  ~BinaryExpr() override;  // without recursion over left operands
  BinaryOp op = BinaryOp::kAdd;
  PositionRange op_pos;
  bool return_bool = false;
  ExprPtr lhs;
  ExprPtr rhs;
  std::optional<VectorMatching> matching;  // only between two vectors
  int chain = 1;                           // this operation and those that are its left operands
};

// An operation and those that are its left operands, the innermost first: what a chain of operators
// parses to, which may be far longer than anything may recurse. `Binary`: BinaryExpr, may be const.
template <typename Binary>
std::vector<Binary*> LeftSpine(Binary* top) {
  std::vector<Binary*> spine;
  for (Binary* at = top; at != nullptr; at = TryAs<BinaryExpr>(*at->lhs)) spine.push_back(at);
  std::reverse(spine.begin(), spine.end());
  return spine;
}

struct CallExpr : Expr {
  static constexpr ExprKind kKind = ExprKind::kCall;
  CallExpr() : Expr(kKind) {}
  const FunctionSignature* function = nullptr;
  std::vector<ExprPtr> args;
};

enum class AggregateOp {
  kSum,
  kAvg,
  kCount,
  kMin,
  kMax,
  kGroup,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kCountValues,
  kQuantile,
  kLimitk,
  kLimitRatio,
};
const char* OpText(AggregateOp op);
// topk(2, x): takes a parameter before the vector.
bool TakesParameter(AggregateOp op);

struct AggregateExpr : Expr {
  static constexpr ExprKind kKind = ExprKind::kAggregate;
  AggregateExpr() : Expr(kKind) {}
  AggregateOp op = AggregateOp::kSum;
  ExprPtr operand;
  ExprPtr param;  // null but for those that take one
  std::vector<std::string> grouping;
  bool without = false;
};

// A duration that is more than a literal. Immutable, owned by the duration it stands in.
struct DurationExpr {
  enum class Op {
    kLiteral,  // in parentheses, or an operand
    kNegate,   // of rhs
    kAdd,
    kSub,
    kMul,
    kDiv,
    kMod,
    kPow,
    kStep,   // step(): the query's
    kRange,  // range(): from the query's start to its end
    kMinOf,
    kMaxOf,
  };
  Op op = Op::kLiteral;
  double seconds = 0;        // kLiteral
  bool is_duration = false;  // kLiteral: written as 1h30m
  bool wrapped = false;      // written in parentheses
  int depth = 1;             // levels below and including this node
  PositionRange pos;
  std::unique_ptr<const DurationExpr> lhs;
  std::unique_ptr<const DurationExpr> rhs;
};

// A range, step or offset. That of an expression is known once the query's own step and range are:
// ResolveDurations (analysis.h) sets `ms` before evaluation; until then it is 0.
struct DurationValue {
  int64_t ms = 0;
  std::shared_ptr<const DurationExpr> expr;  // null: a literal
};

enum class AtPreprocessor { kNone, kStart, kEnd };

// `@` and `offset` of a selector or subquery.
struct TimeModifier {
  DurationValue offset;
  std::optional<int64_t> at_ms;
  AtPreprocessor at = AtPreprocessor::kNone;
  bool HasAt() const { return at_ms.has_value() || at != AtPreprocessor::kNone; }
  bool HasOffset() const { return offset.ms != 0 || offset.expr != nullptr; }
};

struct VectorSelector : Expr {
  static constexpr ExprKind kKind = ExprKind::kVectorSelector;
  VectorSelector() : Expr(kKind) {}
  std::string name;  // written before the braces; empty if none
  std::vector<model::Matcher> matchers;
  TimeModifier time;
  // How a range's ends are found between samples; at most one of them.
  bool anchored = false;
  bool smoothed = false;
};

struct MatrixSelector : Expr {
  static constexpr ExprKind kKind = ExprKind::kMatrixSelector;
  MatrixSelector() : Expr(kKind) {}
  std::unique_ptr<VectorSelector> selector;  // carries the matrix' time modifiers
  DurationValue range;
};

struct SubqueryExpr : Expr {
  static constexpr ExprKind kKind = ExprKind::kSubquery;
  SubqueryExpr() : Expr(kKind) {}
  ExprPtr inner;
  DurationValue range;
  DurationValue step;  // 0: the engine's default
  TimeModifier time;
};

// The expression inside any parentheses.
const Expr& StripParens(const Expr& expr);
Expr& StripParens(Expr& expr);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_AST_H_
