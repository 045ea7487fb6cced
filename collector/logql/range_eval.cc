#include <algorithm>
#include <limits>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "collector/logql/eval.h"
#include "collector/logql/pipeline.h"
#include "collector/logql/required_literals.h"

namespace vedette::logql {
namespace {

int64_t SaturatingAdd(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

// The first point of the grid at or after `time_ns`, at most grid.points.
size_t FirstPointAt(const Grid& grid, int64_t time_ns) {
  if (time_ns <= grid.start_ns) return 0;
  const auto distance = static_cast<uint64_t>(time_ns) - static_cast<uint64_t>(grid.start_ns);
  const auto step = static_cast<uint64_t>(grid.step_ns);
  const uint64_t point = distance / step + (distance % step != 0 ? 1 : 0);
  return static_cast<size_t>(std::min<uint64_t>(point, grid.points));
}

// Counts of one series as differences between neighbouring points: a line adds at the first window
// that holds it and takes away at the first that no longer does, however long the windows are.
struct Tally {
  std::vector<int64_t> lines;
  std::vector<int64_t> amount;
};

class RangeCounter {
 public:
  RangeCounter(const RangeAggregation& range, const Grid& grid, Budget* budget,
               const Grouping* grouping)
      : range_(range), grid_(grid), budget_(budget), grouping_(grouping) {}

  base::Status Open() {
    if (range_.unwrap || range_.op == RangeOp::kAbsentOverTime) {
      return base::InvalidArgument(
          base::Concat({std::string(OpText(range_.op)), " is not supported yet"}));
    }
    const bool labels_unused = grouping_ && !grouping_->without && grouping_->labels.empty();
    VEDETTE_ASSIGN_OR_RETURN(pipeline_, Pipeline::Make(range_.log, labels_unused));
    return {};
  }

  ScanRequest Request(const std::stop_token& stop) const {
    ScanRequest request;
    request.matchers = range_.log.matchers;
    const int64_t first = SaturatingAdd(grid_.start_ns, -range_.offset_ns);
    const int64_t last = SaturatingAdd(grid_.At(grid_.points - 1), -range_.offset_ns);
    request.start_ns = SaturatingAdd(SaturatingAdd(first, -range_.range_ns), 1);
    request.end_ns = SaturatingAdd(last, 1);
    request.direction = Direction::kForward;
    request.required = LiteralsOfQuery(range_.log);
    request.stop = stop;
    return request;
  }

  bool Visit(std::span<const StoredLine> lines) {
    uint64_t bytes = 0;
    for (const StoredLine& line : lines) {
      bytes += line.line.size();
      if (status_ = Count(line); !status_.ok()) return false;
    }
    status_ = budget_->ChargeScan(lines.size(), bytes);
    return status_.ok();
  }

  const base::Status& status() const { return status_; }

  base::StatusOr<GridValue> Finish() {
    GridValue result;
    const double seconds = static_cast<double>(range_.range_ns) / 1e9;
    const bool per_second = range_.op == RangeOp::kRate || range_.op == RangeOp::kBytesRate;
    for (auto& [labels, tally] : tallies_) {
      GridSeries series{labels, std::vector<double>(grid_.points),
                        std::vector<uint8_t>(grid_.points)};
      int64_t lines = 0;
      int64_t amount = 0;
      for (size_t i = 0; i < grid_.points; ++i) {
        lines += tally.lines[i];
        amount += tally.amount[i];
        series.present[i] = lines > 0;
        series.values[i] = static_cast<double>(amount) / (per_second ? seconds : 1);
      }
      tally = Tally();
      result.series.push_back(std::move(series));
    }
    return result;
  }

 private:
  base::Status Count(const StoredLine& line) {
    const int64_t time = SaturatingAdd(line.timestamp_ns, range_.offset_ns);
    const size_t from = FirstPointAt(grid_, time);
    const size_t to = FirstPointAt(grid_, SaturatingAdd(time, range_.range_ns));
    if (from >= to || !pipeline_.Process(line)) return {};
    ++budget_->stats().lines_kept;
    VEDETTE_ASSIGN_OR_RETURN(Tally* const tally, TallyOf(line));
    const bool bytes = range_.op == RangeOp::kBytesRate || range_.op == RangeOp::kBytesOverTime;
    const int64_t amount = bytes ? static_cast<int64_t>(line.line.size()) : 1;
    ++tally->lines[from];
    tally->amount[from] += amount;
    if (to < grid_.points) {
      --tally->lines[to];
      tally->amount[to] -= amount;
    }
    return {};
  }

  base::StatusOr<Tally*> TallyOf(const StoredLine& line) {
    if (pipeline_.LeavesLabels()) {
      // Neighbours mostly share their stream; a line without metadata is then known by it alone.
      if (line.metadata->empty() && line.stream == last_stream_) return last_tally_;
      scratch_.Reset(*line.stream, *line.metadata);
      VEDETTE_ASSIGN_OR_RETURN(Tally* const tally, TallyOf(scratch_.Metric()));
      last_stream_ = line.metadata->empty() ? line.stream : nullptr;
      last_tally_ = tally;
      return tally;
    }
    const LineLabels& labels = pipeline_.labels();
    if (labels.HasError()) return ErrorLeft(labels);
    return TallyOf(labels.Metric());
  }

  base::StatusOr<Tally*> TallyOf(model::Labels labels) {
    if (grouping_) {
      labels =
          grouping_->without ? labels.Without(grouping_->labels) : labels.Keep(grouping_->labels);
    }
    const auto known = tallies_.find(labels);
    if (known != tallies_.end()) return &known->second;
    VEDETTE_RETURN_IF_ERROR(budget_->CheckSeries(tallies_.size() + 1));
    // The tallies, and what Finish makes of them.
    VEDETTE_RETURN_IF_ERROR(budget_->ChargeMemory(
        labels.bytes().size() + grid_.points * (2 * sizeof(int64_t) + sizeof(double) + 1)));
    last_stream_ = nullptr;  // tallies move when the map grows
    Tally& tally = tallies_[std::move(labels)];
    tally.lines.resize(grid_.points);
    tally.amount.resize(grid_.points);
    return &tally;
  }

  static base::Status ErrorLeft(const LineLabels& labels) {
    const std::string& error = labels.error();
    return base::InvalidArgument(base::Concat(
        {"pipeline error: '", error, "' for series: '", labels.Metric().ToString(),
         "'.\nUse a label filter to intentionally skip this error. (e.g | __error__!=\"", error,
         "\").\nTo skip all potential errors you can match empty errors.(e.g __error__=\"\")\n"
         "The label filter can also be specified after unwrap. (e.g | unwrap latency | "
         "__error__=\"\" )\n"}));
  }

  const RangeAggregation& range_;
  const Grid& grid_;
  Budget* const budget_;
  const Grouping* const grouping_;
  Pipeline pipeline_;
  LineLabels scratch_;
  absl::flat_hash_map<model::Labels, Tally> tallies_;
  const model::Labels* last_stream_ = nullptr;
  Tally* last_tally_ = nullptr;
  base::Status status_;
};

}  // namespace

base::StatusOr<GridValue> EvalRange(const RangeAggregation& range, const Grid& grid,
                                    const LogSource& source, Budget* budget,
                                    const Grouping* grouping) {
  RangeCounter counter(range, grid, budget, grouping);
  VEDETTE_RETURN_IF_ERROR(counter.Open());
  const base::Status scanned =
      source.Scan(counter.Request(budget->stop()),
                  [&](std::span<const StoredLine> lines) { return counter.Visit(lines); });
  VEDETTE_RETURN_IF_ERROR(counter.status());
  VEDETTE_RETURN_IF_ERROR(scanned);
  return counter.Finish();
}

}  // namespace vedette::logql
