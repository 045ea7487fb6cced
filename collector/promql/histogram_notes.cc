#include "collector/promql/histogram_notes.h"

#include "base/strings.h"

namespace vedette::promql {

void HistogramNotes::WarnFloatsAndHistograms() const {
  annotations_->Warn(
      "encountered a mix of histograms and floats for metric name " + base::GoQuote(metric_),
      where_);
}

void HistogramNotes::WarnClassicAndNative() const {
  std::string text = "vector contains a mix of classic and native histograms";
  if (!metric_.empty()) text += " for metric name " + base::GoQuote(metric_);
  annotations_->Warn(std::move(text), where_);
}

void HistogramNotes::WarnNotCounter() const {
  annotations_->Warn("this native histogram metric is not a counter: " + base::GoQuote(metric_),
                     where_);
}

void HistogramNotes::WarnNotGauge() const {
  annotations_->Warn("this native histogram metric is not a gauge: " + base::GoQuote(metric_),
                     where_);
}

void HistogramNotes::WarnOverlap() const {
  annotations_->Warn(
      "sample has start time that overlaps with previous sample timestamp for metric " +
          base::GoQuote(metric_),
      where_);
}

void HistogramNotes::InformIgnoredInRange() const {
  annotations_->Inform(
      "ignored histograms in a range containing both floats and histograms for metric name " +
          base::GoQuote(metric_),
      where_);
}

void HistogramNotes::InformMaybeNamed(std::string_view text) const {
  std::string out(text);
  if (!metric_.empty()) out += " for metric name " + base::GoQuote(metric_);
  annotations_->Inform(std::move(out), where_);
}

void HistogramNotes::NoteQuantile(HistogramQuantileResult::Note note) const {
  switch (note) {
    case HistogramQuantileResult::Note::kNone:
      return;
    case HistogramQuantileResult::Note::kNanResult:
      return InformMaybeNamed("input to histogram_quantile has NaN observations, result is NaN");
    case HistogramQuantileResult::Note::kSkewed:
      return InformMaybeNamed(
          "input to histogram_quantile has NaN observations, result is skewed higher");
  }
}

void HistogramNotes::InformNansInFraction() const {
  InformMaybeNamed(
      "input to histogram_fraction has NaN observations, which are excluded from all fractions");
}

void HistogramNotes::WarnProblem(MergeProblem problem) const {
  if (problem == MergeProblem::kNone) return;
  const std::string_view text =
      problem == MergeProblem::kSchema
          ? "vector contains a mix of histograms with exponential and custom buckets schemas for "
            "metric name "
          : "vector contains histograms with incompatible custom buckets for metric name ";
  annotations_->Warn(base::Concat({text, base::GoQuote(metric_)}), where_);
}

bool HistogramNotes::Combined(const MergeOutcome& outcome, std::string_view what) const {
  WarnProblem(outcome.problem);
  if (outcome.bounds_reconciled) InformReconciled(annotations_, what, where_);
  return outcome.problem == MergeProblem::kNone;
}

void WarnMixedAggregation(Annotations* annotations, PositionRange where) {
  annotations->Warn("encountered a mix of histograms and floats for aggregation", where);
}

void InformIgnoredInAggregation(Annotations* annotations, std::string_view aggregation,
                                PositionRange where) {
  annotations->Inform(base::Concat({"ignored histogram in ", aggregation, " aggregation"}), where);
}

void WarnResetCollision(Annotations* annotations, std::string_view what, PositionRange where) {
  annotations->Warn(base::Concat({"conflicting counter resets during histogram ", what}), where);
}

void InformReconciled(Annotations* annotations, std::string_view what, PositionRange where) {
  annotations->Inform(base::Concat({"mismatched custom buckets were reconciled during ", what}),
                      where);
}

void InformIncompatibleTypes(Annotations* annotations, std::string_view left, std::string_view op,
                             std::string_view right, PositionRange where) {
  annotations->Inform(base::Concat({"incompatible sample types encountered for binary operator ",
                                    base::GoQuote(op), ": ", left, " ", op, " ", right}),
                      where);
}

void WarnIncompatibleBuckets(Annotations* annotations, std::string_view op, PositionRange where) {
  annotations->Warn(
      base::Concat({"incompatible bucket layout encountered for binary operator ", op}), where);
}

}  // namespace vedette::promql
