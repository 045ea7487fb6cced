#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_INDEX_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_INDEX_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/tsdb/prometheus/file_window.h"
#include "model/labels.h"

namespace vedette::tsdb::prometheus {

struct ChunkRef {
  int64_t min_ms = 0;
  int64_t max_ms = 0;  // included
  uint64_t ref = 0;    // segment in the upper 32 bits, offset in the lower
};

struct IndexedSeries {
  uint64_t ref = 0;     // as tombstones name it
  uint64_t offset = 0;  // in the index file, for messages
  model::Labels labels;
  std::vector<ChunkRef> chunks;  // by time
};

// A block's index file, versions 1 and 2: its symbols are kept in memory, its series read from
// front to back. Postings are not needed. One thread. Format: upstream's tsdb/docs/format/index.md.
class BlockIndex {
 public:
  static base::StatusOr<std::unique_ptr<BlockIndex>> Open(std::unique_ptr<FileWindow> file);

  // In the order of their labels. DataLoss names file and offset and ends the walk, as does an
  // error of `visit`.
  base::Status ForEachSeries(const std::function<base::Status(IndexedSeries)>& visit);

 private:
  explicit BlockIndex(std::unique_ptr<FileWindow> file) : file_(std::move(file)) {}
  base::Status ReadToc();
  base::Status ReadSymbols();
  base::StatusOr<IndexedSeries> DecodeSeries(std::string_view entry, uint64_t offset) const;
  bool DecodeLabels(class ByteDecoder* in, model::Labels* labels) const;
  bool Symbol(uint64_t ref, std::string_view* symbol) const;

  const std::unique_ptr<FileWindow> file_;
  int version_ = 0;
  uint64_t symbols_at_ = 0;
  uint64_t series_at_ = 0;
  uint64_t series_end_ = 0;
  std::string symbol_bytes_;         // the table's entries
  std::vector<uint32_t> symbol_at_;  // where each begins in symbol_bytes_
};

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_INDEX_H_
