#ifndef VEDETTE_COLLECTOR_LOGSTORE_ONCE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_ONCE_H_

#include "absl/container/flat_hash_set.h"
#include "collector/logstore/row.h"

namespace vedette::logstore {

// Tells repetitions among rows that come in reading order, either direction: rows pushed without a
// source position whose stream, time, line and metadata were seen. Holds the rows of one timestamp
// as 128-bit hashes.
class OnceFilter {
 public:
  // True for the first of equal rows and for every sourced row.
  bool IsFirst(const Row& row);

 private:
  int64_t timestamp_ns_ = INT64_MIN;
  absl::flat_hash_set<std::pair<uint64_t, uint64_t>> seen_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_ONCE_H_
