#ifndef VEDETTE_COLLECTOR_SCRAPE_PAGE_LINES_H_
#define VEDETTE_COLLECTOR_SCRAPE_PAGE_LINES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace vedette::scrape {

struct CachedSeries;

// What the lines of a target's last good page were, in their order, and those of the page that is
// being read. While a page says what the last one said, nothing is written. Part of a ScrapeCache,
// used as that is.
//
// A page is Begin, then Take, Find or Add for each line, then End or Drop.
class PageLines {
 public:
  // A line by its bytes: the comment lines right before it (the lead), then name and labels.
  struct Expected {
    std::string_view text;
    size_t lead = 0;  // bytes of `text`
  };

  void Begin();
  // The line that followed, in the last good page, the one found last: pages seldom change their
  // order. An empty text: none is known.
  Expected Next() const;
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
    uint32_t at = 0;  // in the text: the lead, then the line
    uint32_t lead = 0;
    uint32_t size = 0;  // of the line
  };
  static std::string_view LeadOf(const std::string& text, const Line& line) {
    return std::string_view(text).substr(line.at, line.lead);
  }
  static std::string_view LineOf(const std::string& text, const Line& line) {
    return std::string_view(text).substr(line.at + line.lead, line.size);
  }
  bool IsNext(std::string_view line) const;
  std::optional<size_t> PlaceOf(std::string_view line);
  void StopRepeating();

  std::string text_;         // of lines_, one behind the other
  std::vector<Line> lines_;  // of the last good page
  size_t next_ = 0;          // in lines_
  // So far the page is lines_ up to next_.
  bool repeats_ = true;
  bool has_unread_leads_ = false;
  // Where it is not: its own lines.
  std::string new_text_;
  std::vector<Line> new_lines_;
  absl::flat_hash_map<std::string_view, size_t> places_;  // in lines_; made when one is looked for
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_PAGE_LINES_H_
