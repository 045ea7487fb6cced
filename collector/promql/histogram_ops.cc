#include "collector/promql/histogram_ops.h"

#include <algorithm>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "collector/promql/binary_ops.h"
#include "collector/promql/histogram_trim.h"
#include "collector/promql/mixed_row.h"

namespace vedette::promql {
namespace {

using model::Histogram;
using NoteKind = OpNotes::Note::Kind;

MixedValue Of(std::shared_ptr<Histogram> histogram) {
  return MixedValue::Of(HistogramPtr(std::move(histogram)));
}

// One operation at one step.
class Operation {
 public:
  Operation(const BinaryExpr& expr, const Operand& left, const Operand& right, int step,
            MergeRules rules, OpNotes* notes)
      : expr_(expr), left_(left), right_(right), step_(step), rules_(rules), notes_(notes) {}

  MixedValue Apply() const {
    if (left_.histogram != nullptr && right_.histogram != nullptr) return OfHistograms();
    if (left_.histogram == nullptr && right_.histogram == nullptr) return OfFloats();
    if (expr_.op == BinaryOp::kMul) {
      return left_.histogram != nullptr ? Scale(*left_.histogram, right_.value)
                                        : Scale(*right_.histogram, left_.value);
    }
    if (left_.histogram == nullptr) return Incompatible();
    if (expr_.op == BinaryOp::kDiv) return Scale(*left_.histogram, right_.value);
    if (!IsTrim(expr_.op)) return Incompatible();
    auto out = std::make_shared<Histogram>(*left_.histogram);
    Trim(right_.value, expr_.op == BinaryOp::kTrimUpper, out.get());
    return Of(std::move(out));
  }

 private:
  void Note(NoteKind kind) const {
    notes_->Set(step_, {kind, left_.histogram != nullptr, right_.histogram != nullptr});
  }

  MixedValue Incompatible() const {
    Note(NoteKind::kTypes);
    return MixedValue::None();
  }

  MixedValue OfFloats() const {
    if (IsTrim(expr_.op)) return Incompatible();
    const OpResult result = promql::Apply(expr_.op, left_.value, right_.value);
    if (expr_.return_bool) return MixedValue::Of(result.keep ? 1 : 0);
    return result.keep ? MixedValue::Of(result.value) : MixedValue::None();
  }

  MixedValue OfHistograms() const {
    switch (expr_.op) {
      case BinaryOp::kAdd:
      case BinaryOp::kSub:
        return Combine();
      case BinaryOp::kEqual:
      case BinaryOp::kNotEqual:
        return Compare();
      default:
        return Incompatible();
    }
  }

  MixedValue Scale(const Histogram& histogram, double by) const {
    auto out = std::make_shared<Histogram>(histogram);
    if (expr_.op == BinaryOp::kMul) {
      Multiply(by, rules_, out.get());
    } else {
      Divide(by, rules_, out.get());
    }
    Compact(out.get());
    return Of(std::move(out));
  }

  MixedValue Combine() const {
    const bool adds = expr_.op == BinaryOp::kAdd;
    auto out = std::make_shared<Histogram>(*left_.histogram);
    const MergeOutcome outcome = adds ? Add(*right_.histogram, rules_, out.get())
                                      : Subtract(*right_.histogram, rules_, out.get());
    if (outcome.problem != MergeProblem::kNone) {
      Note(NoteKind::kBuckets);
      return MixedValue::None();
    }
    if (rules_ == MergeRules::k314) {
      if (!adds) out->reset = model::CounterReset::kGauge;
      if (outcome.bounds_reconciled) Note(NoteKind::kReconciled);
      if (outcome.reset_collision) Note(NoteKind::kCollision);
    }
    Compact(out.get());
    return Of(std::move(out));
  }

  MixedValue Compare() const {
    const bool holds =
        SameHistogram(*left_.histogram, *right_.histogram) == (expr_.op == BinaryOp::kEqual);
    if (expr_.return_bool) return MixedValue::Of(holds ? 1 : 0);
    return holds ? Of(std::make_shared<Histogram>(*left_.histogram)) : MixedValue::None();
  }

  const BinaryExpr& expr_;
  const Operand& left_;
  const Operand& right_;
  const int step_;
  const MergeRules rules_;
  OpNotes* const notes_;
};

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

std::string_view KindOf(bool histogram) { return histogram ? "histogram" : "float"; }

void SayOne(const BinaryExpr& expr, const OpNotes::Note& note, Annotations* annotations) {
  const std::string_view what = expr.op == BinaryOp::kAdd ? "addition" : "subtraction";
  switch (note.kind) {
    case NoteKind::kTypes:
      return InformIncompatibleTypes(annotations, KindOf(note.left_histogram), OpText(expr.op),
                                     KindOf(note.right_histogram), expr.pos);
    case NoteKind::kBuckets:
      return WarnIncompatibleBuckets(annotations, OpText(expr.op), expr.pos);
    case NoteKind::kCollision:
      return WarnResetCollision(annotations, what, expr.pos);
    case NoteKind::kReconciled:
      return InformReconciled(annotations, what, expr.pos);
  }
}

}  // namespace

void OpNotes::Say(const BinaryExpr& expr, Annotations* annotations) const {
  std::set<std::tuple<NoteKind, bool, bool>> said;
  for (const auto& [step, note] : last_) {
    if (!said.emplace(note.kind, note.left_histogram, note.right_histogram).second) continue;
    SayOne(expr, note, annotations);
  }
}

MixedValue ApplyMixed(const BinaryExpr& expr, const Operand& left, const Operand& right, int step,
                      MergeRules rules, OpNotes* notes) {
  return Operation(expr, left, right, step, rules, notes).Apply();
}

base::StatusOr<Row> ApplyMixedRows(const BinaryExpr& expr, const Row& left, const Row& right,
                                   QueryRun* run, OpNotes* notes) {
  MixedRowMaker out(run);
  const int end = std::min(EndOf(left), EndOf(right));
  for (int step = std::max(FirstOf(left), FirstOf(right)); step < end; ++step) {
    if (!left.Has(step) || !right.Has(step)) continue;
    const HistogramPtr l = left.HistogramAt(step);
    const HistogramPtr r = right.HistogramAt(step);
    VEDETTE_RETURN_IF_ERROR(
        out.Add(step, ApplyMixed(expr, {left.At(step), l.get()}, {right.At(step), r.get()}, step,
                                 run->merge_rules(), notes)));
  }
  return out.Take();
}

}  // namespace vedette::promql
