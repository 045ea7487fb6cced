#include "collector/logql/parse/ast.h"

#include <cmath>

namespace vedette::logql {

bool IsComparison(BinaryOp op) { return op >= BinaryOp::kEqual && op <= BinaryOp::kLessEqual; }
bool IsSet(BinaryOp op) { return op >= BinaryOp::kAnd; }

std::string_view OpText(BinaryOp op) {
  static constexpr std::string_view kText[] = {
      "+", "-", "*", "/", "%", "^", "==", "!=", ">", ">=", "<", "<=", "and", "or", "unless"};
  return kText[static_cast<size_t>(op)];
}

std::string_view OpText(RangeOp op) {
  static constexpr std::string_view kText[] = {"rate", "count_over_time", "bytes_rate",
                                               "bytes_over_time"};
  return kText[static_cast<size_t>(op)];
}

std::string_view OpText(VectorOp op) {
  static constexpr std::string_view kText[] = {"sum",   "avg",  "min",    "max",
                                               "count", "topk", "bottomk"};
  return kText[static_cast<size_t>(op)];
}

double Arithmetic(BinaryOp op, double l, double r) {
  switch (op) {
    case BinaryOp::kAdd:
      return l + r;
    case BinaryOp::kSub:
      return l - r;
    case BinaryOp::kMul:
      return l * r;
    case BinaryOp::kDiv:
      return r == 0 ? std::nan("") : l / r;
    case BinaryOp::kMod:
      return r == 0 ? std::nan("") : std::fmod(l, r);
    case BinaryOp::kPow:
      return std::pow(l, r);
    case BinaryOp::kEqual:
      return l == r ? 1 : 0;
    case BinaryOp::kNotEqual:
      return l != r ? 1 : 0;
    case BinaryOp::kGreater:
      return l > r ? 1 : 0;
    case BinaryOp::kGreaterEqual:
      return l >= r ? 1 : 0;
    case BinaryOp::kLess:
      return l < r ? 1 : 0;
    case BinaryOp::kLessEqual:
      return l <= r ? 1 : 0;
    default:
      return std::nan("");
  }
}

}  // namespace vedette::logql
