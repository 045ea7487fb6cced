#include "collector/scrape/rich_batch.h"

#include <algorithm>
#include <bit>
#include <compare>

#include "absl/hash/hash.h"
#include "collector/scrape/heap_bytes.h"
#include "model/wire_append.h"

namespace vedette::scrape {
namespace {

// Says which exemplar it is, but for its time; never 0.
uint64_t Fingerprint(const model::exposition::Exemplar& exemplar) {
  const uint64_t value = std::bit_cast<uint64_t>(exemplar.value);
  return std::max<uint64_t>(absl::HashOf(exemplar.labels, value), 1);
}

// The order that the store takes them in, which is upstream's.
bool IsBefore(const model::Exemplar& a, const model::Exemplar& b) {
  if (a.time_ms != b.time_ms) return a.time_ms < b.time_ms;
  const auto by_value = std::strong_order(a.value, b.value);
  return by_value != 0 ? by_value < 0 : a.labels < b.labels;
}

}  // namespace

void RichBatch::Clear() {
  series_.clear();
  touched_.clear();
  last_exemplars_.clear();
  content_bytes_ = 0;
}

uint64_t RichBatch::bytes() const {
  return content_bytes_ + ArrayBytes(series_) + ArrayBytes(touched_) + ArrayBytes(last_exemplars_);
}

model::WireSeries* RichBatch::AddSeries(const model::Labels& labels) {
  model::WireSeries& added = series_.emplace_back();
  added.labels = labels;
  content_bytes_ += HeapBytes(added.labels);
  return &added;
}

void RichBatch::AddHistogram(CachedSeries* series, const RichSeries& rich, int64_t time_ms,
                             int64_t start_ms, const model::Histogram& histogram, bool track) {
  touched_.push_back({series, track});
  AddSeries(rich.labels)->histograms.push_back({time_ms, start_ms, histogram});
  content_bytes_ += sizeof(model::TimedHistogram) + kAllocationBytes + histogram.MemoryBytes();
}

void RichBatch::AddExemplars(RichSeries* rich, int64_t time_ms,
                             const std::vector<model::exposition::Exemplar>& exemplars) {
  std::vector<model::Exemplar> added;
  uint64_t last = rich->timeless_exemplar;
  for (const model::exposition::Exemplar& exemplar : exemplars) {
    const uint64_t found = exemplar.timestamp_ms ? 0 : Fingerprint(exemplar);
    if (found != 0 && found == last) continue;
    last = found;
    added.push_back({exemplar.labels, exemplar.value, exemplar.timestamp_ms.value_or(time_ms)});
    content_bytes_ += sizeof(model::Exemplar) + HeapBytes(exemplar.labels);
  }
  if (added.empty()) return;
  std::sort(added.begin(), added.end(), IsBefore);
  last_exemplars_.emplace_back(rich, last);
  AddSeries(rich->labels)->exemplars = std::move(added);
}

void RichBatch::AddStale(const model::Labels& labels, int64_t time_ms) {
  AddSeries(labels)->histograms.push_back({time_ms, 0, model::StaleHistogram(false)});
}

void RichBatch::TouchAll(ScrapeCache* cache) {
  for (const Touched& touched : touched_) {
    cache->Touch(touched.series, true, touched.track);
  }
}

base::StatusOr<model::AppendStats> RichBatch::Append(model::WireSink* sink) {
  VEDETTE_ASSIGN_OR_RETURN(const model::AppendStats stats, model::AppendSeries(series_, sink));
  for (const auto& [rich, last] : last_exemplars_) rich->timeless_exemplar = last;
  return stats;
}

}  // namespace vedette::scrape
