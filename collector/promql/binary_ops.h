#ifndef VEDETTE_COLLECTOR_PROMQL_BINARY_OPS_H_
#define VEDETTE_COLLECTOR_PROMQL_BINARY_OPS_H_

#include <cmath>

#include "collector/promql/ast.h"
#include "collector/promql/go_math.h"
#include "collector/promql/math.h"

namespace vedette::promql {

// What an operator makes of two numbers. A comparison gives its left side, and whether it holds.
struct OpResult {
  double value = 0;
  bool keep = true;
};

// </ and >/, which take a histogram on their left.
inline bool IsTrim(BinaryOp op) { return op == BinaryOp::kTrimUpper || op == BinaryOp::kTrimLower; }

inline OpResult Apply(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kAdd:
      return {a + b};
    case BinaryOp::kSub:
      return {a - b};
    case BinaryOp::kMul:
      return {a * b};
    case BinaryOp::kDiv:
      return {a / b};
    case BinaryOp::kMod:
      return {std::fmod(a, b)};
    case BinaryOp::kPow:
      return {GoPow(a, b)};
    case BinaryOp::kAtan2:
      return {GoAtan2(a, b)};
    case BinaryOp::kEqual:
      return {a, a == b};
    case BinaryOp::kNotEqual:
      return {a, a != b};
    case BinaryOp::kGreater:
      return {a, a > b};
    case BinaryOp::kLess:
      return {a, a < b};
    case BinaryOp::kGreaterEqual:
      return {a, a >= b};
    case BinaryOp::kLessEqual:
      return {a, a <= b};
    case BinaryOp::kTrimUpper:
    case BinaryOp::kTrimLower:
    case BinaryOp::kAnd:
    case BinaryOp::kOr:
    case BinaryOp::kUnless:
      break;
  }
  return {a, false};
}

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_BINARY_OPS_H_
