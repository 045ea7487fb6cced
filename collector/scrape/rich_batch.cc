#include "collector/scrape/rich_batch.h"

#include <algorithm>

#include "model/wire_append.h"

namespace vedette::scrape {

void RichBatch::Clear() {
  series_.clear();
  touched_.clear();
}

model::WireSeries* RichBatch::Add(CachedSeries* series, bool track) {
  touched_.push_back({series, track});
  model::WireSeries& added = series_.emplace_back();
  added.labels = series->labels;
  return &added;
}

void RichBatch::AddHistogram(CachedSeries* series, int64_t time_ms, int64_t start_ms,
                             const model::Histogram& histogram, bool track) {
  Add(series, track)->histograms.push_back({time_ms, start_ms, histogram});
}

void RichBatch::AddNumber(CachedSeries* series, int64_t time_ms, int64_t start_ms, double value,
                          bool track) {
  model::WireSeries* const added = Add(series, track);
  added->samples.push_back({time_ms, value});
  added->starts_ms.push_back(start_ms);
}

void RichBatch::AddExemplars(const CachedSeries& series, int64_t time_ms,
                             const std::vector<model::exposition::Exemplar>& exemplars) {
  if (exemplars.empty()) return;
  model::WireSeries& added = series_.emplace_back();
  added.labels = series.labels;
  for (const model::exposition::Exemplar& exemplar : exemplars) {
    added.exemplars.push_back(
        {exemplar.labels, exemplar.value, exemplar.timestamp_ms.value_or(time_ms)});
  }
  // The store takes them in the order of time alone.
  std::stable_sort(added.exemplars.begin(), added.exemplars.end(),
                   [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; });
}

void RichBatch::AddStale(const model::SampleRow& row) {
  model::WireSeries& added = series_.emplace_back();
  added.labels = row.labels;
  added.histograms.push_back({row.timestamp_ms, 0, model::StaleHistogram(false)});
}

uint64_t RichBatch::TouchAll(ScrapeCache* cache) {
  uint64_t added = 0;
  for (const Touched& touched : touched_) {
    if (cache->Touch(touched.series, touched.track)) ++added;
  }
  return added;
}

base::StatusOr<model::AppendStats> RichBatch::Append(model::WireSink* sink) const {
  return model::AppendSeries(series_, sink);
}

}  // namespace vedette::scrape
