#include "collector/scrape/scrape_cache.h"

#include <utility>

#include "collector/scrape/heap_bytes.h"

namespace vedette::scrape {
namespace {

// A target that fails with ever new lines may not fill the memory.
constexpr size_t kSpareLines = 1000;

// A table that was far larger once becomes as large as what is in it.
template <typename Table>
void ShrinkTable(Table* table) {
  if (table->capacity() > 8 * table->size() + kSpareLines) table->rehash(0);
}

// Of each slot of a table, one byte more than its value.
template <typename Table>
uint64_t TableBytes(const Table& table) {
  return table.capacity() * (sizeof(typename Table::value_type) + 1);
}

}  // namespace

void ScrapeCache::Begin() {
  ++scrape_;
  taken_.clear();
  next_ = 0;
}

CachedSeries* ScrapeCache::Take(Line* line) {
  line->seen = scrape_;
  next_ = line->place + 1;
  taken_.push_back(line);
  return line->series;
}

std::optional<CachedSeries*> ScrapeCache::Find(std::string_view line) {
  const auto at = lines_.find(line);
  if (at == lines_.end()) return std::nullopt;
  return Take(at->second.get());
}

CachedSeries* ScrapeCache::Add(std::string_view line, model::Labels labels) {
  auto added = std::make_unique<Line>();
  added->text = line;
  added->place = next_ - 1;  // what is expected next stays so
  if (!labels.empty()) added->series = SeriesOf(std::move(labels));
  Line* const entry = added.get();
  line_bytes_ += BytesOf(*entry);
  lines_.emplace(entry->text, std::move(added));
  return Take(entry);
}

CachedSeries* ScrapeCache::SeriesOf(model::Labels labels) {
  if (const auto known = series_.find(labels); known != series_.end()) return known->get();
  auto added = std::make_unique<CachedSeries>();
  added->labels = std::move(labels);
  added->id = next_id_++;
  series_bytes_ += BytesOf(*added);
  return series_.insert(std::move(added)).first->get();
}

uint64_t ScrapeCache::BytesOf(const Line& line) {
  return sizeof(line) + kAllocationBytes + HeapBytes(line.text);
}

uint64_t ScrapeCache::BytesOf(const CachedSeries& series) {
  return sizeof(series) + kAllocationBytes + HeapBytes(series.labels);
}

uint64_t ScrapeCache::bytes() const {
  return line_bytes_ + series_bytes_ + TableBytes(lines_) + TableBytes(series_) +
         ArrayBytes(order_) + ArrayBytes(taken_);
}

void ScrapeCache::Clear() {
  ForgetLines();
  series_.clear();
  series_bytes_ = 0;
  ShrinkTable(&lines_);
  ShrinkTable(&series_);
  order_.shrink_to_fit();
  taken_.shrink_to_fit();
}

void ScrapeCache::ForgetLines() {
  lines_.clear();
  line_bytes_ = 0;
  order_.clear();
  taken_.clear();
  next_ = 0;
}

bool ScrapeCache::Touch(CachedSeries* series, bool track) {
  const bool added = series->seen == 0;
  series->seen = scrape_;
  if (track) series->tracked = scrape_;
  return added;
}

StaleMarker ScrapeCache::Mark(CachedSeries* series, int64_t timestamp_ms) {
  series->tracked = 0;
  return {{series->labels, timestamp_ms, model::StaleNan(), series->ref}, series->is_histogram};
}

std::vector<StaleMarker> ScrapeCache::EndScrape(int64_t timestamp_ms) {
  std::vector<StaleMarker> markers;
  for (const SeriesPtr& series : series_) {
    if (series->tracked != 0 && series->tracked != scrape_) {
      markers.push_back(Mark(series.get(), timestamp_ms));
    }
  }
  DropUnseen();
  good_lines_ = lines_.size();
  order_.swap(taken_);
  if (taken_.capacity() > 8 * order_.size() + kSpareLines) taken_ = {};
  for (size_t i = 0; i < order_.size(); ++i) order_[i]->place = i;
  return markers;
}

void ScrapeCache::DropUnseen() {
  absl::erase_if(lines_, [this](const auto& entry) {
    const bool is_gone = entry.second->seen != scrape_;
    if (is_gone) line_bytes_ -= BytesOf(*entry.second);
    return is_gone;
  });
  absl::erase_if(series_, [this](const SeriesPtr& series) {
    const bool is_gone = series->seen != scrape_;
    if (is_gone) series_bytes_ -= BytesOf(*series);
    return is_gone;
  });
  ShrinkTable(&lines_);
  ShrinkTable(&series_);
}

std::vector<StaleMarker> ScrapeCache::FailScrape(int64_t timestamp_ms) {
  std::vector<StaleMarker> markers;
  for (const SeriesPtr& series : series_) {
    if (series->tracked != 0) markers.push_back(Mark(series.get(), timestamp_ms));
  }
  if (lines_.size() > 2 * good_lines_ + kSpareLines) Clear();
  return markers;
}

}  // namespace vedette::scrape
