#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_CHUNKS_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_CHUNKS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/status.h"
#include "collector/tsdb/prometheus/file_window.h"

namespace vedette::tsdb::prometheus {

struct Chunk {
  uint8_t encoding = 0;
  std::string_view data;  // good until the next one is read
};

// The chunk files of a block ("chunks/000001" ...). One thread. Errors name file and offset.
class BlockChunks {
 public:
  // DataLoss when a file is none of chunks.
  static base::StatusOr<BlockChunks> Open(base::FileSystem* fs, const std::string& dir);

  // `ref` is an index entry's. DataLoss when there is no such chunk or its checksum differs.
  base::StatusOr<Chunk> Read(uint64_t ref);

  uint64_t bytes() const;

 private:
  std::vector<std::unique_ptr<FileWindow>> files_;
};

// The chunk files' names, "000001" and so on, sorted; other files are left out.
base::StatusOr<std::vector<std::string>> NumberedFiles(base::FileSystem* fs,
                                                       const std::string& dir);

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_CHUNKS_H_
