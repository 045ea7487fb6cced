#ifndef VEDETTE_COLLECTOR_PROMQL_TABLE_H_
#define VEDETTE_COLLECTOR_PROMQL_TABLE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "collector/promql/histogram_math.h"
#include "collector/promql/query_run.h"
#include "collector/promql/value.h"
#include "model/labels.h"
#include "model/sample.h"

// The intermediate values of an evaluation: series by steps.

namespace vedette::promql {

// The times at which an expression is evaluated: start, start+step, ... ; an instant is one step.
struct Grid {
  int64_t start_ms = 0;
  int64_t step_ms = 1;
  int steps = 1;
  // How far behind the last step the evaluation was asked to go: less than a step. Subqueries
  // compute their steps up to there, and say what there is to say of them.
  int64_t rest_ms = 0;

  int64_t At(int step) const { return start_ms + step_ms * step; }
  int64_t end_ms() const { return At(steps - 1); }
};

// A value that is not there. A stale marker never is a result, so its bits can say so.
inline double Absent() { return model::StaleNan(); }
inline bool IsPresent(double v) { return !model::IsStaleNan(v); }

// A native histogram as the value of a step; never null, of floats, no stale marker.
struct HistogramStep {
  int step = 0;
  HistogramPtr histogram;
};

// One series over a grid. Only the span from the first to the last value is kept, so that short
// lived series cost what they hold.
struct Row {
  model::Labels labels;
  bool drop_name = false;  // the name goes at the end (delayed name removal)
  int first = 0;           // the step of values[0]
  std::vector<double> values;
  // Nearly always empty. Steps ascend; the float of such a step is absent, so that who knows of
  // floats alone passes over it.
  std::vector<HistogramStep> histograms = {};

  int end() const { return first + static_cast<int>(values.size()); }
  double At(int step) const {
    return step < first || step >= end() ? Absent() : values[static_cast<size_t>(step - first)];
  }
  // Steps must ascend.
  void Append(int step, double value);
  // Nothing where the step's value is a float or absent.
  HistogramPtr HistogramAt(int step) const;
  // A value of either kind.
  bool Has(int step) const {
    return IsPresent(At(step)) || (!histograms.empty() && HistogramAt(step) != nullptr);
  }
  // How many samples it counts for.
  size_t Samples() const;
  bool empty() const { return values.empty() && histograms.empty(); }
  // Not even absent floats alone.
  bool HasAny() const;
  // Takes away absent floats at either end.
  void Trim();
  // Of the memory beside the floats.
  size_t OtherBytes() const;
};

// The value of an expression over a grid. A scalar is one row without labels and gaps.
struct Table {
  ValueType type = ValueType::kVector;
  std::vector<Row> rows;
  std::string text;  // of a string
  SampleHold hold;   // what the rows hold

  // Counts and adds a row.
  base::Status Add(QueryRun* run, Row row) {
    VEDETTE_RETURN_IF_ERROR(hold.Add(run, row.Samples(), row.OtherBytes()));
    rows.push_back(std::move(row));
    return base::Status();
  }
  double ScalarAt(int step) const { return rows.front().At(step); }
};

// Whether any row has a value at a step.
bool AnyAt(const std::vector<Row>& rows, int step);

// Removes rows that have no value left.
void DropEmptyRows(Table* table);

// Removes the metric name, and the labels __type__ and __unit__ that describe it.
model::Labels DropReserved(const model::Labels& labels);
// The same into `out`, another one, whose memory is used again.
void DropReserved(const model::Labels& labels, model::Labels* out);

// Joins rows of equal labels. False when two of them have a value at the same step: "vector cannot
// contain metrics with the same labelset".
bool MergeEqualRows(std::vector<Row>* rows);
// No two rows have equal labels.
bool AllDistinct(const std::vector<Row>& rows);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_TABLE_H_
