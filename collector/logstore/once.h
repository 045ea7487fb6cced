#ifndef VEDETTE_COLLECTOR_LOGSTORE_ONCE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_ONCE_H_

#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "collector/logstore/row.h"

namespace vedette::logstore {

// Tells repetitions among rows that come in reading order, forward: rows pushed without a
// source position whose stream, time, line and metadata were seen, and rows of one sequence, which
// two parts have when a crash left the manifest behind. Holds the rows of one timestamp as 128-bit
// hashes, kMostRemembered at most, and a row that is alone at its time as it is: what it borrows
// must live until the next, or until LetGo.
class OnceFilter {
 public:
  // Rows of one time and no source beyond so many are not compared with those that come later.
  static constexpr size_t kMostRemembered = 1 << 20;

  // True for the first of equal rows.
  bool IsFirst(const Row& row);
  // What rows so far borrowed may go.
  void LetGo();

 private:
  bool See(const Row& row);

  int64_t timestamp_ns_ = INT64_MIN;
  uint64_t sequence_ = 0;     // of the row before; none has 0
  std::optional<Row> alone_;  // not in seen_ yet: hardly any time has two rows
  absl::flat_hash_set<std::pair<uint64_t, uint64_t>> seen_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_ONCE_H_
