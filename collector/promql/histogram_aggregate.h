#ifndef VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_AGGREGATE_H_
#define VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_AGGREGATE_H_

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/status.h"
#include "collector/promql/ast.h"
#include "collector/promql/histogram_accumulator.h"
#include "collector/promql/query_run.h"
#include "collector/promql/table.h"

namespace vedette::promql {

// What an aggregation makes of the histograms among its input, beside the floats, which are
// accumulated elsewhere as if there were no histograms.
class HistogramAggregate {
 public:
  HistogramAggregate(const AggregateExpr& expr, QueryRun* run)
      : expr_(expr), where_(expr.operand->pos), run_(run) {}

  // Takes the histograms of the next series of a group. Series come in the store's order;
  // `has_float` tells whether the group had a float at a step before.
  base::Status Add(size_t group, const Row& row, const std::function<bool(int)>& has_float);
  // Brings the group's histograms into the row of its floats' result.
  void Finish(size_t group, Row* row);

 private:
  // What a group has at a step.
  struct Cell {
    double count = 0;
    bool incompatible = false;
    bool float_before = false;  // before the histograms, or before they were found incompatible
    std::unique_ptr<HistogramAccumulator> accumulator;
    size_t bytes = 0;  // of it, that the query holds
  };
  using Cells = std::map<int, Cell>;

  void AddToSum(const Row& row, const HistogramStep& h, Cell* cell);
  // A sum has the buckets of all that went into it: it may grow with each.
  base::Status HoldSum(Cell* cell);
  void FinishCounts(const Cells& cells, Row* row) const;
  void FinishSums(const Cells& cells, Row* row);

  const AggregateExpr& expr_;
  const PositionRange where_;
  QueryRun* const run_;
  std::vector<Cells> groups_;
  SampleHold hold_;
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_AGGREGATE_H_
