#include "collector/scrape/scrape_cache.h"

#include <utility>

namespace vedette::scrape {
namespace {

// A target that fails with ever new lines may not fill the memory.
constexpr size_t kSpareLines = 1000;

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
  if (!labels.empty()) {
    std::unique_ptr<CachedSeries>& series = series_[labels];
    if (series == nullptr) {
      series = std::make_unique<CachedSeries>();
      series->labels = std::move(labels);
      series->id = next_id_++;
    }
    added->series = series.get();
  }
  Line* const entry = added.get();
  lines_.emplace(entry->text, std::move(added));
  return Take(entry);
}

void ScrapeCache::ForgetLines() {
  lines_.clear();
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
  for (auto& [labels, series] : series_) {
    if (series->tracked != 0 && series->tracked != scrape_) {
      markers.push_back(Mark(series.get(), timestamp_ms));
    }
  }
  absl::erase_if(lines_, [this](const auto& entry) { return entry.second->seen != scrape_; });
  absl::erase_if(series_, [this](const auto& entry) { return entry.second->seen != scrape_; });
  good_lines_ = lines_.size();
  order_.swap(taken_);
  for (size_t i = 0; i < order_.size(); ++i) order_[i]->place = i;
  return markers;
}

std::vector<StaleMarker> ScrapeCache::FailScrape(int64_t timestamp_ms) {
  std::vector<StaleMarker> markers;
  for (auto& [labels, series] : series_) {
    if (series->tracked != 0) markers.push_back(Mark(series.get(), timestamp_ms));
  }
  if (lines_.size() > 2 * good_lines_ + kSpareLines) {
    ForgetLines();
    series_.clear();
  }
  return markers;
}

}  // namespace vedette::scrape
