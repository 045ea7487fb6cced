#ifndef VEDETTE_COLLECTOR_LOGQL_EVAL_H_
#define VEDETTE_COLLECTOR_LOGQL_EVAL_H_

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "collector/logql/budget.h"
#include "collector/logql/parse/ast.h"
#include "collector/logql/storage.h"

namespace vedette::logql {

// The times a metric query is evaluated at: start, start + step, ...
struct Grid {
  int64_t start_ns = 0;
  int64_t step_ns = 1;
  size_t points = 1;
  // A point past the last time there is stands at that.
  int64_t At(size_t i) const {
    int64_t time = 0;
    const bool over = __builtin_mul_overflow(static_cast<int64_t>(i), step_ns, &time) ||
                      __builtin_add_overflow(start_ns, time, &time);
    return over ? INT64_MAX : time;
  }
};

// A series over the grid; values[i] counts only where present[i].
struct GridSeries {
  model::Labels labels;
  std::vector<double> values;
  std::vector<uint8_t> present;

  static GridSeries Absent(model::Labels labels, const Grid& grid) {
    return {std::move(labels), std::vector<double>(grid.points), std::vector<uint8_t>(grid.points)};
  }
  static uint64_t BytesOver(const Grid& grid) { return grid.points * (sizeof(double) + 1); }
};

// What a metric expression comes to: one number, or series.
struct GridValue {
  bool is_scalar = false;
  double scalar = 0;
  std::vector<GridSeries> series;
  bool ordered = false;  // the series stand in the order that was asked for: sort, topk
};

// How lines are read.
struct LogScan {
  const LogSource* source = nullptr;
  base::ThreadPool* pool = nullptr;  // lends threads; may be null
  size_t workers = 1;                // that count at once, at most
  bool plain = false;                // every line, in order, one by one
};
base::Status ScanBy(const LogScan& scan, const BlockRequest& request, const BlockFn& visit);

// rate, max_over_time and their like: one pass over the lines. With `grouping` the series are those
// of `sum grouping (...)`, for the functions that can be summed while they are read.
base::StatusOr<GridValue> EvalRange(const RangeAggregation& range, const Grid& grid,
                                    const LogScan& scan, Budget* budget, const Grouping* grouping);
bool CanSumWhileReading(const RangeAggregation& range);

// sum, topk and their like. Takes `inner` apart.
base::StatusOr<GridValue> EvalVector(const VectorAggregation& vector, GridValue inner,
                                     const Grid& grid, Budget* budget);

base::StatusOr<GridValue> EvalBinary(const Binary& binary, GridValue left, GridValue right,
                                     const Grid& grid, Budget* budget);

base::StatusOr<GridValue> EvalLabelReplace(const LabelReplace& replace, GridValue inner,
                                           Budget* budget);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_EVAL_H_
