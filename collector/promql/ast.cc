#include "collector/promql/ast.h"

#include <array>

namespace vedette::promql {

BinaryExpr::~BinaryExpr() {
  while (lhs != nullptr && lhs->kind == kKind) {
    ExprPtr left = std::move(As<BinaryExpr>(*lhs).lhs);
    lhs = std::move(left);
  }
}

std::string_view TypeTitle(ValueType type) {
  switch (type) {
    case ValueType::kScalar:
      return "scalar";
    case ValueType::kVector:
      return "instant vector";
    case ValueType::kMatrix:
      return "range vector";
    case ValueType::kString:
      return "string";
    case ValueType::kNone:
      break;
  }
  return "none";
}

std::string_view TypeName(ValueType type) {
  switch (type) {
    case ValueType::kVector:
      return "vector";
    case ValueType::kMatrix:
      return "matrix";
    default:
      return TypeTitle(type);
  }
}

bool IsComparison(BinaryOp op) { return op >= BinaryOp::kEqual && op <= BinaryOp::kLessEqual; }

bool IsSetOperator(BinaryOp op) { return op >= BinaryOp::kAnd; }

const char* OpText(BinaryOp op) {
  static constexpr auto kTexts =
      std::to_array<const char*>({"+", "-", "*", "/", "%", "^", "atan2", "==", "!=", ">", "<",
                                  ">=", "<=", "</", ">/", "and", "or", "unless"});
  return kTexts[static_cast<size_t>(op)];
}

const char* OpText(AggregateOp op) {
  static constexpr auto kTexts = std::to_array<const char*>(
      {"sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk",
       "count_values", "quantile", "limitk", "limit_ratio"});
  return kTexts[static_cast<size_t>(op)];
}

bool TakesParameter(AggregateOp op) { return op >= AggregateOp::kTopk; }

const Expr& StripParens(const Expr& expr) {
  const Expr* at = &expr;
  while (const auto* paren = TryAs<ParenExpr>(*at)) at = paren->inner.get();
  return *at;
}

Expr& StripParens(Expr& expr) {
  Expr* at = &expr;
  while (auto* paren = TryAs<ParenExpr>(*at)) at = paren->inner.get();
  return *at;
}

}  // namespace vedette::promql
