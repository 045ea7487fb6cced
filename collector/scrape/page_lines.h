#ifndef VEDETTE_COLLECTOR_SCRAPE_PAGE_LINES_H_
#define VEDETTE_COLLECTOR_SCRAPE_PAGE_LINES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/exposition/reader.h"

namespace vedette::scrape {

struct CachedSeries;

// What the lines of a target's last good page were, in their order, and those of the page that is
// being read: of each the hashes of its name and labels and of the comments before it (its lead),
// since a page says far more than is worth keeping. While a page says what the last one said,
// nothing is written. Part of a ScrapeCache, used as that is.
//
// A page is Begin, then Take, Find or Add for each line, then End or Drop.
class PageLines {
 public:
  void Begin();
  // The line that followed, in the last good page, the one found last: pages seldom change their
  // order. Size 0: none is known.
  model::exposition::KnownLine Next() const;
  // What that line brings a sample to. Null: its sample is dropped, or Next() knows none.
  CachedSeries* NextSeries() const {
    return next_ < lines_.size() ? lines_[next_].series : nullptr;
  }
  // That line came, behind this lead. Null: its sample is dropped.
  CachedSeries* Take(std::string_view lead);
  // Nothing for a line that the last good page did not have.
  std::optional<CachedSeries*> Find(std::string_view lead, std::string_view line);
  void Add(std::string_view lead, std::string_view line, CachedSeries* series);

  // The page becomes the last good one. Whether it says just what that one said.
  bool End();
  // The last good page stays the one it is.
  void Drop();
  void Clear();

  // Of the page under way: whether it has had no line yet.
  bool is_empty() const { return repeats_ && next_ == 0; }
  // Whether comments were taken without reading them.
  bool has_unread_leads() const { return has_unread_leads_; }
  // What all of it takes in memory.
  uint64_t bytes() const;

 private:
  struct Line {
    CachedSeries* series = nullptr;
    uint64_t hash = 0;
    uint64_t lead_hash = 0;
    uint32_t size = 0;
    uint32_t lead_size = 0;
  };
  static Line LineOf(std::string_view lead, std::string_view line, CachedSeries* series);
  bool IsNext(const Line& line) const;
  std::optional<size_t> PlaceOf(const Line& line);
  void StopRepeating();

  std::vector<Line> lines_;  // of the last good page
  size_t next_ = 0;          // in lines_
  // So far the page is lines_ up to next_.
  bool repeats_ = true;
  bool has_unread_leads_ = false;
  std::vector<Line> new_lines_;                   // where it is not: its own
  absl::flat_hash_map<uint64_t, size_t> places_;  // in lines_, by hash; made when one is looked for
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_PAGE_LINES_H_
