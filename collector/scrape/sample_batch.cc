#include "collector/scrape/sample_batch.h"

#include <utility>

#include "collector/scrape/heap_bytes.h"

namespace vedette::scrape {

void SampleBatch::Clear() {
  // Rows of a page that was far larger are of no more use.
  constexpr size_t kSpareRows = 1000;
  if (rows_.capacity() > 8 * used_ + kSpareRows) *this = SampleBatch();
  used_ = 0;
}

uint64_t SampleBatch::bytes() const {
  return ArrayBytes(rows_) + ArrayBytes(slots_) + label_bytes_;
}

void SampleBatch::Add(CachedSeries* series, int64_t timestamp_ms, double value, bool track) {
  if (used_ == rows_.size()) {
    rows_.emplace_back();
    slots_.emplace_back();
  }
  model::SampleRow& row = rows_[used_];
  Slot& slot = slots_[used_];
  ++used_;
  if (slot.id != series->id) {
    label_bytes_ -= HeapBytes(row.labels);
    row.labels = series->labels;
    label_bytes_ += HeapBytes(row.labels);
  }
  slot = {series, series->id, track};
  row.timestamp_ms = timestamp_ms;
  row.value = value;
  row.ref = series->ref;
}

void SampleBatch::Add(model::SampleRow row) {
  for (size_t i = used_; i < rows_.size(); ++i) label_bytes_ -= HeapBytes(rows_[i].labels);
  rows_.resize(used_);
  slots_.resize(used_);
  label_bytes_ += HeapBytes(row.labels);
  rows_.push_back(std::move(row));
  slots_.emplace_back();
  ++used_;
}

uint64_t SampleBatch::TouchAll(ScrapeCache* cache) {
  uint64_t added = 0;
  for (size_t i = 0; i < used_; ++i) {
    if (slots_[i].series != nullptr && cache->Touch(slots_[i].series, slots_[i].track)) ++added;
  }
  return added;
}

void SampleBatch::KeepRefs() {
  for (size_t i = 0; i < used_; ++i) {
    if (slots_[i].series != nullptr) slots_[i].series->ref = rows_[i].ref;
  }
}

}  // namespace vedette::scrape
