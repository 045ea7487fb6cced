#include "collector/promql/analysis.h"

#include <algorithm>
#include <functional>

#include "base/strings.h"
#include "collector/promql/functions.h"
#include "collector/promql/position.h"

namespace vedette::promql {
namespace {

// One walk over a tree; the children of a node are checked before it.
class TypeChecker {
 public:
  explicit TypeChecker(std::string_view query) : query_(query) {}

  base::Status Check(Expr* expr) const {
    switch (expr->kind) {
      case ExprKind::kNumber:
      case ExprKind::kString:
        return base::Status();
      case ExprKind::kParen:
        return Check(As<ParenExpr>(*expr).inner.get());
      case ExprKind::kUnary:
        return CheckUnary(&As<UnaryExpr>(*expr));
      case ExprKind::kBinary:
        return CheckBinary(&As<BinaryExpr>(*expr));
      case ExprKind::kCall:
        return CheckCall(&As<CallExpr>(*expr));
      case ExprKind::kAggregate:
        return CheckAggregate(&As<AggregateExpr>(*expr));
      case ExprKind::kVectorSelector:
        return CheckSelector(As<VectorSelector>(*expr));
      case ExprKind::kMatrixSelector:
        return CheckSelector(*As<MatrixSelector>(*expr).selector);
      case ExprKind::kSubquery:
        return CheckSubquery(&As<SubqueryExpr>(*expr));
    }
    return base::Status();
  }

 private:
  base::Status Error(PositionRange where, std::string message) const {
    return ParseError(query_, where.start, message);
  }

  base::Status ExpectType(Expr* expr, ValueType want, const std::string& context) const {
    VEDETTE_RETURN_IF_ERROR(Check(expr));
    if (expr->type == want) return base::Status();
    return Error(expr->pos, base::Concat({"expected type ", TypeTitle(want), " in ", context,
                                          ", got ", TypeTitle(expr->type)}));
  }

  base::Status CheckUnary(UnaryExpr* node) const {
    VEDETTE_RETURN_IF_ERROR(Check(node->operand.get()));
    const ValueType type = node->operand->type;
    if (type == ValueType::kScalar || type == ValueType::kVector) return base::Status();
    return Error(node->pos,
                 "unary expression only allowed on expressions of type scalar or instant vector, "
                 "got " +
                     base::GoQuote(TypeTitle(type)));
  }

  base::Status CheckSubquery(SubqueryExpr* node) const {
    VEDETTE_RETURN_IF_ERROR(Check(node->inner.get()));
    if (node->inner->type == ValueType::kVector) return base::Status();
    return Error(node->pos, base::Concat({"subquery is only allowed on instant vector, got ",
                                          TypeName(node->inner->type), " instead"}));
  }

  base::Status CheckSelector(const VectorSelector& node) const {
    if (!node.name.empty()) {
      for (size_t i = 0; i + 1 < node.matchers.size(); ++i) {
        if (node.matchers[i].name() != model::kMetricName) continue;
        return Error(node.pos, "metric name must not be set twice: " + base::GoQuote(node.name) +
                                   " or " + base::GoQuote(node.matchers[i].value()));
      }
      return base::Status();
    }
    const bool selective = std::any_of(node.matchers.begin(), node.matchers.end(),
                                       [](const auto& m) { return !m.MatchesEmpty(); });
    if (selective) return base::Status();
    return Error(node.pos, "vector selector must contain at least one non-empty matcher");
  }

  base::Status CheckAggregate(AggregateExpr* node) const {
    VEDETTE_RETURN_IF_ERROR(
        ExpectType(node->operand.get(), ValueType::kVector, "aggregation expression"));
    if (!node->param) return base::Status();
    const ValueType want =
        node->op == AggregateOp::kCountValues ? ValueType::kString : ValueType::kScalar;
    return ExpectType(node->param.get(), want, "aggregation parameter");
  }

  base::Status CheckCall(CallExpr* node) const {
    const FunctionSignature& f = *node->function;
    VEDETTE_RETURN_IF_ERROR(CheckArity(*node));
    const std::string context = "call to function " + base::GoQuote(f.name);
    const bool selects_info = f.id == FunctionId::kInfo && node->args.size() > 1;
    if (selects_info) VEDETTE_RETURN_IF_ERROR(CheckInfo(*node->args[1]));
    for (size_t i = 0; i < node->args.size(); ++i) {
      if (selects_info && i == 1) continue;
      const size_t type_index = std::min(i, f.args().size() - 1);
      VEDETTE_RETURN_IF_ERROR(ExpectType(node->args[i].get(), f.args()[type_index], context));
    }
    return base::Status();
  }

  // info()'s second argument selects labels: it may match anything.
  base::Status CheckInfo(const Expr& selector) const {
    const auto* vector = TryAs<VectorSelector>(selector);
    if (vector == nullptr) return Error(selector.pos, "expected label selectors only");
    if (vector->name.empty()) return base::Status();
    return Error(selector.pos, "expected label selectors only, got vector selector instead");
  }

  base::Status CheckArity(const CallExpr& node) const {
    const FunctionSignature& f = *node.function;
    const int declared = f.arg_count;
    const int got = static_cast<int>(node.args.size());
    const auto wrong = [&](std::string_view bound, int wanted) {
      return Error(node.pos, base::Concat({"expected ", bound, std::to_string(wanted),
                                           " argument(s) in call to ", base::GoQuote(f.name),
                                           ", got ", std::to_string(got)}));
    };
    if (f.variadic == 0) return got == declared ? base::Status() : wrong("", declared);
    const int least = declared - 1;
    if (got < least) return wrong("at least ", least);
    if (f.variadic > 0 && got > least + f.variadic) return wrong("at most ", least + f.variadic);
    return base::Status();
  }

  base::Status CheckBinary(BinaryExpr* top) const {
    const std::vector<BinaryExpr*> spine = LeftSpine(top);
    VEDETTE_RETURN_IF_ERROR(Check(spine.front()->lhs.get()));
    for (BinaryExpr* node : spine) VEDETTE_RETURN_IF_ERROR(CheckOperation(node));
    return base::Status();
  }

  // The left side has been checked.
  base::Status CheckOperation(BinaryExpr* node) const {
    VEDETTE_RETURN_IF_ERROR(Check(node->rhs.get()));
    const ValueType left = node->lhs->type;
    const ValueType right = node->rhs->type;
    const bool scalars = left == ValueType::kScalar && right == ValueType::kScalar;
    if (node->return_bool && !IsComparison(node->op)) {
      return Error(node->op_pos, "bool modifier can only be used on comparison operators");
    }
    if (IsComparison(node->op) && !node->return_bool && scalars) {
      return Error(node->op_pos, "comparisons between scalars must use BOOL modifier");
    }
    VEDETTE_RETURN_IF_ERROR(CheckMatchingLabels(*node));
    for (const Expr* side : {node->lhs.get(), node->rhs.get()}) {
      if (side->type == ValueType::kScalar || side->type == ValueType::kVector) continue;
      return Error(side->pos,
                   "binary expression must contain only scalar and instant vector types");
    }
    if (left == ValueType::kVector && right == ValueType::kVector) return CheckCardinality(*node);
    if (!node->matching->labels.empty()) {
      return Error(node->pos, "vector matching only allowed between instant vectors");
    }
    if (node->matching->fills()) {
      return Error(node->pos, "filling in missing series only allowed between instant vectors");
    }
    node->matching.reset();
    if (!IsSetOperator(node->op)) return base::Status();
    return Error(node->pos, "set operator " + base::GoQuote(OpText(node->op)) +
                                " not allowed in binary scalar expression");
  }

  base::Status CheckMatchingLabels(const BinaryExpr& node) const {
    if (!node.matching->on) return base::Status();
    for (const std::string& label : node.matching->labels) {
      const auto& include = node.matching->include;
      if (std::find(include.begin(), include.end(), label) == include.end()) continue;
      return Error(node.op_pos, "label " + base::GoQuote(label) +
                                    " must not occur in ON and GROUP clause at once");
    }
    return base::Status();
  }

  base::Status CheckCardinality(const BinaryExpr& node) const {
    if (!IsSetOperator(node.op)) return base::Status();
    const Cardinality card = node.matching->card;
    if (card == Cardinality::kManyToMany) {
      if (!node.matching->fills()) return base::Status();
      return Error(node.pos, "filling in missing series not allowed for set operators");
    }
    return Error(node.pos,
                 "no grouping allowed for " + base::GoQuote(OpText(node.op)) + " operation");
  }

  const std::string_view query_;
};

void VisitChildren(Expr* expr, const std::function<void(Expr*)>& visit) {
  switch (expr->kind) {
    case ExprKind::kNumber:
    case ExprKind::kString:
    case ExprKind::kVectorSelector:
      return;
    case ExprKind::kParen:
      return visit(As<ParenExpr>(*expr).inner.get());
    case ExprKind::kUnary:
      return visit(As<UnaryExpr>(*expr).operand.get());
    case ExprKind::kBinary: {
      // Those of all operations in a row.
      const std::vector<BinaryExpr*> spine = LeftSpine(&As<BinaryExpr>(*expr));
      visit(spine.front()->lhs.get());
      for (BinaryExpr* node : spine) visit(node->rhs.get());
      return;
    }
    case ExprKind::kAggregate:
      visit(As<AggregateExpr>(*expr).operand.get());
      if (As<AggregateExpr>(*expr).param) visit(As<AggregateExpr>(*expr).param.get());
      return;
    case ExprKind::kCall:
      for (const ExprPtr& arg : As<CallExpr>(*expr).args) visit(arg.get());
      return;
    case ExprKind::kMatrixSelector:
      return visit(As<MatrixSelector>(*expr).selector.get());
    case ExprKind::kSubquery:
      return visit(As<SubqueryExpr>(*expr).inner.get());
  }
}

// Computes durations from the root down, so that the first error is upstream's first.
class DurationResolver {
 public:
  explicit DurationResolver(const QuerySpan& span) : span_(span) {}

  void Visit(Expr* expr) {
    if (auto* vector = TryAs<VectorSelector>(*expr)) {
      Resolve(&vector->time.offset, /*must_be_positive=*/false);
    } else if (auto* matrix = TryAs<MatrixSelector>(*expr)) {
      Resolve(&matrix->range, /*must_be_positive=*/true);
    } else if (auto* subquery = TryAs<SubqueryExpr>(*expr)) {
      Resolve(&subquery->time.offset, /*must_be_positive=*/false);
      Resolve(&subquery->step, /*must_be_positive=*/true);
      Resolve(&subquery->range, /*must_be_positive=*/true);
    }
    VisitChildren(expr, [this](Expr* child) { Visit(child); });
  }

  const base::Status& status() const { return status_; }

 private:
  void Resolve(DurationValue* duration, bool must_be_positive) {
    if (duration->expr == nullptr || !status_.ok()) return;
    const auto ms = EvaluateDuration(*duration->expr, span_, must_be_positive);
    if (ms.ok()) duration->ms = *ms;
    status_ = ms.status();
  }

  const QuerySpan& span_;
  base::Status status_;
};

bool Mark(Expr* expr);

// Of operations in a row each depends on those before it.
bool MarkChain(BinaryExpr* top) {
  const std::vector<BinaryExpr*> spine = LeftSpine(top);
  bool invariant = Mark(spine.front()->lhs.get());
  for (BinaryExpr* node : spine) {
    if (!Mark(node->rhs.get())) invariant = false;
    node->step_invariant = invariant;
  }
  return invariant;
}

// Whether the node's value is the same at every step; marks it and its children.
bool Mark(Expr* expr) {
  if (auto* binary = TryAs<BinaryExpr>(*expr)) return MarkChain(binary);
  bool invariant = true;
  VisitChildren(expr, [&invariant](Expr* child) {
    if (!Mark(child)) invariant = false;
  });
  if (const auto* call = TryAs<CallExpr>(*expr)) {
    if (DependsOnEvaluationTime(call->function->id)) invariant = false;
  } else if (const auto* vector = TryAs<VectorSelector>(*expr)) {
    invariant = vector->time.HasAt();
  } else if (const auto* subquery = TryAs<SubqueryExpr>(*expr)) {
    invariant = subquery->time.HasAt();
  }
  expr->step_invariant = invariant;
  return invariant;
}

}  // namespace

base::Status CheckTypes(std::string_view query, Expr* expr) {
  return TypeChecker(query).Check(expr);
}

base::Status ResolveDurations(const QuerySpan& span, Expr* expr) {
  DurationResolver resolver(span);
  resolver.Visit(expr);
  return resolver.status();
}

void MarkStepInvariant(Expr* expr) { Mark(expr); }

}  // namespace vedette::promql
