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
