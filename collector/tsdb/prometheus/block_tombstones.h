#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_TOMBSTONES_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_TOMBSTONES_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"

namespace vedette::tsdb::prometheus {

// Deleted times of a series, both ends included.
using Intervals = std::vector<std::pair<int64_t, int64_t>>;
using TombstoneMap = absl::flat_hash_map<uint64_t, Intervals>;  // by the series' reference

bool IsDeleted(const Intervals& intervals, int64_t time_ms);

// A block's tombstones file.
base::StatusOr<TombstoneMap> DecodeBlockTombstones(std::string_view bytes);

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_TOMBSTONES_H_
