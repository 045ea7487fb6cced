#ifndef VEDETTE_COLLECTOR_REMOTE_PLACE_H_
#define VEDETTE_COLLECTOR_REMOTE_PLACE_H_

#include <compare>
#include <cstdint>
#include <vector>

#include "base/wal.h"

namespace vedette::remote {

// How far the samples of a shard have been acknowledged: all records that end before `record`, and
// of that one the first `items` (samples, then histograms, then exemplars).
struct Place {
  base::WalPosition record;
  uint64_t items = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

// All of a record.
inline constexpr uint64_t kAllItems = UINT64_MAX;
inline Place Behind(base::WalPosition record) { return {record, kAllItems}; }

// By shard.
using Places = std::vector<Place>;

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_PLACE_H_
