#ifndef VEDETTE_COLLECTOR_TSDB_BLOCK_READER_H_
#define VEDETTE_COLLECTOR_TSDB_BLOCK_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/status.h"
#include "collector/tsdb/block_column.h"
#include "collector/tsdb/block_summary.h"
#include "collector/tsdb/part.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/series_page_cache.h"
#include "model/sample.h"

namespace vedette::tsdb {

// Reads series and blocks of a part of either version, for one walk through it: keeps the pages
// that the next series is likely to need. One thread. DataLoss names the file and the place.
class BlockReader {
 public:
  virtual ~BlockReader() = default;
  // How many series a page holds, the last one fewer.
  virtual size_t page_series() const = 0;
  // The series from number page * page_series() on; valid until the next call, as are their blocks.
  virtual base::StatusOr<std::span<const SeriesEntry>> LoadPage(size_t page) = 0;
  // Valid until the next call.
  virtual base::StatusOr<const std::vector<int64_t>*> Times(const BlockRef& block) = 0;
  // Of the page loaded last. Fills `values`, as many as the block has samples, and says what the
  // block holds. Histograms leave `values` unspecified.
  virtual base::StatusOr<ColumnKind> Values(const BlockRef& block, std::span<double> values) = 0;
  // Of a block of kStartedFloats and kHistograms; version 1 has none.
  virtual base::Status Starts(const BlockRef& block, std::span<int64_t> starts_ms);
  // Appends one for each of `times`, which are the block's.
  virtual base::Status Histograms(const BlockRef& block, std::span<const int64_t> times,
                                  std::vector<model::HistogramSample>* out);
  // Of the page loaded last. What the block holds, where that is known without reading it.
  virtual std::optional<BlockSummary> Summary(const BlockRef& block) const = 0;
};

// What a reader shares with others.
struct ReadSharing {
  SeriesPageCache* pages = nullptr;  // may be null
  // How many readers one query has: together they keep no more than a few do alone.
  size_t readers = 1;
};
std::unique_ptr<BlockReader> NewBlockReader(std::shared_ptr<const Part> part,
                                            const ReadSharing& sharing);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_BLOCK_READER_H_
