#ifndef VEDETTE_COLLECTOR_LOGSTORE_ONCE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_ONCE_H_

#include "absl/container/flat_hash_set.h"
#include "collector/logstore/row.h"

namespace vedette::logstore {

// Tells repetitions among rows that come in reading order, forward: rows pushed without a
// source position whose stream, time, line and metadata were seen, and rows of one sequence, which
// two parts have when a crash left the manifest behind. Holds the rows of one timestamp as 128-bit
// hashes.
class OnceFilter {
 public:
  // True for the first of equal rows.
  bool IsFirst(const Row& row);

 private:
  int64_t timestamp_ns_ = INT64_MIN;
  uint64_t sequence_ = 0;  // of the row before; none has 0
  absl::flat_hash_set<std::pair<uint64_t, uint64_t>> seen_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_ONCE_H_
