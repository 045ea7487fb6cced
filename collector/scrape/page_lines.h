#ifndef VEDETTE_COLLECTOR_SCRAPE_PAGE_LINES_H_
#define VEDETTE_COLLECTOR_SCRAPE_PAGE_LINES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/exposition/reader.h"

namespace vedette::scrape {

struct CachedSeries;

// What the lines of a target's last good page were, in their order, and those of the page that is
// being read: of the line of a series (name and labels) a hash, since a page says far more than is
// worth keeping; of the comments before it (its lead) their text. While a page says what the last
// one said, nothing is written. Part of a ScrapeCache, used as that is.
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
    return next_ < last_.lines.size() ? last_.lines[next_].series : nullptr;
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
  // Those of the last good page.
  std::vector<std::string_view> Leads() const;
  // What all of it takes in memory.
  uint64_t bytes() const;

 private:
  struct Line {
    CachedSeries* series = nullptr;
    uint64_t hash = 0;
    uint32_t size = 0;
    uint32_t lead = 0;  // its number among the leads, from 1 on; 0: it has none
  };
  struct Lead {
    uint32_t at = 0;
    uint32_t size = 0;
  };
  // A page as it is kept.
  struct Page {
    std::vector<Line> lines;
    std::vector<Lead> leads;
    std::string text;  // of the leads, one behind the other

    std::string_view LeadOf(const Line& line) const;
    // The line, behind these comments in place of its own.
    void Add(std::string_view lead, Line line);
    uint64_t bytes() const;
  };
  static Line LineOf(std::string_view line, CachedSeries* series);
  bool IsNext(const Line& line) const;
  std::optional<size_t> PlaceOf(const Line& line);
  void StopRepeating();

  Page last_;        // the last good page
  size_t next_ = 0;  // in its lines
  // So far the page is that one up to next_.
  bool repeats_ = true;
  bool has_unread_leads_ = false;
  Page new_;                                      // where it is not: the page
  absl::flat_hash_map<uint64_t, size_t> places_;  // of last_, by hash; made when one is looked for
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_PAGE_LINES_H_
