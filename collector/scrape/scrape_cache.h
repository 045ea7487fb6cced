#ifndef VEDETTE_COLLECTOR_SCRAPE_SCRAPE_CACHE_H_
#define VEDETTE_COLLECTOR_SCRAPE_SCRAPE_CACHE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "base/strings.h"
#include "model/labels.h"
#include "model/sample.h"

namespace vedette::scrape {

// A series that a target exposes, after relabelling, with the store's handle.
struct CachedSeries {
  model::Labels labels;
  uint64_t id = 0;  // never given twice in the life of a target
  uint64_t ref = 0;
  uint64_t seen = 0;     // number of the good scrape that had it last
  uint64_t tracked = 0;  // the same, where its time was ours: these end with a stale marker
  uint64_t timeless_exemplar = 0;  // Fingerprint of its last exemplar, if that had no time; else 0
  bool is_histogram = false;       // what its last sample was
};

// The marker that a series ends with.
struct StaleMarker {
  model::SampleRow row;
  bool is_histogram = false;  // one of a native histogram ends the series
};

// What a target said last time, by the bytes of its lines, so that a steady scrape builds no label
// sets; and which series have gone since. One thread at a time.
//
// A scrape is Begin, then TakeExpected, Find or Add for each line, then either Touch for every
// series and EndScrape, or FailScrape. Series pointers are good until the end of the scrape.
class ScrapeCache {
 public:
  void Begin();

  // The line that followed, in the last good scrape, the one found last: pages seldom change their
  // order. Empty: none is known.
  std::string_view Expected() const {
    if (next_ >= order_.size()) return {};
    return order_[next_]->text;
  }
  // It came. Null for one whose sample relabelling drops.
  CachedSeries* TakeExpected() { return Take(order_[next_]); }
  // Nothing for a line not seen before; null for one whose sample relabelling drops.
  std::optional<CachedSeries*> Find(std::string_view line);
  // Labels of a new line; empty ones mean that it is dropped (null).
  CachedSeries* Add(std::string_view line, model::Labels labels);
  // Lines are to be read anew; series and their tracking stay.
  void ForgetLines();
  // The series is in a good scrape; true if it was in none before.
  bool Touch(CachedSeries* series, bool track);

  // The end of a good scrape: stale markers for series tracked before and not now. Forgets the
  // lines and series that it did not have.
  std::vector<StaleMarker> EndScrape(int64_t timestamp_ms);
  // The end of a failed scrape, and of a target: everything tracked goes stale.
  std::vector<StaleMarker> FailScrape(int64_t timestamp_ms);

  // Forgets lines and series, and gives their memory back.
  void Clear();

  size_t size() const { return series_.size(); }
  // What all of it takes in memory.
  uint64_t bytes() const;

 private:
  // Series by their labels, which only the series itself holds.
  using SeriesPtr = std::unique_ptr<CachedSeries>;
  static const model::Labels& LabelsOf(const SeriesPtr& series) { return series->labels; }
  static const model::Labels& LabelsOf(const model::Labels& labels) { return labels; }
  struct HashByLabels {
    using is_transparent = void;
    size_t operator()(const auto& of) const { return absl::HashOf(LabelsOf(of)); }
  };
  struct SameLabels {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return LabelsOf(a) == LabelsOf(b); }
  };

  struct Line {
    std::string text;
    CachedSeries* series = nullptr;
    uint64_t seen = 0;
    size_t place = 0;  // in order_
  };
  CachedSeries* Take(Line* line);
  CachedSeries* SeriesOf(model::Labels labels);
  static uint64_t BytesOf(const Line& line);
  static uint64_t BytesOf(const CachedSeries& series);
  void DropUnseen();
  StaleMarker Mark(CachedSeries* series, int64_t timestamp_ms);

  uint64_t scrape_ = 0;
  uint64_t next_id_ = 1;
  size_t good_lines_ = 0;                                               // of the last good scrape
  absl::flat_hash_map<std::string_view, std::unique_ptr<Line>> lines_;  // by their own text
  std::vector<Line*> order_;                                            // of the last good scrape
  std::vector<Line*> taken_;                                            // of this one, so far
  size_t next_ = 0;                                                     // in order_
  absl::flat_hash_set<SeriesPtr, HashByLabels, SameLabels> series_;
  uint64_t line_bytes_ = 0;    // of what lines_ points to
  uint64_t series_bytes_ = 0;  // of what series_ points to
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_SCRAPE_CACHE_H_
