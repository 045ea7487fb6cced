#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/fs.h"
#include "base/status.h"
#include "collector/tsdb/prometheus/block_chunks.h"
#include "collector/tsdb/prometheus/block_index.h"
#include "collector/tsdb/prometheus/block_meta.h"
#include "collector/tsdb/prometheus/block_tombstones.h"
#include "model/sample.h"

namespace vedette::tsdb::prometheus {

// One block of Prometheus' store, read a UTC day at a time. One thread. Errors name file and
// offset.
class Block {
 public:
  // What a read could not take along.
  struct LeftOut {
    uint64_t histograms = 0;  // native ones that break the rules for them
    uint64_t bad_times = 0;   // beyond what the store can hold
  };

  static base::StatusOr<std::unique_ptr<Block>> Open(base::FileSystem* fs, const std::string& dir);

  const BlockMeta& meta() const { return meta_; }
  // Of the chunk files: what a whole read goes through, as a measure of progress.
  uint64_t bytes() const { return chunks_.bytes(); }

  // The UTC days that have samples, each with a time at or before its first sample.
  base::StatusOr<std::map<int64_t, int64_t>> Days();

  // Series with samples in the day, sorted by labels, without what tombstones deleted.
  base::Status ReadDay(int64_t day, const std::function<base::Status(model::SeriesSamples)>& visit,
                       LeftOut* left_out);

 private:
  Block() = default;
  base::Status Load(base::FileSystem* fs, const std::string& dir);
  base::Status DecodeChunk(const IndexedSeries& series, const ChunkRef& ref,
                           model::SeriesSamples* samples, uint64_t* invalid);
  base::Status ReadChunk(const IndexedSeries& series, const ChunkRef& ref, int64_t begin_ms,
                         int64_t end_ms, model::SeriesSamples* out, LeftOut* left_out);

  BlockMeta meta_;
  std::unique_ptr<BlockIndex> index_;
  BlockChunks chunks_;
  TombstoneMap tombstones_;
};

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_H_
