#ifndef VEDETTE_COLLECTOR_LOGSTORE_REWRITE_BUFFER_H_
#define VEDETTE_COLLECTOR_LOGSTORE_REWRITE_BUFFER_H_

#include <memory>
#include <span>
#include <vector>

#include "absl/container/node_hash_set.h"
#include "collector/logstore/row.h"

namespace vedette::logstore {

// Copies rows until there are enough for a granule. The streams are borrowed.
class RewriteBuffer {
 public:
  void Add(const Row& row);
  bool IsFull() const;
  std::span<const Row> rows() const { return rows_; }
  void Clear();

 private:
  char* RoomFor(size_t bytes);

  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t chunk_left_ = 0;
  char* chunk_at_ = nullptr;
  uint64_t line_bytes_ = 0;
  uint64_t metadata_bytes_ = 0;  // of what is in metadata_
  absl::node_hash_set<model::Labels> metadata_;
  std::vector<Row> rows_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_REWRITE_BUFFER_H_
