#ifndef VEDETTE_COLLECTOR_TSDB_V1_BLOCK_READER_H_
#define VEDETTE_COLLECTOR_TSDB_V1_BLOCK_READER_H_

#include <memory>

#include "collector/tsdb/block_reader.h"

namespace vedette::tsdb::v1 {

// Of a part of version 1. NewBlockReader (block_reader.h) calls it.
std::unique_ptr<BlockReader> NewBlockReader(std::shared_ptr<const Part> part);

}  // namespace vedette::tsdb::v1

#endif  // VEDETTE_COLLECTOR_TSDB_V1_BLOCK_READER_H_
