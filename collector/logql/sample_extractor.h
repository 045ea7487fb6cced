#ifndef VEDETTE_COLLECTOR_LOGQL_SAMPLE_EXTRACTOR_H_
#define VEDETTE_COLLECTOR_LOGQL_SAMPLE_EXTRACTOR_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "collector/logql/parse/ast.h"
#include "collector/logql/pipeline.h"
#include "collector/logql/stages/label_filter.h"
#include "collector/logql/storage.h"

namespace vedette::logql {

// Makes samples of lines for one range aggregation: a value and the labels of its series. Borrows
// the aggregation. One thread.
class SampleExtractor {
 public:
  // `grouping`: of the `sum` around the aggregation, where samples may be summed by it at once;
  // null for the aggregation's own.
  static base::StatusOr<SampleExtractor> Make(const RangeAggregation& range,
                                              const Grouping* grouping);

  // The value of a line that counts; nothing for one that does not. InvalidArgument for a line that
  // is in error after all its stages, as Loki fails the query then.
  base::StatusOr<std::optional<double>> Extract(const StoredLine& line);
  // The same without the line, from its labels and fields: as Pipeline::ProcessFields. Where
  // lengths of lines count its value is none.
  struct FieldSample {
    Pipeline::Verdict verdict = Pipeline::Verdict::kDropped;
    double value = 0;
  };
  base::StatusOr<FieldSample> ExtractFields(const model::Labels& stream,
                                            const model::Labels& metadata,
                                            std::span<const RowField> fields);
  // Of the line extracted last.
  model::Labels Metric();
  // True when the metric depends on stream and metadata alone.
  bool LeavesLabels() const { return pipeline_.LeavesLabels() && !range_->unwrap; }
  // Whether the value is how long the line is.
  bool CountsBytes() const {
    return !range_->unwrap &&
           (range_->op == RangeOp::kBytesRate || range_->op == RangeOp::kBytesOverTime);
  }
  const Pipeline& pipeline() const { return pipeline_; }

 private:
  explicit SampleExtractor(const RangeAggregation& range) : range_(&range) {}
  void SetGrouping(const Grouping* grouping);
  ParserHints Hints() const;
  std::optional<double> Unwrapped();
  void FillLabels();

  const RangeAggregation* range_;
  Pipeline pipeline_;
  std::vector<LineStagePtr> filters_;  // behind unwrap
  bool one_series_ = false;            // without labels
  std::optional<Grouping> grouping_;
  const StoredLine* line_ = nullptr;  // whose labels are not filled in
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_SAMPLE_EXTRACTOR_H_
