#include "collector/tsdb/prometheus/sample_buffer.h"

#include <algorithm>
#include <utility>

#include "collector/tsdb/merge_cursor.h"
#include "collector/tsdb/merge_plan.h"
#include "collector/tsdb/prometheus/block.h"

namespace vedette::tsdb::prometheus {
namespace {

// Arrays grow by half or double; the map's own share.
constexpr uint64_t kBytesPerSample = 2 * (sizeof(int64_t) + sizeof(double));
constexpr uint64_t kBytesPerSeries = 128;

// The samples of [begin, end) as they lie in `series`.
model::SeriesSamples Cut(const model::SeriesSamples& series, int64_t begin_ms, int64_t end_ms) {
  const std::vector<int64_t>& times = series.timestamps_ms;
  const auto first = std::lower_bound(times.begin(), times.end(), begin_ms);
  const auto last = std::lower_bound(first, times.end(), end_ms);
  model::SeriesSamples cut;
  cut.labels = series.labels;
  cut.timestamps_ms.assign(first, last);
  cut.values.assign(series.values.begin() + (first - times.begin()),
                    series.values.begin() + (last - times.begin()));
  return cut;
}

}  // namespace

void SampleBuffer::Add(const model::Labels* labels, int64_t time_ms, double value) {
  const auto [at, added] = series_.try_emplace(labels);
  at->second.times.push_back(time_ms);
  at->second.values.push_back(value);
  ++samples_;
  bytes_ += kBytesPerSample + (added ? kBytesPerSeries : 0);
}

base::Status SampleBuffer::MoveTo(Store* store) {
  std::vector<model::SeriesSamples> sorted;
  sorted.reserve(series_.size());
  std::map<int64_t, int64_t> days;  // with the first time of each
  for (auto& [labels, samples] : series_) {
    model::SeriesSamples series;
    series.labels = *labels;
    series.timestamps_ms = std::move(samples.times);
    series.values = std::move(samples.values);
    SortByTime(&series);
    for (const int64_t time_ms : series.timestamps_ms) {
      const auto [at, added] = days.emplace(DayOf(time_ms), time_ms);
      if (!added) at->second = std::min(at->second, time_ms);
    }
    sorted.push_back(std::move(series));
  }
  series_.clear();
  bytes_ = 0;
  samples_ = 0;
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.labels < b.labels; });
  return store->Import(days, [&sorted](int64_t day, const Store::Visitor& add) -> base::Status {
    for (const model::SeriesSamples& series : sorted) {
      model::SeriesSamples cut = Cut(series, day * kDayMs, (day + 1) * kDayMs);
      if (!cut.timestamps_ms.empty()) VEDETTE_RETURN_IF_ERROR(add(std::move(cut)));
    }
    return {};
  });
}

}  // namespace vedette::tsdb::prometheus
