#ifndef VEDETTE_COLLECTOR_TSDB_SERIES_PAGE_H_
#define VEDETTE_COLLECTOR_TSDB_SERIES_PAGE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/times_page.h"
#include "model/labels.h"

// Neighbouring series and where their blocks are; the columns of their values lie together in value
// pages. Format: FORMAT.md, "Series page", "Value page".

namespace vedette::tsdb {

inline constexpr size_t kPageSeries = 128;
// A value page is closed by the column that makes it this long.
inline constexpr size_t kValuePageBytes = 32 << 10;

// Gathers up to kPageSeries series. The n-th blocks of all lie in pages of their own, so that a
// short time range of many series is read without the rest of their day.
class SeriesPageBuilder {
 public:
  // Begins a series; its blocks follow, by time.
  void AddSeries(const model::Labels& labels);
  // `times` is the number of the block's times column.
  void AddConstantBlock(uint64_t times, double value);
  void AddBlock(uint64_t times, std::string_view column);
  size_t size() const { return block_counts_.size(); }

  // Hands the value pages to `write` and gives the series page's bytes; begins the next page.
  using WriteFn = std::function<base::StatusOr<PageRef>(std::string_view page)>;
  base::StatusOr<std::string> Finish(const WriteFn& write);

 private:
  // Columns of the series' n-th blocks.
  struct Slot {
    struct Page {
      std::string bytes;
      size_t columns = 0;
    };
    std::vector<Page> pages;
    uint64_t columns = 0;
    uint64_t last_times = 0;
    // By hash, to find an equal column: its number and bytes.
    absl::flat_hash_map<uint64_t, std::pair<uint64_t, std::string>> known;
  };
  // What a block's values are.
  struct Value {
    enum class Kind : uint8_t { kNewColumn, kConstant, kOldColumn };
    Kind kind = Kind::kNewColumn;
    uint64_t number = 0;  // of the constant; how many columns of the slot back
  };
  Slot& NextSlot(uint64_t times);
  void KeepColumn(std::string_view column, Slot* slot);

  std::string last_labels_;
  std::string labels_;
  std::vector<size_t> block_counts_;
  std::string times_;
  std::vector<Value> values_;
  std::string lengths_;
  std::string constants_;
  absl::flat_hash_map<uint64_t, uint64_t> constant_numbers_;  // by bits
  std::vector<Slot> slots_;
};

struct SeriesPage {
  std::vector<SeriesEntry> entries;
  std::vector<PageRef> value_pages;
};

// The columns of a page of times, or null where they cannot be read.
using TimesColumnsFn = std::function<base::StatusOr<const TimesPage::Column*>(uint64_t number)>;

// A block whose times `times_of` finds damaged spans all times and has no samples.
base::StatusOr<SeriesPage> DecodeSeriesPage(std::string_view page, const TimesColumnsFn& times_of);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_SERIES_PAGE_H_
