#include "collector/promql/evaluator.h"

// Functions of one native histogram: histogram_count, histogram_sum, ...

namespace vedette::promql {

// f(histogram) in place of each histogram; floats are passed over.
base::StatusOr<Table> Evaluator::EvalOfHistograms(const CallExpr& call, const Grid& grid,
                                                  double (*f)(const model::Histogram&)) {
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*call.args[0], grid));
  Table out;
  for (Row& in : table.rows) {
    if (in.histograms.empty()) continue;
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    Row row;
    for (const HistogramStep& h : in.histograms) row.Append(h.step, f(*h.histogram));
    row.labels = std::move(in.labels);
    DropName(&row);
    VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(row)));
  }
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&out));
  return out;
}

}  // namespace vedette::promql
