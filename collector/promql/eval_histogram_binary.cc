#include "collector/promql/evaluator.h"
#include "collector/promql/histogram_ops.h"

// Binary operations in which native histograms take part.

namespace vedette::promql {

void Evaluator::ApplyToHistograms(const BinaryExpr& expr, const Table& scalar, OpNotes* notes,
                                  Row* row) {
  const bool scalar_left = expr.lhs->type == ValueType::kScalar;
  std::vector<HistogramStep> kept;
  for (HistogramStep& h : row->histograms) {
    const Operand number{scalar.ScalarAt(h.step), nullptr};
    const Operand histogram{0, h.histogram.get()};
    MixedValue value =
        ApplyMixed(expr, scalar_left ? number : histogram, scalar_left ? histogram : number, h.step,
                   run_->merge_rules(), notes);
    if (value.histogram != nullptr) kept.push_back({h.step, std::move(value.histogram)});
  }
  row->histograms = std::move(kept);
}

void Evaluator::PassOverFloats(const BinaryExpr& expr, Table* vector) {
  for (Row& row : vector->rows) {
    if (row.values.empty()) continue;
    InformIncompatibleTypes(&run_->annotations(), "float", OpText(expr.op), "float", expr.pos);
    row.values.clear();
  }
}

}  // namespace vedette::promql
