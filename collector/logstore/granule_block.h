#ifndef VEDETTE_COLLECTOR_LOGSTORE_GRANULE_BLOCK_H_
#define VEDETTE_COLLECTOR_LOGSTORE_GRANULE_BLOCK_H_

#include <memory>
#include <span>
#include <string_view>

#include "base/fs.h"
#include "base/status.h"
#include "collector/logstore/block.h"
#include "collector/logstore/columns/granule.h"
#include "collector/logstore/row_filter.h"

// Granules as blocks of a part: rows in, rows out.

namespace vedette::logstore {

// Blobs of a granule in its part's file, from `begin` on. Borrows the file.
class FileBlobs final : public BlobSource {
 public:
  FileBlobs(const base::RandomAccessFile& file, uint64_t begin) : file_(file), begin_(begin) {}
  base::StatusOr<std::string_view> Read(uint64_t offset, uint64_t bytes,
                                        std::string* buffer) const override;

 private:
  const base::RandomAccessFile& file_;
  const uint64_t begin_;
};

// The granule's filter; empty, which says nothing, when it is damaged.
base::StatusOr<std::string> ReadFilter(const base::RandomAccessFile& file, const BlockMeta& meta);

// Whether a line of the granule may have what is required.
bool MayHaveRequired(std::string_view filter, const Substrings& required);

// The granule's directory; its columns will be read from `blobs`, those behind the directory.
base::StatusOr<std::unique_ptr<Granule>> OpenGranule(const base::RandomAccessFile& file,
                                                     const BlockMeta& meta,
                                                     const BlobSource* blobs);

// Encodes rows (in reading order; stream_ids[i] belongs to rows[i]) to the stored bytes, which
// `writer` keeps until it is used again. Fills all of `meta` but its offset.
std::string_view EncodeGranule(std::span<const Row> rows, std::span<const uint32_t> stream_ids,
                               GranuleWriter* writer, BlockMeta* meta);

// Whether `stored` decodes to exactly these rows.
bool GranuleHolds(std::string_view stored, const BlockMeta& meta, std::span<const Row> rows,
                  std::span<const uint32_t> stream_ids);

// The rows of a granule that `filter` asks for (null: all), with their lines put together; columns
// that none of these has are not read. DataLoss when something that is needed is damaged.
base::StatusOr<std::shared_ptr<const Block>> ReadGranule(const base::RandomAccessFile& file,
                                                         const BlockMeta& meta,
                                                         std::span<const StreamPtr> streams,
                                                         const RowFilter* filter);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_GRANULE_BLOCK_H_
