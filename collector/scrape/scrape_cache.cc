#include "collector/scrape/scrape_cache.h"

#include <utility>

#include "collector/scrape/heap_bytes.h"

namespace vedette::scrape {
namespace {

// A table that was far larger once becomes as large as what is in it.
template <typename Table>
void ShrinkTable(Table* table) {
  constexpr size_t kSpare = 1000;
  if (table->capacity() > 8 * table->size() + kSpare) table->rehash(0);
}

}  // namespace

void ScrapeCache::Begin() {
  ++scrape_;
  touched_ = tracked_ = 0;
  added_ = 0;
  lines_.Begin();
}

CachedSeries* ScrapeCache::Add(std::string_view lead, std::string_view line, model::Labels labels) {
  CachedSeries* const series = labels.empty() ? nullptr : SeriesOf(std::move(labels));
  lines_.Add(lead, line, series);
  if (series != nullptr && series->added != scrape_) {
    series->added = scrape_;
    ++added_;
  }
  return series;
}

CachedSeries* ScrapeCache::SeriesOf(model::Labels labels) {
  if (const auto known = series_.find(labels); known != series_.end()) return known->get();
  auto added = std::make_unique<CachedSeries>();
  added->labels = std::move(labels);
  series_bytes_ += BytesOf(*added);
  return series_.insert(std::move(added)).first->get();
}

uint64_t ScrapeCache::BytesOf(const CachedSeries& series) {
  return sizeof(series) + kAllocationBytes + HeapBytes(series.labels);
}

uint64_t ScrapeCache::bytes() const { return lines_.bytes() + series_bytes_ + TableBytes(series_); }

void ScrapeCache::Clear() {
  ForgetLines();
  series_.clear();
  series_bytes_ = 0;
  ShrinkTable(&series_);
}

void ScrapeCache::Touch(CachedSeries* series, bool is_histogram, bool track) {
  if (series->seen != scrape_) ++touched_;
  series->seen = scrape_;
  series->is_histogram = is_histogram;
  if (track && series->tracked != scrape_) {
    ++tracked_;
    series->tracked = scrape_;
  }
}

StaleMarker ScrapeCache::Mark(CachedSeries* series, int64_t timestamp_ms) {
  series->tracked = 0;
  return {{series->labels, timestamp_ms, model::StaleNan(), series->ref}, series->is_histogram};
}

std::vector<StaleMarker> ScrapeCache::EndScrape(int64_t timestamp_ms) {
  if (lines_.is_empty()) return FailScrape(timestamp_ms);
  std::vector<StaleMarker> markers;
  repeated_ = lines_.End();
  const bool all_are_here = touched_ == series_.size() && tracked_ == series_.size();
  if (all_are_here) return markers;
  for (const SeriesPtr& series : series_) {
    if (series->tracked != 0 && series->tracked != scrape_) {
      markers.push_back(Mark(series.get(), timestamp_ms));
    }
  }
  DropSeriesBefore(scrape_);
  return markers;
}

std::vector<StaleMarker> ScrapeCache::FailScrape(int64_t timestamp_ms) {
  std::vector<StaleMarker> markers;
  for (const SeriesPtr& series : series_) {
    if (series->tracked != 0) markers.push_back(Mark(series.get(), timestamp_ms));
  }
  lines_.Drop();
  DropSeriesBefore(1);
  return markers;
}

void ScrapeCache::DropSeriesBefore(uint32_t oldest) {
  absl::erase_if(series_, [this, oldest](const SeriesPtr& series) {
    const bool is_gone = series->seen < oldest;
    if (is_gone) series_bytes_ -= BytesOf(*series);
    return is_gone;
  });
  ShrinkTable(&series_);
}

}  // namespace vedette::scrape
