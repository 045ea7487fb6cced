#include "collector/scrape/sample_batch.h"

#include "collector/scrape/heap_bytes.h"

namespace vedette::scrape {

void SampleBatch::Reserve(size_t samples) {
  samples_.reserve(samples);
  touched_.reserve(samples);
}

uint64_t SampleBatch::bytes() const {
  return ArrayBytes(samples_) + ArrayBytes(touched_) + ArrayBytes(gone_);
}

void SampleBatch::Add(CachedSeries* series, int64_t timestamp_ms, double value, int64_t start_ms,
                      bool track) {
  samples_.push_back({&series->labels, &series->ref, timestamp_ms, value, start_ms});
  touched_.push_back({series, track});
}

std::span<const model::LentSample> SampleBatch::Finish() {
  for (model::SampleRow& row : gone_) {
    samples_.push_back({&row.labels, &row.ref, row.timestamp_ms, row.value});
  }
  return samples_;
}

void SampleBatch::TouchAll(ScrapeCache* cache) {
  for (const Touched& touched : touched_) {
    cache->Touch(touched.series, false, touched.track);
  }
}

}  // namespace vedette::scrape
