#ifndef VEDETTE_COLLECTOR_PROMQL_MIXED_ROW_H_
#define VEDETTE_COLLECTOR_PROMQL_MIXED_ROW_H_

#include <utility>

#include "base/status.h"
#include "collector/promql/mixed_window.h"
#include "collector/promql/query_run.h"
#include "collector/promql/table.h"

namespace vedette::promql {

// Makes a row of values of either kind. New histograms are held by the query as they come: a step's
// may be large, and a row has thousands of steps. Whoever takes the row holds it from then on.
class MixedRowMaker {
 public:
  explicit MixedRowMaker(QueryRun* run) : run_(run) {}

  // Steps ascend. A value that is not present adds nothing.
  base::Status Add(int step, MixedValue value);
  Row Take() { return std::move(row_); }

 private:
  QueryRun* const run_;
  Row row_;
  SampleHold hold_;
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_MIXED_ROW_H_
