#ifndef VEDETTE_COLLECTOR_LOGSTORE_MEMTABLE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_MEMTABLE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "absl/container/node_hash_set.h"
#include "collector/logstore/row.h"
#include "collector/logstore/stream_table.h"

namespace vedette::logstore {

class Memtable;

// The rows a memtable held when the view was taken, in arrival order. Later additions do not touch
// what it shows, so it needs no lock.
struct MemtableView {
  std::shared_ptr<const Memtable> owner;
  std::vector<std::span<const Row>> chunks;
  int64_t min_ns = 0;
  int64_t max_ns = 0;  // below min_ns when empty
};

// Rows not yet in a part. Append-only: rows and their bytes never move. The store's lock guards
// Add and the accessors; views are free.
class Memtable : public std::enable_shared_from_this<Memtable> {
 public:
  // `created_ns` by the monotonic clock.
  explicit Memtable(int64_t created_ns) : created_ns_(created_ns) {}

  void Add(const StreamPtr& stream, int64_t timestamp_ns, uint64_t sequence, bool sourced,
           const model::Labels& metadata, std::string_view line);

  MemtableView View() const;
  std::vector<StreamSummary> Streams() const;
  bool HasStream(const Stream* stream) const { return streams_.contains(stream); }
  uint64_t stream_count() const { return streams_.size(); }
  uint64_t stream_bytes() const { return stream_bytes_; }  // of their labels
  uint64_t bytes() const { return bytes_; }                // held: rows, text and labels
  uint64_t rows() const { return rows_; }
  int64_t created_ns() const { return created_ns_; }

 private:
  // Room for rows and text taken at once; neither is ever reallocated.
  struct Chunk {
    Chunk(size_t text_bytes, size_t row_count);
    bool Fits(size_t line_bytes) const;
    std::unique_ptr<char[]> text;
    size_t text_size = 0;
    size_t text_capacity;
    std::vector<Row> rows;
  };
  Chunk& ChunkFor(size_t line_bytes);
  void Summarise(const StreamPtr& stream, int64_t timestamp_ns, size_t line_bytes);
  const model::Labels* Intern(const model::Labels& metadata);

  const int64_t created_ns_;
  std::vector<std::unique_ptr<Chunk>> chunks_;
  absl::node_hash_set<model::Labels> metadata_;
  absl::node_hash_map<const Stream*, StreamSummary> streams_;
  // Of the row before, which most rows share.
  const model::Labels* last_metadata_ = nullptr;
  StreamSummary* last_stream_ = nullptr;
  uint64_t bytes_ = 0;
  uint64_t stream_bytes_ = 0;
  uint64_t rows_ = 0;
  int64_t min_ns_ = INT64_MAX;
  int64_t max_ns_ = INT64_MIN;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_MEMTABLE_H_
