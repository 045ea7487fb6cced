#include "collector/scrape/sample_batch.h"

#include <algorithm>
#include <utility>

#include "collector/scrape/heap_bytes.h"

namespace vedette::scrape {
namespace {

// Of a series whose ref is known.
const model::Labels* NoLabels() {
  static const auto* const none = new model::Labels;
  return none;
}

}  // namespace

void SampleBatch::Reserve(size_t samples) {
  samples_.reserve(samples);
  touched_.reserve(samples);
}

uint64_t SampleBatch::bytes() const {
  return ArrayBytes(samples_) + ArrayBytes(touched_) + label_bytes_ + ArrayBytes(gone_);
}

void SampleBatch::Add(CachedSeries* series, model::Labels labels, int64_t timestamp_ms,
                      double value, int64_t start_ms, bool track) {
  const model::Labels* lent = NoLabels();
  if (!labels.empty()) {
    label_bytes_ += sizeof(labels) + HeapBytes(labels);
    lent = &labels_.emplace_back(std::move(labels));
  }
  samples_.push_back({lent, &series->ref, timestamp_ms, value, start_ms});
  touched_.push_back({series, track});
}

void SampleBatch::AddOwn(const model::Labels* labels, model::SeriesRef* ref, int64_t timestamp_ms,
                         double value) {
  samples_.push_back({labels, ref, timestamp_ms, value});
}

void SampleBatch::AddGone(const model::SeriesRef& ref, int64_t timestamp_ms) {
  gone_.push_back({ref, timestamp_ms});
}

std::span<const model::LentSample> SampleBatch::Finish() {
  for (Gone& gone : gone_) {
    samples_.push_back({NoLabels(), &gone.ref, gone.timestamp_ms, model::StaleNan()});
  }
  finished_ = true;
  return samples_;
}

bool SampleBatch::HasForgotten() const {
  const size_t kept = samples_.size() - gone_.size();
  return std::any_of(samples_.begin(), samples_.begin() + static_cast<ptrdiff_t>(kept),
                     [](const model::LentSample& sample) {
                       return sample.labels->empty() && !sample.ref->known();
                     });
}

void SampleBatch::TouchAll(ScrapeCache* cache) {
  for (const Touched& touched : touched_) {
    cache->Touch(touched.series, false, touched.track);
  }
}

}  // namespace vedette::scrape
