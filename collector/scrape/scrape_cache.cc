#include "collector/scrape/scrape_cache.h"

#include <utility>

#include "base/codec/bytes.h"
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

CachedSeries* ScrapeCache::Add(std::string_view lead, std::string_view line,
                               const model::Labels& labels) {
  CachedSeries* const series = labels.empty() ? nullptr : SeriesOf(labels);
  lines_.Add(lead, line, series);
  if (series != nullptr && series->added != scrape_) {
    series->added = scrape_;
    ++added_;
  }
  return series;
}

CachedSeries* ScrapeCache::FindSeries(const model::Labels& labels) const {
  const auto known = series_.find(base::Hash64(labels.bytes()));
  return known == series_.end() ? nullptr : known->get();
}

CachedSeries* ScrapeCache::SeriesOf(const model::Labels& labels) {
  if (CachedSeries* const known = FindSeries(labels); known != nullptr) return known;
  auto added = std::make_unique<CachedSeries>();
  added->labels_hash = base::Hash64(labels.bytes());
  return series_.insert(std::move(added)).first->get();
}

RichSeries* ScrapeCache::RichOf(const CachedSeries* series) {
  const auto known = rich_.find(series);
  return known == rich_.end() ? nullptr : &known->second;
}

RichSeries* ScrapeCache::KeepRich(const CachedSeries* series, const model::Labels& labels) {
  const auto [at, is_new] = rich_.try_emplace(series);
  if (is_new) {
    at->second.labels = labels;
    rich_bytes_ += BytesOf(at->second);
  }
  return &at->second;
}

uint64_t ScrapeCache::BytesOf(const RichSeries& rich) {
  return sizeof(rich) + sizeof(void*) + kAllocationBytes + HeapBytes(rich.labels);
}

uint64_t ScrapeCache::bytes() const {
  constexpr uint64_t kSeriesBytes = sizeof(CachedSeries) + sizeof(void*);  // allocated to the byte
  return lines_.bytes() + series_.size() * kSeriesBytes + TableBytes(series_) + rich_bytes_ +
         rich_.capacity() * (sizeof(void*) + 1);
}

void ScrapeCache::Clear() {
  ForgetLines();
  series_.clear();
  rich_.clear();
  rich_bytes_ = 0;
  ShrinkTable(&series_);
  ShrinkTable(&rich_);
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

// One that the store never knew has nothing to be ended.
void ScrapeCache::AddMarker(CachedSeries* series, int64_t timestamp_ms,
                            std::vector<StaleMarker>* markers) {
  series->tracked = 0;
  const RichSeries* const rich = series->is_histogram ? RichOf(series) : nullptr;
  if (rich != nullptr) {
    markers->push_back({timestamp_ms, {}, rich->labels});
  } else if (series->ref.known()) {
    markers->push_back({timestamp_ms, series->ref, {}});
  }
}

std::vector<StaleMarker> ScrapeCache::EndScrape(int64_t timestamp_ms) {
  if (lines_.is_empty()) return FailScrape(timestamp_ms);
  std::vector<StaleMarker> markers;
  repeated_ = lines_.End();
  const bool all_are_here = touched_ == series_.size() && tracked_ == series_.size();
  if (all_are_here) return markers;
  for (const SeriesPtr& series : series_) {
    if (series->tracked != 0 && series->tracked != scrape_) {
      AddMarker(series.get(), timestamp_ms, &markers);
    }
  }
  DropSeriesBefore(scrape_);
  return markers;
}

std::vector<StaleMarker> ScrapeCache::FailScrape(int64_t timestamp_ms) {
  std::vector<StaleMarker> markers;
  for (const SeriesPtr& series : series_) {
    if (series->tracked != 0) AddMarker(series.get(), timestamp_ms, &markers);
  }
  lines_.Drop();
  DropSeriesBefore(1);
  return markers;
}

void ScrapeCache::ForgetRich(const CachedSeries* series) {
  const auto at = rich_.find(series);
  if (at == rich_.end()) return;
  rich_bytes_ -= BytesOf(at->second);
  rich_.erase(at);
}

void ScrapeCache::DropSeriesBefore(uint32_t oldest) {
  absl::erase_if(series_, [this, oldest](const SeriesPtr& series) {
    const bool is_gone = series->seen < oldest;
    if (is_gone && !rich_.empty()) ForgetRich(series.get());
    return is_gone;
  });
  ShrinkTable(&series_);
}

}  // namespace vedette::scrape
