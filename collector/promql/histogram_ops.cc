#include "collector/promql/histogram_ops.h"

#include <algorithm>
#include <utility>

#include "collector/promql/binary_ops.h"
#include "collector/promql/histogram_trim.h"

namespace vedette::promql {
namespace {

using model::Histogram;

std::string_view KindOf(const Operand& operand) {
  return operand.histogram != nullptr ? "histogram" : "float";
}

MixedResult Incompatible(const BinaryExpr& expr, const Operand& left, const Operand& right,
                         QueryRun* run) {
  InformIncompatibleTypes(&run->annotations(), KindOf(left), OpText(expr.op), KindOf(right),
                          expr.pos);
  return {};
}

MixedResult Computed(std::shared_ptr<Histogram> histogram) {
  return {MixedValue::Of(HistogramPtr(std::move(histogram))), true};
}

MixedResult Scale(const BinaryExpr& expr, const Histogram& histogram, double by, QueryRun* run) {
  auto out = std::make_shared<Histogram>(histogram);
  if (expr.op == BinaryOp::kMul) {
    Multiply(by, run->merge_rules(), out.get());
  } else {
    Divide(by, run->merge_rules(), out.get());
  }
  Compact(out.get());
  return Computed(std::move(out));
}

MixedResult Combine(const BinaryExpr& expr, const Histogram& left, const Histogram& right,
                    QueryRun* run) {
  const bool adds = expr.op == BinaryOp::kAdd;
  const std::string_view what = adds ? "addition" : "subtraction";
  auto out = std::make_shared<Histogram>(left);
  const MergeOutcome outcome = adds ? Add(right, run->merge_rules(), out.get())
                                    : Subtract(right, run->merge_rules(), out.get());
  if (outcome.problem != MergeProblem::kNone) {
    WarnIncompatibleBuckets(&run->annotations(), OpText(expr.op), expr.pos);
    return {};
  }
  if (run->Newer()) {
    if (!adds) out->reset = model::CounterReset::kGauge;
    if (outcome.reset_collision) WarnResetCollision(&run->annotations(), what, expr.pos);
    if (outcome.bounds_reconciled) InformReconciled(&run->annotations(), what, expr.pos);
  }
  Compact(out.get());
  return Computed(std::move(out));
}

MixedResult Compare(const BinaryExpr& expr, const Histogram& left, const Histogram& right) {
  const bool holds = SameHistogram(left, right) == (expr.op == BinaryOp::kEqual);
  if (expr.return_bool) return {MixedValue::Of(holds ? 1 : 0), true};
  if (!holds) return {MixedValue::None(), true};
  return Computed(std::make_shared<Histogram>(left));
}

MixedResult OfHistograms(const BinaryExpr& expr, const Operand& left, const Operand& right,
                         QueryRun* run) {
  switch (expr.op) {
    case BinaryOp::kAdd:
    case BinaryOp::kSub:
      return Combine(expr, *left.histogram, *right.histogram, run);
    case BinaryOp::kEqual:
    case BinaryOp::kNotEqual:
      return Compare(expr, *left.histogram, *right.histogram);
    default:
      return Incompatible(expr, left, right, run);
  }
}

MixedValue OfFloats(const BinaryExpr& expr, const Operand& left, const Operand& right,
                    QueryRun* run) {
  if (IsTrim(expr.op)) return Incompatible(expr, left, right, run).value;
  const OpResult result = Apply(expr.op, left.value, right.value);
  if (expr.return_bool) return MixedValue::Of(result.keep ? 1 : 0);
  return result.keep ? MixedValue::Of(result.value) : MixedValue::None();
}

// The steps between which a row has values.
int FirstOf(const Row& row) {
  if (row.histograms.empty()) return row.first;
  const int step = row.histograms.front().step;
  return row.values.empty() ? step : std::min(step, row.first);
}

int EndOf(const Row& row) {
  if (row.histograms.empty()) return row.end();
  const int end = row.histograms.back().step + 1;
  return row.values.empty() ? end : std::max(end, row.end());
}

}  // namespace

MixedResult ApplyMixed(const BinaryExpr& expr, const Operand& left, const Operand& right,
                       QueryRun* run) {
  if (left.histogram != nullptr && right.histogram != nullptr) {
    return OfHistograms(expr, left, right, run);
  }
  if (expr.op == BinaryOp::kMul) {
    return left.histogram != nullptr ? Scale(expr, *left.histogram, right.value, run)
                                     : Scale(expr, *right.histogram, left.value, run);
  }
  if (left.histogram == nullptr) return Incompatible(expr, left, right, run);
  if (expr.op == BinaryOp::kDiv) return Scale(expr, *left.histogram, right.value, run);
  if (IsTrim(expr.op)) {
    auto out = std::make_shared<Histogram>(*left.histogram);
    Trim(right.value, expr.op == BinaryOp::kTrimUpper, out.get());
    return Computed(std::move(out));
  }
  return Incompatible(expr, left, right, run);
}

void ApplyMixedRows(const BinaryExpr& expr, const Row& left, const Row& right, QueryRun* run,
                    Row* out) {
  const int end = std::min(EndOf(left), EndOf(right));
  for (int step = std::max(FirstOf(left), FirstOf(right)); step < end; ++step) {
    if (!left.Has(step) || !right.Has(step)) continue;
    const HistogramPtr l = left.HistogramAt(step);
    const HistogramPtr r = right.HistogramAt(step);
    const Operand x{left.At(step), l.get()};
    const Operand y{right.At(step), r.get()};
    MixedValue value = x.histogram == nullptr && y.histogram == nullptr
                           ? OfFloats(expr, x, y, run)
                           : ApplyMixed(expr, x, y, run).value;
    if (!value.present) continue;
    if (value.histogram != nullptr) {
      out->histograms.push_back({step, std::move(value.histogram)});
    } else {
      out->Append(step, value.value);
    }
  }
}

}  // namespace vedette::promql
