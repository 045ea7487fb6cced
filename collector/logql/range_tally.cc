#include "collector/logql/range_tally.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <span>
#include <utility>

#include "collector/logql/saturating_add.h"

namespace vedette::logql {
namespace {

// The first point of the grid at or after `time_ns`, at most grid.points.
size_t FirstPointAt(const Grid& grid, int64_t time_ns) {
  if (time_ns <= grid.start_ns) return 0;
  const auto distance = static_cast<uint64_t>(time_ns) - static_cast<uint64_t>(grid.start_ns);
  const auto step = static_cast<uint64_t>(grid.step_ns);
  const uint64_t point = distance / step + (distance % step != 0 ? 1 : 0);
  return static_cast<size_t>(std::min<uint64_t>(point, grid.points));
}

}  // namespace

bool CountsLines(const RangeAggregation& range) {
  return !range.unwrap || range.op == RangeOp::kAbsentOverTime;
}

bool DependsOnArrival(const RangeAggregation& range) {
  return range.op == RangeOp::kFirstOverTime || range.op == RangeOp::kLastOverTime ||
         range.op == RangeOp::kRateCounter;
}

int64_t RangeTally::Shifted(int64_t timestamp_ns) const {
  return SaturatingAdd(timestamp_ns, range_.offset_ns);
}

void RangeTally::Look(int64_t time) {
  const int64_t end = SaturatingAdd(time, range_.range_ns);
  cached_ = {FirstPointAt(grid_, time), FirstPointAt(grid_, end)};
  cached_after_ = std::numeric_limits<int64_t>::min();
  cached_until_ = std::numeric_limits<int64_t>::max();
  // Where the end of time is near nothing is known of neighbours.
  if (end == std::numeric_limits<int64_t>::max()) cached_until_ = cached_after_;
  const auto narrow = [&](size_t point, int64_t back) {
    if (point > 0) {
      cached_after_ = std::max(cached_after_, SaturatingAdd(grid_.At(point - 1), -back));
    }
    if (point < grid_.points) {
      cached_until_ = std::min(cached_until_, SaturatingAdd(grid_.At(point), -back));
    }
  };
  narrow(cached_.from, 0);
  narrow(cached_.to, range_.range_ns);
}

base::StatusOr<uint32_t> RangeTally::SeriesOf(model::Labels labels) {
  const auto next = static_cast<uint32_t>(series_.size());
  const auto known = ids_.find(labels);
  if (known != ids_.end()) return known->second;
  VEDETTE_RETURN_IF_ERROR(budget_->CheckSeries(series_.size() + 1));
  // The tallies, and what Finish makes of them.
  VEDETTE_RETURN_IF_ERROR(budget_->ChargeMemory(
      labels.bytes().size() + grid_.points * (2 * sizeof(int64_t) + sizeof(double) + 1)));
  ids_.emplace(std::move(labels), next);
  Series& series = series_.emplace_back();
  if (CountsLines(range_)) {
    series.lines.resize(grid_.points);
    series.amount.resize(grid_.points);
  }
  return next;
}

void RangeTally::Count(uint32_t series, PointRange points, int64_t lines, int64_t amount) {
  Series& to = series_[series];
  to.lines[points.from] += lines;
  to.amount[points.from] += amount;
  if (points.to >= to.lines.size()) return;
  to.lines[points.to] -= lines;
  to.amount[points.to] -= amount;
}

base::Status RangeTally::AddValue(uint32_t series, int64_t timestamp_ns, double value) {
  series_[series].samples.push_back({Shifted(timestamp_ns), value});
  return budget_->ChargeMemory(sizeof(WindowSample));
}

base::Status RangeTally::Add(RangeTally* other) {
  for (const auto& [labels, id] : other->ids_) {
    VEDETTE_RETURN_IF_ERROR(budget_->Check());
    VEDETTE_ASSIGN_OR_RETURN(const uint32_t own, SeriesOf(labels));
    const Series from = std::exchange(other->series_[id], {});
    Series& to = series_[own];
    for (size_t i = 0; i < from.lines.size(); ++i) {
      to.lines[i] += from.lines[i];
      to.amount[i] += from.amount[i];
    }
    to.samples.insert(to.samples.end(), from.samples.begin(), from.samples.end());
  }
  return {};
}

// In runs, so that nobody waits long who has hung up.
base::Status RangeTally::SortSamples(std::vector<WindowSample>* samples) const {
  const auto before = [](const WindowSample& a, const WindowSample& b) {
    if (a.timestamp_ns != b.timestamp_ns) return a.timestamp_ns < b.timestamp_ns;
    return std::bit_cast<uint64_t>(a.value) < std::bit_cast<uint64_t>(b.value);
  };
  if (std::is_sorted(samples->begin(), samples->end(), before)) return {};
  constexpr size_t kRun = 1 << 16;
  const size_t size = samples->size();
  const auto at = [&](size_t i) {
    return samples->begin() + static_cast<std::ptrdiff_t>(std::min(i, size));
  };
  for (size_t i = 0; i < size; i += kRun) {
    VEDETTE_RETURN_IF_ERROR(budget_->Check());
    std::sort(at(i), at(i + kRun), before);
  }
  // Merging takes half of them a second time.
  if (size > kRun) {
    VEDETTE_RETURN_IF_ERROR(budget_->ChargeMemory(size / 2 * sizeof(WindowSample)));
  }
  for (size_t run = kRun; run < size; run *= 2) {
    for (size_t i = 0; i + run < size; i += 2 * run) {
      VEDETTE_RETURN_IF_ERROR(budget_->Check());
      std::inplace_merge(at(i), at(i + run), at(i + 2 * run), before);
    }
  }
  return {};
}

void RangeTally::AddUp(const Series& series, GridSeries* out) const {
  const bool per_second = range_.op == RangeOp::kRate || range_.op == RangeOp::kBytesRate;
  const double divisor = per_second ? static_cast<double>(range_.range_ns) / 1e9 : 1;
  int64_t lines = 0;
  int64_t amount = 0;
  for (size_t i = 0; i < grid_.points; ++i) {
    lines += series.lines[i];
    amount += series.amount[i];
    out->present[i] = lines > 0;
    out->values[i] = static_cast<double>(amount) / divisor;
  }
}

// Windows are (end - range, end]; their ends only move on.
base::Status RangeTally::SlideOver(const std::vector<WindowSample>& samples,
                                   GridSeries* out) const {
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
    out->present[i] = 1;
    out->values[i] = ApplyWindow(range_, std::span(samples).subspan(begin, end - begin), time);
    if ((work += end - begin) < kCheckEvery) continue;
    work = 0;
    VEDETTE_RETURN_IF_ERROR(budget_->Check());
  }
  return {};
}

base::StatusOr<GridValue> RangeTally::Finish() {
  if (range_.op == RangeOp::kAbsentOverTime) return Absent();
  GridValue result;
  for (const auto& [labels, id] : ids_) {
    VEDETTE_RETURN_IF_ERROR(budget_->Check());
    GridSeries series = GridSeries::Absent(labels, grid_);
    if (CountsLines(range_)) {
      AddUp(series_[id], &series);
    } else {
      std::vector<WindowSample>& samples = series_[id].samples;
      if (!DependsOnArrival(range_)) VEDETTE_RETURN_IF_ERROR(SortSamples(&samples));
      VEDETTE_RETURN_IF_ERROR(SlideOver(samples, &series));
    }
    series_[id] = Series();
    result.series.push_back(std::move(series));
  }
  std::sort(result.series.begin(), result.series.end(),
            [](const GridSeries& a, const GridSeries& b) { return a.labels < b.labels; });
  return result;
}

// 1 where no window has a line, with the labels that the selector asks for.
GridValue RangeTally::Absent() const {
  GridSeries absent{AbsentLabels(), std::vector<double>(grid_.points, 1),
                    std::vector<uint8_t>(grid_.points, 1)};
  for (const Series& series : series_) {
    int64_t lines = 0;
    for (size_t i = 0; i < grid_.points; ++i) {
      lines += series.lines[i];
      if (lines > 0) absent.present[i] = 0;
    }
  }
  return GridValue{false, 0, {std::move(absent)}};
}

// Of labels that one equality asks for and nothing else.
model::Labels RangeTally::AbsentLabels() const {
  model::LabelsBuilder builder;
  const auto& matchers = range_.log.matchers;
  for (const model::Matcher& matcher : matchers) {
    const auto same_name = std::count_if(matchers.begin(), matchers.end(),
                                         [&](const auto& m) { return m.name() == matcher.name(); });
    if (same_name == 1 && matcher.type() == model::MatchType::kEqual) {
      builder.Set(matcher.name(), matcher.value());
    }
  }
  return builder.Build();
}

}  // namespace vedette::logql
