#include "collector/promql/histogram_accumulator.h"
#include "collector/promql/mixed_window.h"

// sum_over_time and avg_over_time of histograms.

namespace vedette::promql {
namespace {

MixedValue Accumulate(HistogramAccumulator::Kind kind, const MixedWindow& window,
                      const MixedContext& context) {
  HistogramAccumulator accumulator(kind, context.rules());
  Annotations& annotations = context.run->annotations();
  bool collision = false;
  bool reconciled = false;
  for (const model::HistogramSample& sample : window.histograms) {
    const MergeOutcome outcome = accumulator.Add(*sample.histogram);
    if (outcome.problem != MergeProblem::kNone) {
      context.notes().WarnProblem(outcome.problem);
      return MixedValue::None();
    }
    collision = collision || outcome.reset_collision;
    reconciled = reconciled || outcome.bounds_reconciled;
  }
  if (context.run->Newer()) {
    if (collision) WarnResetCollision(&annotations, "aggregation", context.where);
    if (reconciled) InformReconciled(&annotations, "aggregation", context.where);
  }
  return MixedValue::Of(std::make_shared<const model::Histogram>(accumulator.Result()));
}

}  // namespace

MixedValue SumHistograms(const MixedWindow& window, const MixedContext& context) {
  return Accumulate(HistogramAccumulator::Kind::kSum, window, context);
}

MixedValue AverageHistograms(const MixedWindow& window, const MixedContext& context) {
  return Accumulate(HistogramAccumulator::Kind::kMean, window, context);
}

}  // namespace vedette::promql
