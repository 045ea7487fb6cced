#ifndef VEDETTE_COLLECTOR_SCRAPE_SCRAPE_CACHE_H_
#define VEDETTE_COLLECTOR_SCRAPE_SCRAPE_CACHE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/hash/hash.h"
#include "collector/scrape/page_lines.h"
#include "model/labels.h"
#include "model/sample.h"

namespace vedette::scrape {

// A series that a target exposes, after relabelling: what the store calls it, and when it was
// there. Its labels are not kept: the page says them again wherever they are needed.
struct CachedSeries {
  model::SeriesRef ref;
  uint64_t labels_hash = 0;
  // Numbers of scrapes.
  uint32_t seen = 0;          // the good one that had it last
  uint32_t tracked = 0;       // the same, where its time was ours: these end with a stale marker
  uint32_t added = 0;         // the one that had it on a line not known before
  bool is_histogram = false;  // what its last sample was
};

// What is kept besides of a series that brings native histograms or exemplars, which the store
// takes with their labels alone.
struct RichSeries {
  model::Labels labels;
  uint64_t timeless_exemplar = 0;  // Fingerprint of its last exemplar, if that had no time; else 0
};

// The marker that a series ends with.
struct StaleMarker {
  int64_t timestamp_ms = 0;
  model::SeriesRef ref;
  // Of one whose last sample was a native histogram, which ends with one; else empty.
  model::Labels histogram;
};

// What a target said last time, by the bytes of its lines, so that a steady scrape builds no label
// sets; and which series have gone since. One thread at a time.
//
// A scrape is Begin, then TakeExpected, Find or Add for each line, then either Touch for every
// series and EndScrape, or FailScrape. Series pointers are good until the end of the scrape.
class ScrapeCache {
 public:
  void Begin();

  // See PageLines. `lead`: the comment lines right before the line. Nothing is expected where the
  // page has to say the series' labels, since the store does not know it.
  model::exposition::KnownLine Expected() const {
    const CachedSeries* const series = lines_.NextSeries();
    if (series != nullptr && !series->ref.known()) return {};
    return lines_.Next();
  }
  CachedSeries* TakeExpected(std::string_view lead) { return lines_.Take(lead); }
  std::optional<CachedSeries*> Find(std::string_view lead, std::string_view line) {
    return lines_.Find(lead, line);
  }
  // Labels of a new line; empty ones mean that it is dropped (null).
  CachedSeries* Add(std::string_view lead, std::string_view line, const model::Labels& labels);
  // The series of these labels, null for one that is not there.
  CachedSeries* FindSeries(const model::Labels& labels) const;
  // Null until it is kept.
  RichSeries* RichOf(const CachedSeries* series);
  RichSeries* KeepRich(const CachedSeries* series, const model::Labels& labels);
  // Lines are to be read anew; series and their tracking stay.
  void ForgetLines() { lines_.Clear(); }
  // Series that were on lines not known before, in the scrape so far.
  uint64_t added() const { return added_; }
  // The series brought a sample to a good scrape.
  void Touch(CachedSeries* series, bool is_histogram, bool track);

  // The end of a good scrape: stale markers for series tracked before and not now. Forgets the
  // lines and series that it did not have, unless it had none: most often they come back.
  std::vector<StaleMarker> EndScrape(int64_t timestamp_ms);
  // The end of a failed scrape, and of a target: everything tracked goes stale. Forgets what it
  // brought.
  std::vector<StaleMarker> FailScrape(int64_t timestamp_ms);

  // Forgets lines and series, and gives their memory back.
  void Clear();

  // Of the last good scrape. Whether its page said just what the one before said, numbers aside.
  bool repeated() const { return repeated_; }
  // Whether comments were taken without reading them.
  bool has_unread_leads() const { return lines_.has_unread_leads(); }

  size_t size() const { return series_.size(); }
  // What all of it takes in memory.
  uint64_t bytes() const;

 private:
  using SeriesPtr = std::unique_ptr<CachedSeries>;
  // By the hash of their labels: two that have the same one are taken for one.
  static uint64_t HashOf(uint64_t labels_hash) { return labels_hash; }
  static uint64_t HashOf(const SeriesPtr& series) { return series->labels_hash; }
  struct ByHash {
    using is_transparent = void;
    size_t operator()(const auto& of) const { return absl::HashOf(HashOf(of)); }
  };
  struct SameHash {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return HashOf(a) == HashOf(b); }
  };

  CachedSeries* SeriesOf(const model::Labels& labels);
  // Forgets the series that no good scrape from number `oldest` on has had.
  void DropSeriesBefore(uint32_t oldest);
  void AddMarker(CachedSeries* series, int64_t timestamp_ms, std::vector<StaleMarker>* markers);
  void ForgetRich(const CachedSeries* series);
  static uint64_t BytesOf(const RichSeries& rich);

  uint32_t scrape_ = 0;
  PageLines lines_;
  absl::flat_hash_set<SeriesPtr, ByHash, SameHash> series_;
  absl::node_hash_map<const CachedSeries*, RichSeries> rich_;
  bool repeated_ = false;
  uint64_t added_ = 0;
  size_t touched_ = 0;       // series of this scrape, so far
  size_t tracked_ = 0;       // of these
  uint64_t rich_bytes_ = 0;  // of what rich_ holds
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_SCRAPE_CACHE_H_
