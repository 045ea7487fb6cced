#include "collector/promql/result_reach.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "collector/promql/functions.h"
#include "model/labels.h"
#include "model/matcher.h"

namespace vedette::promql {
namespace {

// Beyond any time of samples; sums of a query's offsets stay far from overflow.
constexpr int64_t kLongestReachMs = int64_t{1} << 50;

bool NamesMetric(const std::vector<std::string>& labels) {
  return std::find(labels.begin(), labels.end(), model::kMetricName) != labels.end();
}

// Walks a tree that the parser's bound on nesting has passed.
class ReachWalk {
 public:
  std::optional<Reach> Of(const Expr& expr) {
    Walk(expr, When{});
    const bool selects = reach_.ahead_ms != INT64_MIN || reach_.fixed_ms != INT64_MIN;
    return fine_ && selects ? std::optional<Reach>(reach_) : std::nullopt;
  }

 private:
  // Which metric names the series of a value have: none, one, or more than is known.
  enum class Metrics { kNone, kOne, kMany };
  // The newest evaluation time of a node: relative to the query's step, or fixed.
  struct When {
    bool fixed = false;
    bool nested = false;  // within a subquery
    int64_t ms = 0;
  };

  Metrics Walk(const Expr& expr, When when) {
    switch (expr.kind) {
      case ExprKind::kNumber:
      case ExprKind::kString:
        return Metrics::kNone;
      case ExprKind::kParen:
        return Walk(*As<ParenExpr>(expr).inner, when);
      case ExprKind::kUnary: {
        const auto& unary = As<UnaryExpr>(expr);
        const Metrics operand = Walk(*unary.operand, when);
        return unary.negative ? Nameless(operand) : operand;
      }
      case ExprKind::kBinary:
        return Chain(As<BinaryExpr>(expr), when);
      case ExprKind::kCall:
        return Call(As<CallExpr>(expr), when);
      case ExprKind::kAggregate:
        return Aggregate(As<AggregateExpr>(expr), when);
      case ExprKind::kVectorSelector:
        return Selector(As<VectorSelector>(expr), when);
      case ExprKind::kMatrixSelector: {
        const auto& matrix = As<MatrixSelector>(expr);
        fine_ = fine_ && matrix.range.expr == nullptr;
        return Selector(*matrix.selector, when);
      }
      case ExprKind::kSubquery: {
        const auto& subquery = As<SubqueryExpr>(expr);
        fine_ = fine_ && subquery.range.expr == nullptr && subquery.step.expr == nullptr;
        When inner = At(subquery.time, when);
        inner.nested = true;
        return Walk(*subquery.inner, inner);
      }
    }
    fine_ = false;
    return Metrics::kMany;
  }

  // What drops the names of several metrics may find two of their series equal.
  Metrics Nameless(Metrics operand) {
    fine_ = fine_ && operand != Metrics::kMany;
    return Metrics::kNone;
  }

  When At(const TimeModifier& time, When when) {
    const int64_t offset = time.offset.ms;
    fine_ = fine_ && time.offset.expr == nullptr && time.at == AtPreprocessor::kNone &&
            offset > -kLongestReachMs && offset < kLongestReachMs;
    if (time.at_ms) {
      fine_ = fine_ && !when.nested;
      when.fixed = true;
      when.ms = *time.at_ms;
    }
    if (fine_) when.ms -= offset;
    fine_ = fine_ && when.ms > -kLongestReachMs && when.ms < kLongestReachMs;
    return when;
  }

  Metrics Selector(const VectorSelector& selector, When when) {
    fine_ = fine_ && !selector.anchored && !selector.smoothed;
    when = At(selector.time, when);
    int64_t& newest = when.fixed ? reach_.fixed_ms : reach_.ahead_ms;
    newest = std::max(newest, when.ms);
    for (const model::Matcher& matcher : selector.matchers) {
      if (matcher.name() == model::kMetricName && matcher.type() == model::MatchType::kEqual &&
          !matcher.value().empty()) {
        return Metrics::kOne;
      }
    }
    return Metrics::kMany;
  }

  Metrics Call(const CallExpr& call, When when) {
    Metrics of = Metrics::kNone;
    for (const ExprPtr& arg : call.args) of = std::max(of, Walk(*arg, when));
    switch (call.function->id) {
      case FunctionId::kStart:
      case FunctionId::kEnd:
      case FunctionId::kRange:
      case FunctionId::kStep:
      // These make labels of what the series of all steps have.
      case FunctionId::kInfo:
      case FunctionId::kLabelJoin:
      case FunctionId::kLabelReplace:
        fine_ = false;
        return Metrics::kMany;
      case FunctionId::kFirstOverTime:
      case FunctionId::kLastOverTime:
      case FunctionId::kSort:
      case FunctionId::kSortByLabel:
      case FunctionId::kSortByLabelDesc:
      case FunctionId::kSortDesc:
        return of;
      default:
        return Nameless(of);
    }
  }

  Metrics Aggregate(const AggregateExpr& aggregate, When when) {
    if (aggregate.param) Walk(*aggregate.param, when);
    const Metrics of = Walk(*aggregate.operand, when);
    switch (aggregate.op) {
      case AggregateOp::kTopk:
      case AggregateOp::kBottomk:
      case AggregateOp::kLimitk:
      case AggregateOp::kLimitRatio:
        return of;
      case AggregateOp::kCountValues:
        return Metrics::kMany;  // the name may be what it counts into
      default:
        return !aggregate.without && NamesMetric(aggregate.grouping) ? of : Metrics::kNone;
    }
  }

  Metrics Chain(const BinaryExpr& top, When when) {
    const std::vector<const BinaryExpr*> spine = LeftSpine(&top);
    Metrics metrics = Walk(*spine.front()->lhs, when);
    for (const BinaryExpr* node : spine) {
      metrics = Binary(*node, metrics, Walk(*node->rhs, when));
    }
    return metrics;
  }

  Metrics Binary(const BinaryExpr& binary, Metrics lhs, Metrics rhs) {
    if (binary.op == BinaryOp::kOr) {
      return lhs == Metrics::kNone && rhs == Metrics::kNone ? lhs : Metrics::kMany;
    }
    if (IsSetOperator(binary.op)) return lhs;
    const Metrics both = std::max(lhs, rhs);
    if (binary.matching) {
      fine_ = fine_ && !binary.matching->fills();
      if (NamesMetric(binary.matching->include)) return Metrics::kMany;
    }
    return IsComparison(binary.op) && !binary.return_bool ? both : Nameless(both);
  }

  bool fine_ = true;
  Reach reach_;
};

}  // namespace

std::optional<Reach> ReachOf(const Expr& expr) { return ReachWalk().Of(expr); }

}  // namespace vedette::promql
