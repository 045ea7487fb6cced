#ifndef VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_NOTES_H_
#define VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_NOTES_H_

#include <string_view>

#include "collector/promql/annotations.h"
#include "collector/promql/histogram_math.h"
#include "collector/promql/histogram_quantile.h"

// What evaluation says about native histograms, in Prometheus' words.

namespace vedette::promql {

// Says what it has to say about one metric at one place of the query.
class HistogramNotes {
 public:
  HistogramNotes(Annotations* annotations, std::string_view metric, PositionRange where)
      : annotations_(annotations), metric_(metric), where_(where) {}

  void WarnFloatsAndHistograms() const;
  void WarnClassicAndNative() const;
  void WarnNotCounter() const;
  void WarnNotGauge() const;
  void WarnOverlap() const;  // of start times
  void InformIgnoredInRange() const;
  void NoteQuantile(HistogramQuantileResult::Note note) const;
  void InformNansInFraction() const;
  // Why histograms of the metric do not combine; nothing for kNone.
  void WarnProblem(MergeProblem problem) const;
  // True if two of a window were combined; says why not, and what was done to their bounds. `what`:
  // addition, subtraction.
  bool Combined(const MergeOutcome& outcome, std::string_view what) const;

 private:
  // `text` and the metric, where it has a name.
  void InformMaybeNamed(std::string_view text) const;

  Annotations* const annotations_;
  const std::string_view metric_;
  const PositionRange where_;
};

// sum and avg of floats and histograms.
void WarnMixedAggregation(Annotations* annotations, PositionRange where);
// `aggregation` passes over histograms.
void InformIgnoredInAggregation(Annotations* annotations, std::string_view aggregation,
                                PositionRange where);
// `what`: addition, subtraction, aggregation.
void WarnResetCollision(Annotations* annotations, std::string_view what, PositionRange where);
void InformReconciled(Annotations* annotations, std::string_view what, PositionRange where);
// A binary operation whose sides ("float", "histogram") do not go together.
void InformIncompatibleTypes(Annotations* annotations, std::string_view left, std::string_view op,
                             std::string_view right, PositionRange where);
void WarnIncompatibleBuckets(Annotations* annotations, std::string_view op, PositionRange where);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_NOTES_H_
