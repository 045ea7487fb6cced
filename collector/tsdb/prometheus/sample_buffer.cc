#include "collector/tsdb/prometheus/sample_buffer.h"

#include <algorithm>
#include <utility>

#include "collector/tsdb/merge_plan.h"
#include "collector/tsdb/sample_merge.h"
#include "model/histogram.h"

namespace vedette::tsdb::prometheus {
namespace {

// Arrays grow by half or double; the map's own share.
constexpr uint64_t kBytesPerSample = 2 * (sizeof(int64_t) + sizeof(double));
constexpr uint64_t kBytesPerSeries = 128;

}  // namespace

model::SeriesSamples* SampleBuffer::Series(const model::Labels* labels) {
  const auto [at, added] = series_.try_emplace(labels);
  if (added) bytes_ += kBytesPerSeries;
  ++samples_;
  return &at->second;
}

void SampleBuffer::Add(const model::Labels* labels, int64_t time_ms, double value) {
  model::SeriesSamples* const series = Series(labels);
  series->timestamps_ms.push_back(time_ms);
  series->values.push_back(value);
  bytes_ += kBytesPerSample;
}

void SampleBuffer::Add(const model::Labels* labels, model::HistogramSample histogram) {
  bytes_ += kBytesPerSample + histogram.histogram->MemoryBytes();
  Series(labels)->histograms.push_back(std::move(histogram));
}

base::Status SampleBuffer::MoveTo(Store* store) {
  std::vector<model::SeriesSamples> sorted;
  sorted.reserve(series_.size());
  std::map<int64_t, int64_t> days;  // with the first time of each
  const auto note = [&days](int64_t time_ms) {
    const auto [at, added] = days.emplace(DayOf(time_ms), time_ms);
    if (!added) at->second = std::min(at->second, time_ms);
  };
  for (auto& [labels, samples] : series_) {
    samples.labels = *labels;
    SortByTime(&samples);
    for (const int64_t time_ms : samples.timestamps_ms) note(time_ms);
    for (const model::HistogramSample& sample : samples.histograms) note(sample.time_ms);
    sorted.push_back(std::move(samples));
  }
  series_.clear();
  bytes_ = 0;
  samples_ = 0;
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.labels < b.labels; });
  return store->Import(days, [&sorted](int64_t day, const Store::Visitor& add) -> base::Status {
    for (const model::SeriesSamples& series : sorted) {
      model::SeriesSamples cut;
      AppendRange(series, day * kDayMs, (day + 1) * kDayMs - 1, &cut);
      cut.labels = series.labels;
      if (!cut.empty()) VEDETTE_RETURN_IF_ERROR(add(std::move(cut)));
    }
    return {};
  });
}

}  // namespace vedette::tsdb::prometheus
