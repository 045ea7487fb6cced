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

// Null where a function is computed window by window alone.
SweepFunction FindSweep(FunctionId id);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_RANGE_SWEEP_H_
