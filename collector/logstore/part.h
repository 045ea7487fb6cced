#ifndef VEDETTE_COLLECTOR_LOGSTORE_PART_H_
#define VEDETTE_COLLECTOR_LOGSTORE_PART_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/codec/bytes.h"
#include "base/fs.h"
#include "base/status.h"
#include "collector/logstore/block.h"
#include "collector/logstore/manifest.h"
#include "collector/logstore/minute_counts.h"
#include "collector/logstore/row_filter.h"
#include "collector/logstore/stream_table.h"

namespace vedette::logstore {

// An immutable part file: its index in memory, its blocks read on demand. Thread-safe. Holds no
// file open: there may be thousands of parts.
class Part {
 public:
  // Reads and checks the index; DataLoss when header, footer or index are damaged,
  // InvalidArgument for a newer version.
  static base::StatusOr<std::shared_ptr<const Part>> Open(base::FileSystem* fs,
                                                          const std::string& folder,
                                                          const PartEntry& entry,
                                                          StreamTable* streams);
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  const PartEntry& entry() const { return entry_; }
  const std::string& name() const { return entry_.name; }
  int64_t day() const { return entry_.day; }
  uint64_t bytes() const { return entry_.bytes; }
  const std::vector<StreamSummary>& streams() const { return summaries_; }
  const std::vector<BlockMeta>& blocks() const { return blocks_; }

  // Whether it is a day part, of granules.
  bool IsColumns() const { return columns_; }
  // Whether its granules keep what columns/FORMAT.md promises of slots behind '='.
  bool HasPlainValues() const { return plain_values_; }
  // Of its rows; INT64_MAX and INT64_MIN when it has none.
  int64_t min_ns() const { return min_ns_; }
  int64_t max_ns() const { return max_ns_; }
  uint64_t line_bytes() const { return line_bytes_; }

  // NotFound when retention removed the file meanwhile, DataLoss when the block is damaged.
  // `filter` (may be null) is judged for granules alone, where it saves putting lines together; of
  // row blocks all rows come.
  base::StatusOr<std::shared_ptr<const Block>> ReadBlock(size_t index,
                                                         const RowFilter* filter = nullptr) const;
  // To read several granules with. NotFound as ReadBlock.
  base::StatusOr<std::unique_ptr<base::RandomAccessFile>> OpenFile() const {
    return fs_->OpenRead(path_);
  }
  std::span<const StreamPtr> streams_by_id() const { return streams_; }
  // Memory that its index takes, beside the streams themselves, about.
  uint64_t held() const { return held_; }
  // Lines by minute, and where asked for their bytes; nothing when the part has no counts. Ids of
  // streams are indexes of streams(). Errors as of ReadBlock.
  base::StatusOr<std::optional<MinuteCounts>> ReadCounts(bool with_bytes = true,
                                                         MinuteCounts* reuse = nullptr) const;
  // DataLoss when the filter of a granule is damaged; readers only do without it.
  base::Status CheckFilter(size_t index) const;

 private:
  Part() = default;
  base::Status ReadIndex(std::string_view index, bool counted, StreamTable* streams);
  void SumUp();
  base::Status ReadBlockMetas(base::ByteReader& reader, uint64_t end_of_blocks);
  base::Status ReadCountsPlace(base::ByteReader& reader, uint64_t end_of_blocks);

  base::FileSystem* fs_ = nullptr;
  std::string path_;
  PartEntry entry_;
  std::vector<StreamPtr> streams_;  // by id
  std::vector<StreamSummary> summaries_;
  std::vector<BlockMeta> blocks_;
  uint64_t index_offset_ = 0;
  bool columns_ = false;
  bool plain_values_ = false;
  uint64_t counts_offset_ = 0;
  uint64_t counts_bytes_ = 0;  // 0: it has none
  uint64_t counts_hash_ = 0;
  int64_t min_ns_ = INT64_MAX;
  int64_t max_ns_ = INT64_MIN;
  uint64_t line_bytes_ = 0;
  uint64_t held_ = 0;
};

// What a manifest would say of FOLDER/NAME, from the file itself.
base::StatusOr<PartEntry> DescribePart(base::FileSystem* fs, const std::string& folder,
                                       const std::string& name);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_PART_H_
