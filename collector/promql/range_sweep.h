#ifndef VEDETTE_COLLECTOR_PROMQL_RANGE_SWEEP_H_
#define VEDETTE_COLLECTOR_PROMQL_RANGE_SWEEP_H_

#include <cstdint>
#include <span>

#include "collector/promql/functions.h"
#include "collector/promql/table.h"
#include "collector/promql/windows.h"

// Range functions over all windows of a series at once, for those that dashboards ask most. The
// results are those of range_functions.h, window by window, to the bit.

namespace vedette::promql {

struct Sweep {
  std::span<const int64_t> times;
  std::span<const double> values;  // no stale markers
  StepWindows windows;
  WindowPlan* plan = nullptr;
};

// Writes the row's values and where they begin.
using SweepFunction = void (*)(const Sweep& sweep, Row* row);

// How a function sweeps. A sweep is not interrupted: above `most_samples` in all windows together
// it might hold up a query's end, and the function is to be computed window by window.
struct SweepKind {
  SweepFunction compute = nullptr;  // null: window by window alone
  size_t most_samples = 0;
};
SweepKind FindSweep(FunctionId id);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_RANGE_SWEEP_H_
