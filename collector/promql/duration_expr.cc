#include "collector/promql/duration_expr.h"

#include <array>
#include <cmath>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/promql/math.h"

namespace vedette::promql {
namespace {

base::Status Refuse(const DurationExpr& at, std::string_view what) {
  return base::InvalidArgument(
      base::Concat({std::to_string(at.pos.start), ":", std::to_string(at.pos.end), ": ", what}));
}

// One level of recursion a level of the tree, which the parser bounds.
class Evaluation {
 public:
  explicit Evaluation(const QuerySpan& span) : span_(span) {}

  double Seconds(const DurationExpr& expr) {
    switch (expr.op) {
      case DurationExpr::Op::kLiteral:
        return expr.seconds;
      case DurationExpr::Op::kStep:
        return span_.step_seconds;
      case DurationExpr::Op::kRange:
        return span_.range_seconds;
      case DurationExpr::Op::kNegate:
        return -Seconds(*expr.rhs);
      default:
        break;
    }
    const double lhs = Seconds(*expr.lhs);
    const double rhs = Seconds(*expr.rhs);
    return Combine(expr, lhs, rhs);
  }

  const base::Status& status() const { return status_; }

 private:
  double Combine(const DurationExpr& expr, double lhs, double rhs) {
    using Op = DurationExpr::Op;
    const bool divides = expr.op == Op::kDiv || expr.op == Op::kMod;
    if (divides && rhs == 0 && status_.ok()) {
      status_ = Refuse(expr, expr.op == Op::kDiv ? "division by zero" : "modulo by zero");
    }
    switch (expr.op) {
      case Op::kAdd:
        return lhs + rhs;
      case Op::kSub:
        return lhs - rhs;
      case Op::kMul:
        return lhs * rhs;
      case Op::kDiv:
        return rhs == 0 ? 0 : lhs / rhs;
      case Op::kMod:
        return std::fmod(lhs, rhs);
      case Op::kPow:
        return GoPow(lhs, rhs);
      case Op::kMinOf:
        return std::fmin(lhs, rhs);
      default:
        return std::fmax(lhs, rhs);
    }
  }

  const QuerySpan& span_;
  base::Status status_;
};

std::string Bare(const DurationExpr& expr) {
  switch (expr.op) {
    case DurationExpr::Op::kLiteral:
      return PrintNumber(expr.seconds, expr.is_duration);
    case DurationExpr::Op::kNegate:
      return OpText(expr.op) + PrintDuration(*expr.rhs);
    case DurationExpr::Op::kStep:
    case DurationExpr::Op::kRange:
      return base::Concat({OpText(expr.op), "()"});
    case DurationExpr::Op::kMinOf:
    case DurationExpr::Op::kMaxOf:
      return base::Concat(
          {OpText(expr.op), "(", PrintDuration(*expr.lhs), ", ", PrintDuration(*expr.rhs), ")"});
    default:
      return base::Concat(
          {PrintDuration(*expr.lhs), " ", OpText(expr.op), " ", PrintDuration(*expr.rhs)});
  }
}

}  // namespace

const char* OpText(DurationExpr::Op op) {
  static constexpr auto kTexts = std::to_array<const char*>(
      {"", "-", "+", "-", "*", "/", "%", "^", "step", "range", "min_of", "max_of"});
  return kTexts[static_cast<size_t>(op)];
}

base::StatusOr<int64_t> EvaluateDuration(const DurationExpr& expr, const QuerySpan& span,
                                         bool must_be_positive) {
  Evaluation evaluation(span);
  const double seconds = evaluation.Seconds(expr);
  if (!evaluation.status().ok()) return evaluation.status();
  if (seconds <= 0 && must_be_positive) return Refuse(expr, "duration must be greater than 0");
  // Upstream's bound is that of its own integers; beyond that of ours nothing can be meant.
  constexpr double kMostSeconds = 9223372036854775.0 / 4;
  if (!(std::abs(seconds) < kMostSeconds)) return Refuse(expr, "duration is out of range");
  return static_cast<int64_t>(seconds * 1000);
}

std::string PrintDuration(const DurationExpr& expr) {
  return expr.wrapped ? "(" + Bare(expr) + ")" : Bare(expr);
}

std::string PrintNumber(double seconds, bool is_duration) {
  std::string out;
  if (!is_duration) {
    base::AppendFloatF(seconds, &out);
    return out;
  }
  const double ms = std::abs(seconds) * 1000;
  out = base::FormatDurationMs(static_cast<int64_t>(ms + 0.5));
  return seconds < 0 ? "-" + out : out;
}

}  // namespace vedette::promql
