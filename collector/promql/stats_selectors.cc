#include "collector/promql/stats_selectors.h"

#include <memory>

#include "collector/promql/functions.h"
#include "collector/promql/histogram_math.h"

namespace vedette::promql {
namespace {

// Walks a tree depth first from the left; nodes between the root and where it is stand in `path_`.
class Walk {
 public:
  explicit Walk(Level level) : level_(level) {}

  void Visit(const Expr& expr) {
    if (done_) return;
    if (const auto* selector = TryAs<VectorSelector>(expr)) {
      if (AsksForCountsOnly()) found_.push_back(selector);
      done_ = level_ == Level::kPrometheus35;
      return;
    }
    path_.push_back(&expr);
    VisitChildren(expr);
    path_.pop_back();
  }
  std::vector<const VectorSelector*> Take() { return std::move(found_); }

 private:
  void VisitChildren(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kParen:
        return Visit(*As<ParenExpr>(expr).inner);
      case ExprKind::kUnary:
        return Visit(*As<UnaryExpr>(expr).operand);
      case ExprKind::kBinary: {
        const auto spine = LeftSpine(&As<BinaryExpr>(expr));
        Visit(*spine.front()->lhs);
        for (const BinaryExpr* node : spine) Visit(*node->rhs);
        return;
      }
      case ExprKind::kAggregate:
        Visit(*As<AggregateExpr>(expr).operand);
        if (As<AggregateExpr>(expr).param) Visit(*As<AggregateExpr>(expr).param);
        return;
      case ExprKind::kCall:
        for (const ExprPtr& arg : As<CallExpr>(expr).args) Visit(*arg);
        return;
      case ExprKind::kMatrixSelector:
        return Visit(*As<MatrixSelector>(expr).selector);
      case ExprKind::kSubquery:
        return Visit(*As<SubqueryExpr>(expr).inner);
      case ExprKind::kVectorSelector:
      case ExprKind::kNumber:
      case ExprKind::kString:
        return;
    }
  }

  // What the nearest call around the selector that says so says.
  bool AsksForCountsOnly() const {
    const bool newer = level_ == Level::kPrometheus314;
    bool counts_only = false;
    for (size_t i = path_.size(); i > (newer ? 0u : 1u); --i) {
      const Expr& around = *path_[i - 1];
      if (newer && around.kind == ExprKind::kSubquery) return false;
      const auto* call = TryAs<CallExpr>(around);
      if (call == nullptr) continue;
      switch (call->function->id) {
        case FunctionId::kHistogramCount:
        case FunctionId::kHistogramSum:
        case FunctionId::kHistogramAvg:
          if (!newer) return true;
          counts_only = true;  // unless something further up needs more
          break;
        case FunctionId::kHistogramQuantile:
        case FunctionId::kHistogramFraction:
          return false;
        default:
          break;
      }
    }
    return counts_only;
  }

  const Level level_;
  bool done_ = false;
  std::vector<const Expr*> path_;
  std::vector<const VectorSelector*> found_;
};

}  // namespace

std::vector<const VectorSelector*> SelectorsWithoutBuckets(const Expr& query, Level level) {
  Walk walk(level);
  walk.Visit(query);
  return walk.Take();
}

void LeaveOutBuckets(Level level, std::vector<model::HistogramSample>* histograms) {
  const MergeRules rules = level == Level::kPrometheus35 ? MergeRules::k35 : MergeRules::k314;
  HistogramPtr before;
  for (model::HistogramSample& sample : *histograms) {
    const HistogramPtr whole = sample.histogram;
    auto counts = std::make_shared<model::Histogram>();
    if (level == Level::kPrometheus314) {
      *counts = *whole;  // only what is known of resets differs
    } else {
      counts->is_float = true;
      counts->count_float = whole->count_float;
      counts->sum = whole->sum;
      counts->reset = whole->reset;
    }
    if (before != nullptr && whole->reset == model::CounterReset::kUnknown && !whole->IsStale()) {
      counts->reset = IsReset(*whole, *before, rules) ? model::CounterReset::kReset
                                                      : model::CounterReset::kNotReset;
    }
    sample.histogram = std::move(counts);
    if (!whole->IsStale()) before = whole;
  }
}

}  // namespace vedette::promql
