#include <algorithm>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "collector/logql/eval.h"
#include "collector/logql/required_literals.h"
#include "collector/logql/sample_extractor.h"
#include "collector/logql/window_functions.h"

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

// The points of the grid whose windows hold a line: from `from` to before `to`.
struct PointRange {
  size_t from = 0;
  size_t to = 0;
};

// What is kept of one series while its lines come.
//
// Counts are differences between neighbouring points: a line adds at the first window that holds it
// and takes away at the first that no longer does, however long the windows are. Values are kept
// with their times, those alone that a window holds.
struct SeriesTally {
  std::vector<int64_t> lines;
  std::vector<int64_t> amount;
  std::vector<WindowSample> samples;

  void Count(PointRange points, int64_t value) {
    ++lines[points.from];
    amount[points.from] += value;
    if (points.to >= lines.size()) return;
    --lines[points.to];
    amount[points.to] -= value;
  }
};

class RangeRun {
 public:
  RangeRun(const RangeAggregation& range, const Grid& grid, Budget* budget,
           SampleExtractor extractor)
      : range_(range), grid_(grid), budget_(budget), extractor_(std::move(extractor)) {}

  ScanRequest Request() const {
    ScanRequest request;
    request.matchers = range_.log.matchers;
    const int64_t first = SaturatingAdd(grid_.start_ns, -range_.offset_ns);
    const int64_t last = SaturatingAdd(grid_.At(grid_.points - 1), -range_.offset_ns);
    request.start_ns = SaturatingAdd(SaturatingAdd(first, -range_.range_ns), 1);
    request.end_ns = SaturatingAdd(last, 1);
    request.direction = Direction::kForward;
    request.required = LiteralsOfQuery(range_.log);
    request.lines = LooksAtLines();
    request.stop = budget_->stop();
    return request;
  }

  bool Visit(std::span<const StoredLine> lines) {
    uint64_t bytes = 0;
    size_t seen = 0;
    for (const StoredLine& line : lines) {
      bytes += line.line.size();
      const bool check = ++seen % kCheckLines == 0 || !extractor_.LeavesLabels();
      if (check && !(status_ = budget_->Check()).ok()) return false;
      if (status_ = Take(line); !status_.ok()) return false;
    }
    status_ = budget_->ChargeScan(lines.size(), bytes);
    return status_.ok();
  }

  const base::Status& status() const { return status_; }

  base::StatusOr<GridValue> Finish() {
    if (range_.op == RangeOp::kAbsentOverTime) return Absent();
    GridValue result;
    for (auto& [labels, tally] : tallies_) {
      VEDETTE_RETURN_IF_ERROR(budget_->Check());
      GridSeries series{labels, std::vector<double>(grid_.points),
                        std::vector<uint8_t>(grid_.points)};
      if (Counts()) {
        AddUp(tally, &series);
      } else {
        VEDETTE_RETURN_IF_ERROR(SlideOver(tally.samples, &series));
      }
      tally = SeriesTally();
      result.series.push_back(std::move(series));
    }
    // The same lines give the same bits: what is summed over them is so in this order.
    std::sort(result.series.begin(), result.series.end(),
              [](const GridSeries& a, const GridSeries& b) { return a.labels < b.labels; });
    return result;
  }

 private:
  // Whether lines are counted; otherwise they have values.
  bool Counts() const { return !range_.unwrap || range_.op == RangeOp::kAbsentOverTime; }

  bool LooksAtLines() const {
    const bool counts = range_.op == RangeOp::kRate || range_.op == RangeOp::kCountOverTime;
    return !counts || range_.unwrap || !range_.log.stages.empty();
  }

  base::Status Take(const StoredLine& line) {
    const int64_t time = SaturatingAdd(line.timestamp_ns, range_.offset_ns);
    const PointRange points{FirstPointAt(grid_, time),
                            FirstPointAt(grid_, SaturatingAdd(time, range_.range_ns))};
    if (points.from >= points.to) return {};
    VEDETTE_ASSIGN_OR_RETURN(const std::optional<double> value, extractor_.Extract(line));
    if (!value) return {};
    ++budget_->stats().lines_kept;
    VEDETTE_ASSIGN_OR_RETURN(SeriesTally* const tally, TallyOf(line));
    if (Counts()) {
      tally->Count(points, static_cast<int64_t>(*value));
      return {};
    }
    tally->samples.push_back({time, *value});
    return budget_->ChargeMemory(sizeof(WindowSample));
  }

  base::StatusOr<SeriesTally*> TallyOf(const StoredLine& line) {
    // Neighbours mostly share their stream; a line without metadata is then known by it alone.
    const bool by_stream = extractor_.LeavesLabels() && line.metadata->empty();
    if (by_stream && line.stream == last_stream_) return last_tally_;
    VEDETTE_ASSIGN_OR_RETURN(SeriesTally* const tally, TallyOf(extractor_.Metric()));
    last_stream_ = by_stream ? line.stream : nullptr;
    last_tally_ = tally;
    return tally;
  }

  base::StatusOr<SeriesTally*> TallyOf(model::Labels labels) {
    const auto known = tallies_.find(labels);
    if (known != tallies_.end()) return &known->second;
    VEDETTE_RETURN_IF_ERROR(budget_->CheckSeries(tallies_.size() + 1));
    // The tallies, and what Finish makes of them.
    VEDETTE_RETURN_IF_ERROR(budget_->ChargeMemory(
        labels.bytes().size() + grid_.points * (2 * sizeof(int64_t) + sizeof(double) + 1)));
    last_stream_ = nullptr;  // tallies move when the map grows
    SeriesTally& tally = tallies_[std::move(labels)];
    if (Counts()) {
      tally.lines.resize(grid_.points);
      tally.amount.resize(grid_.points);
    }
    return &tally;
  }

  void AddUp(const SeriesTally& tally, GridSeries* series) const {
    const bool per_second = range_.op == RangeOp::kRate || range_.op == RangeOp::kBytesRate;
    const double divisor = per_second ? static_cast<double>(range_.range_ns) / 1e9 : 1;
    int64_t lines = 0;
    int64_t amount = 0;
    for (size_t i = 0; i < grid_.points; ++i) {
      lines += tally.lines[i];
      amount += tally.amount[i];
      series->present[i] = lines > 0;
      series->values[i] = static_cast<double>(amount) / divisor;
    }
  }

  // Windows are (end - range, end]; their ends only move on.
  base::Status SlideOver(const std::vector<WindowSample>& samples, GridSeries* series) const {
    constexpr size_t kCheckEvery = 1 << 16;
    size_t begin = 0;
    size_t end = 0;
    size_t work = 0;
    for (size_t i = 0; i < grid_.points; ++i) {
      const int64_t time = grid_.At(i);
      const int64_t start = SaturatingAdd(time, -range_.range_ns);
      while (end < samples.size() && samples[end].timestamp_ns <= time) ++end;
      while (begin < end && samples[begin].timestamp_ns <= start) ++begin;
      if (begin == end) continue;
      series->present[i] = 1;
      series->values[i] = ApplyWindow(range_, std::span(samples).subspan(begin, end - begin), time);
      if ((work += end - begin) < kCheckEvery) continue;
      work = 0;
      VEDETTE_RETURN_IF_ERROR(budget_->Check());
    }
    return {};
  }

  // 1 where no window has a line, with the labels that the selector asks for.
  GridValue Absent() const {
    GridSeries series{AbsentLabels(), std::vector<double>(grid_.points, 1),
                      std::vector<uint8_t>(grid_.points, 1)};
    for (const auto& [labels, tally] : tallies_) {
      int64_t lines = 0;
      for (size_t i = 0; i < grid_.points; ++i) {
        lines += tally.lines[i];
        if (lines > 0) series.present[i] = 0;
      }
    }
    return GridValue{false, 0, {std::move(series)}};
  }

  // Of labels that one equality asks for and nothing else.
  model::Labels AbsentLabels() const {
    model::LabelsBuilder builder;
    const auto& matchers = range_.log.matchers;
    for (const model::Matcher& matcher : matchers) {
      const auto same_name = std::count_if(matchers.begin(), matchers.end(), [&](const auto& m) {
        return m.name() == matcher.name();
      });
      if (same_name == 1 && matcher.type() == model::MatchType::kEqual) {
        builder.Set(matcher.name(), matcher.value());
      }
    }
    return builder.Build();
  }

  const RangeAggregation& range_;
  const Grid& grid_;
  Budget* const budget_;
  SampleExtractor extractor_;
  absl::flat_hash_map<model::Labels, SeriesTally> tallies_;
  const model::Labels* last_stream_ = nullptr;
  SeriesTally* last_tally_ = nullptr;
  base::Status status_;
};

}  // namespace

base::StatusOr<GridValue> EvalRange(const RangeAggregation& range, const Grid& grid,
                                    const LogSource& source, Budget* budget,
                                    const Grouping* grouping) {
  VEDETTE_ASSIGN_OR_RETURN(SampleExtractor extractor, SampleExtractor::Make(range, grouping));
  RangeRun run(range, grid, budget, std::move(extractor));
  const base::Status scanned = source.Scan(
      run.Request(), [&](std::span<const StoredLine> lines) { return run.Visit(lines); });
  VEDETTE_RETURN_IF_ERROR(run.status());
  VEDETTE_RETURN_IF_ERROR(scanned);
  return run.Finish();
}

bool CanSumWhileReading(const RangeAggregation& range) {
  if (range.grouping) return false;
  switch (range.op) {
    case RangeOp::kRate:
    case RangeOp::kCountOverTime:
    case RangeOp::kBytesRate:
    case RangeOp::kBytesOverTime:
    case RangeOp::kSumOverTime:
      return true;
    default:
      return false;
  }
}

}  // namespace vedette::logql
