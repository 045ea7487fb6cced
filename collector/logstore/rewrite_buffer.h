#ifndef VEDETTE_COLLECTOR_LOGSTORE_REWRITE_BUFFER_H_
#define VEDETTE_COLLECTOR_LOGSTORE_REWRITE_BUFFER_H_

#include <span>
#include <vector>

#include "absl/container/node_hash_set.h"
#include "collector/logstore/columns/text_arena.h"
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
  TextArena lines_{1 << 20};
  uint64_t line_bytes_ = 0;
  uint64_t metadata_bytes_ = 0;  // of what is in metadata_
  absl::node_hash_set<model::Labels> metadata_;
  std::vector<Row> rows_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_REWRITE_BUFFER_H_
