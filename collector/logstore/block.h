#ifndef VEDETTE_COLLECTOR_LOGSTORE_BLOCK_H_
#define VEDETTE_COLLECTOR_LOGSTORE_BLOCK_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/logstore/columns/stream_ids.h"
#include "collector/logstore/row.h"

namespace vedette::logstore {

// What a part's index says of a block (FORMAT.md).
struct BlockMeta {
  uint64_t offset = 0;
  uint64_t stored_bytes = 0;
  uint64_t raw_bytes = 0;
  uint64_t rows = 0;
  int64_t min_ns = 0;
  int64_t max_ns = 0;
  uint64_t hash = 0;     // of the stored bytes
  StreamIds stream_ids;  // of the part's stream table
  // Of a granule (columns/FORMAT.md), 0 of a row block: the bytes it begins with and what they
  // decompress to. `hash` is of these bytes, raw_bytes those of its lines.
  uint64_t directory_stored = 0;
  uint64_t directory_bytes = 0;
  uint64_t filter_stored = 0;  // at its end
  uint64_t filter_hash = 0;
  bool IsGranule() const { return directory_stored > 0; }
};

// A decoded block: rows in reading order and everything they borrow, but the streams, which the
// part holds. Immutable.
class Block {
 public:
  Block() = default;
  // `rows` borrow from `text` and `metadata`, which must not move any more.
  Block(std::unique_ptr<const std::string> text, std::vector<model::Labels> metadata,
        std::vector<Row> rows)
      : text_(std::move(text)), metadata_(std::move(metadata)), rows_(std::move(rows)) {}
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  std::span<const Row> rows() const { return rows_; }

 private:
  friend base::StatusOr<std::shared_ptr<const Block>> DecodeBlock(
      std::string_view stored, const BlockMeta& meta, std::span<const StreamPtr> streams);
  std::string raw_;
  std::unique_ptr<const std::string> text_;
  std::vector<model::Labels> metadata_;
  std::vector<Row> rows_;
};

// The ids, each once, ascending. Ids are those of a part, one behind the other.
std::vector<uint32_t> DistinctIds(std::span<const uint32_t> ids);

// Encodes rows (in reading order; stream_ids[i] belongs to rows[i]) to the stored bytes. Fills all
// of `meta` but its offset.
std::string EncodeBlock(std::span<const Row> rows, std::span<const uint32_t> stream_ids,
                        BlockMeta* meta);

// DataLoss for anything that EncodeBlock would not have written. `streams` by id.
base::StatusOr<std::shared_ptr<const Block>> DecodeBlock(std::string_view stored,
                                                         const BlockMeta& meta,
                                                         std::span<const StreamPtr> streams);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_BLOCK_H_
