#include "collector/promql/engine_stats.h"

#include <numeric>
#include <utility>

#include "collector/promql/sample_count.h"

namespace vedette::promql {

void FillStats(const Expr& expr, const Grid& grid, const QueryTimes& times,
               const QueryRun::Settings& settings, Result* result) {
  const auto seconds = [](int64_t from, int64_t to) {
    return static_cast<double>(to - from) / 1e9;
  };
  QueryStats& stats = result->stats;
  stats.prepare_seconds = seconds(times.begun_ns, times.prepared_ns);
  stats.eval_seconds = seconds(times.prepared_ns, times.evaluated_ns);
  stats.start_ms = grid.start_ms;
  stats.step_ms = grid.step_ms;
  QueryRun run(settings);
  base::StatusOr<std::vector<int64_t>> counts = CountSamples(expr, grid, &run);
  if (!counts.ok()) return;
  stats.samples_by_step = *std::move(counts);
  stats.total_samples =
      std::accumulate(stats.samples_by_step.begin(), stats.samples_by_step.end(), int64_t{0});
}

}  // namespace vedette::promql
