#include "app/sample_memory.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "collector/promql/histogram_math.h"
#include "model/matcher.h"
#include "model/sample.h"

namespace vedette::app {
namespace {

int64_t NewestTime(const model::SeriesSamples& series) {
  int64_t newest = std::numeric_limits<int64_t>::min();
  if (!series.timestamps_ms.empty()) newest = series.timestamps_ms.back();
  if (!series.histograms.empty()) newest = std::max(newest, series.histograms.back().time_ms);
  return newest;
}

// What the store knows of resets: nothing behind a gap of its own kind, a float or a stale marker.
model::CounterReset ResetSince(const model::SeriesSamples& series, const model::Histogram& h) {
  using model::CounterReset;
  if (h.reset == CounterReset::kGauge) return CounterReset::kGauge;
  if (series.histograms.empty()) return CounterReset::kUnknown;
  const model::HistogramSample& last = series.histograms.back();
  if (last.time_ms < NewestTime(series)) return CounterReset::kUnknown;
  const model::Histogram& before = *last.histogram;
  if (before.IsStale() || before.reset == CounterReset::kGauge) return CounterReset::kUnknown;
  const bool reset = promql::IsReset(h, before, promql::MergeRules::k35);
  return reset ? CounterReset::kUnknown : CounterReset::kNotReset;
}

}  // namespace

bool SampleMemory::Append(const model::Labels& labels, int64_t time_ms, double value) {
  model::SeriesSamples& series = series_[labels];
  if (time_ms <= NewestTime(series)) return false;
  series.timestamps_ms.push_back(time_ms);
  series.values.push_back(value);
  return true;
}

bool SampleMemory::Append(const model::Labels& labels, int64_t time_ms,
                          std::shared_ptr<const model::Histogram> histogram) {
  model::SeriesSamples& series = series_[labels];
  if (time_ms <= NewestTime(series)) return false;
  const model::CounterReset reset = ResetSince(series, *histogram);
  if (reset != histogram->reset) {
    auto told = std::make_shared<model::Histogram>(*histogram);
    told->reset = reset;
    histogram = std::move(told);
  }
  series.histograms.push_back({time_ms, 0, std::move(histogram)});
  return true;
}

base::Status SampleMemory::Select(const promql::SelectRequest& request, const Visit& visit) const {
  for (const auto& [labels, all] : series_) {
    if (!model::MatchesAll(request.matchers, labels)) continue;
    model::SeriesSamples found;
    found.labels = labels;
    const auto& times = all.timestamps_ms;
    const auto first = std::lower_bound(times.begin(), times.end(), request.min_ms);
    const auto last = std::upper_bound(first, times.end(), request.max_ms);
    found.timestamps_ms.assign(first, last);
    found.values.assign(all.values.begin() + (first - times.begin()),
                        all.values.begin() + (last - times.begin()));
    for (const model::HistogramSample& h : all.histograms) {
      if (h.time_ms < request.min_ms || h.time_ms > request.max_ms) continue;
      found.histograms.push_back(h);
    }
    if (!found.empty()) VEDETTE_RETURN_IF_ERROR(visit(std::move(found)));
  }
  return base::Status();
}

}  // namespace vedette::app
