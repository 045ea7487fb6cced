#ifndef VEDETTE_COLLECTOR_LOGQL_RANGE_TALLY_H_
#define VEDETTE_COLLECTOR_LOGQL_RANGE_TALLY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "collector/logql/budget.h"
#include "collector/logql/eval.h"
#include "collector/logql/window_functions.h"
#include "model/labels.h"

namespace vedette::logql {

// The points of a grid whose windows hold a line: from `from` to before `to`.
struct PointRange {
  size_t from = 0;
  size_t to = 0;
  bool empty() const { return from >= to; }
};

// Whether the aggregation counts lines; otherwise they have values.
bool CountsLines(const RangeAggregation& range);

// Whether lines of equal times are told apart by which came first: the first, the last, a counter.
// Others take their values by time and then by size, so that all readers come to the same bits.
bool DependsOnArrival(const RangeAggregation& range);

// The series of a range aggregation while their lines come: in any order unless it depends on
// arrival, then by time. Borrows everything. One thread.
class RangeTally {
 public:
  RangeTally(const RangeAggregation& range, const Grid& grid, Budget* budget)
      : range_(range), grid_(grid), budget_(budget) {}

  // The windows that hold a line of that time. Asked of neighbours it costs next to nothing.
  PointRange PointsOf(int64_t timestamp_ns) {
    const int64_t time = Shifted(timestamp_ns);
    if (time <= cached_after_ || time > cached_until_) Look(time);
    return cached_;
  }
  // The windows that hold each line from `min_ns` to `max_ns`; nothing where they differ.
  std::optional<PointRange> PointsOfAll(int64_t min_ns, int64_t max_ns) {
    const PointRange points = PointsOf(min_ns);
    return Shifted(max_ns) <= cached_until_ ? std::optional(points) : std::nullopt;
  }
  // The number of the series with these labels, a new one's counted against the budget.
  base::StatusOr<uint32_t> SeriesOf(model::Labels labels);
  // `amount` is that of all these lines.
  void Count(uint32_t series, PointRange points, int64_t lines, int64_t amount);
  base::Status AddValue(uint32_t series, int64_t timestamp_ns, double value);
  // Adds what another has counted and collected, which it gives away.
  base::Status Add(RangeTally* other);
  // Sorted by their labels: the same lines give the same bits.
  base::StatusOr<GridValue> Finish();

 private:
  // Counts are differences between neighbouring points: a line adds at the first window that holds
  // it and takes away at the first that no longer does, however long the windows are. Values are
  // kept with their times.
  struct Series {
    std::vector<int64_t> lines;
    std::vector<int64_t> amount;
    std::vector<WindowSample> samples;
  };
  int64_t Shifted(int64_t timestamp_ns) const;
  void Look(int64_t time);
  void AddUp(const Series& series, GridSeries* out) const;
  base::Status SortSamples(std::vector<WindowSample>* samples) const;
  base::Status SlideOver(const std::vector<WindowSample>& samples, GridSeries* out) const;
  GridValue Absent() const;
  model::Labels AbsentLabels() const;

  const RangeAggregation& range_;
  const Grid& grid_;
  Budget* const budget_;
  absl::flat_hash_map<model::Labels, uint32_t> ids_;
  std::vector<Series> series_;
  // What PointsOf found last holds for times after the one and up to the other.
  PointRange cached_;
  int64_t cached_after_ = INT64_MAX;
  int64_t cached_until_ = INT64_MIN;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_RANGE_TALLY_H_
