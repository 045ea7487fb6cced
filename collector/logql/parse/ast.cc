#include "collector/logql/parse/ast.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace vedette::logql {
namespace {

constexpr std::array kBinaryOps = std::to_array<std::string_view>(
    {"+", "-", "*", "/", "%", "^", "==", "!=", ">", ">=", "<", "<=", "and", "or", "unless"});

constexpr std::array kRangeOps = std::to_array<std::string_view>(
    {"rate", "rate_counter", "count_over_time", "bytes_rate", "bytes_over_time", "avg_over_time",
     "sum_over_time", "min_over_time", "max_over_time", "stdvar_over_time", "stddev_over_time",
     "quantile_over_time", "first_over_time", "last_over_time", "absent_over_time"});

constexpr std::array kVectorOps =
    std::to_array<std::string_view>({"sum", "avg", "min", "max", "count", "stddev", "stdvar",
                                     "topk", "bottomk", "approx_topk", "sort", "sort_desc"});

template <typename Op, size_t kCount>
std::optional<Op> Named(const std::array<std::string_view, kCount>& names, std::string_view text) {
  const auto at = std::find(names.begin(), names.end(), text);
  if (at == names.end()) return std::nullopt;
  return static_cast<Op>(at - names.begin());
}

}  // namespace

bool IsComparison(BinaryOp op) { return op >= BinaryOp::kEqual && op <= BinaryOp::kLessEqual; }
bool IsSet(BinaryOp op) { return op >= BinaryOp::kAnd; }

bool TakesParameter(VectorOp op) {
  return op == VectorOp::kTopk || op == VectorOp::kBottomk || op == VectorOp::kApproxTopk;
}

std::string_view OpText(BinaryOp op) { return kBinaryOps[static_cast<size_t>(op)]; }
std::string_view OpText(RangeOp op) { return kRangeOps[static_cast<size_t>(op)]; }
std::string_view OpText(VectorOp op) { return kVectorOps[static_cast<size_t>(op)]; }

std::optional<BinaryOp> BinaryOpNamed(std::string_view text) {
  return Named<BinaryOp>(kBinaryOps, text);
}
std::optional<RangeOp> RangeOpNamed(std::string_view text) {
  return Named<RangeOp>(kRangeOps, text);
}
std::optional<VectorOp> VectorOpNamed(std::string_view text) {
  return Named<VectorOp>(kVectorOps, text);
}

std::string_view ConversionText(Unwrap::Conversion conversion) {
  static constexpr std::string_view kText[] = {"", "bytes", "duration", "duration_seconds"};
  return kText[static_cast<size_t>(conversion)];
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
