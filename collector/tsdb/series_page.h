#ifndef VEDETTE_COLLECTOR_TSDB_SERIES_PAGE_H_
#define VEDETTE_COLLECTOR_TSDB_SERIES_PAGE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "collector/tsdb/block_summary.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/times_page.h"
#include "model/labels.h"

// Neighbouring series and where their blocks are; the columns of their values lie together in value
// pages. Format: FORMAT.md, "Series page", "Value page".

namespace vedette::tsdb {

inline constexpr size_t kPageSeries = 128;
// A value page is closed by the column that makes it this long.
inline constexpr size_t kValuePageBytes = 32 << 10;

// Gathers up to kPageSeries series. The n-th blocks of all lie in value pages of their own, so that
// a short time range of many series is read without the rest of their day. A value page is written
// as soon as it is full: a page of series takes little memory whatever they hold.
class SeriesPageBuilder {
 public:
  using WriteFn = std::function<base::StatusOr<PageRef>(std::string_view page)>;
  explicit SeriesPageBuilder(WriteFn write_values) : write_values_(std::move(write_values)) {}

  // Begins a series; its blocks follow, by time.
  void AddSeries(const model::Labels& labels);
  // `times` is the number of the block's times column.
  void AddConstantBlock(uint64_t times, double value);
  // `summary` may be null.
  base::Status AddBlock(uint64_t times, std::string_view column, const BlockSummary* summary);
  size_t size() const { return block_counts_.size(); }

  // Writes the last value pages and gives the series page's bytes; begins the next page.
  base::StatusOr<std::string> Finish();

 private:
  using ColumnHash = std::pair<uint64_t, uint64_t>;
  // Columns of the series' n-th blocks.
  struct Slot {
    std::string page;         // that is being filled
    size_t page_columns = 0;  // in it
    std::string refs;         // of the pages written, as the series page has them
    uint64_t columns = 0;
    uint64_t last_times = 0;
    absl::flat_hash_map<ColumnHash, uint64_t> known;  // the number of an equal column
  };
  // What a block's values are.
  struct Value {
    enum class Kind : uint8_t { kNewColumn, kConstant, kOldColumn };
    Kind kind = Kind::kNewColumn;
    uint64_t number = 0;  // of the constant; how many columns of the slot back
  };
  size_t NextSlot(uint64_t times);
  void KeepSummary(const BlockSummary& summary);
  base::Status ClosePage(size_t slot);

  WriteFn write_values_;
  std::string last_labels_;
  std::string labels_;
  std::vector<size_t> block_counts_;
  std::string times_;
  std::vector<Value> values_;
  std::string lengths_;
  std::string constants_;
  absl::flat_hash_map<uint64_t, uint64_t> constant_numbers_;  // by bits
  std::vector<Slot> slots_;
  uint64_t value_pages_ = 0;
  std::string summaries_;
  uint64_t summary_count_ = 0;
  size_t summarized_ = 0;  // the block, of all of the page's, that has the last summary
};

struct SeriesPage {
  std::vector<SeriesEntry> entries;
  std::vector<PageRef> value_pages;
  std::vector<BlockSummary> summaries;
};

// The columns of a page of times, or null where they cannot be read.
using TimesColumnsFn = std::function<base::StatusOr<const TimesPage::Column*>(uint64_t number)>;

// A block whose times `times_of` finds damaged spans all times and has no samples.
base::StatusOr<SeriesPage> DecodeSeriesPage(std::string_view page, const TimesColumnsFn& times_of);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_SERIES_PAGE_H_
