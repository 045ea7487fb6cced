#ifndef VEDETTE_COLLECTOR_LOGQL_ROW_GROUPS_H_
#define VEDETTE_COLLECTOR_LOGQL_ROW_GROUPS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace vedette::logql {

// Rows of a block by what they have in some of its columns: what a pipeline makes of one row it
// makes of all of its group. Reused from block to block. One thread.
class RowGroups {
 public:
  // All rows in one group.
  void Reset(size_t rows);
  // Parts the groups by a column: an index below `values` a row.
  void Split(std::span<const uint32_t> column, size_t values);
  // Indexes from `sentinels_from` on stand for `values` and on.
  void Split(std::span<const uint32_t> column, size_t values, uint32_t sentinels_from);

  size_t size() const { return groups_; }
  uint32_t Of(size_t row) const { return of_row_.empty() ? 0 : of_row_[row]; }

 private:
  // Pairs of group and value that a table has room for; more go through a map.
  static constexpr uint64_t kDense = 1 << 18;

  template <typename IndexOf>
  void SplitBy(size_t values, const IndexOf& index_of);

  size_t rows_ = 0;
  size_t groups_ = 1;
  std::vector<uint32_t> of_row_;  // empty: all in group 0
  std::vector<uint32_t> dense_;
  absl::flat_hash_map<uint64_t, uint32_t> sparse_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_ROW_GROUPS_H_
