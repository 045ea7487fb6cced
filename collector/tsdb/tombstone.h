#ifndef VEDETTE_COLLECTOR_TSDB_TOMBSTONE_H_
#define VEDETTE_COLLECTOR_TSDB_TOMBSTONE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"
#include "model/matcher.h"

namespace vedette::tsdb {

inline constexpr std::string_view kTombstoneMagic = "VDTSTOMB";
inline constexpr uint32_t kTombstoneVersion = 1;

// A deletion: samples in [min_ms, max_ms] of the series that match every matcher are gone, in all
// parts whose number is below the tombstone's: what was written before it. Immutable once stored.
// Format: FORMAT.md, "Tombstone".
struct Tombstone {
  uint64_t id = 0;  // drawn from the numbers of the parts
  int64_t min_ms = INT64_MIN;
  int64_t max_ms = INT64_MAX;
  int64_t created_ms = 0;
  std::vector<model::Matcher> matchers;  // at least one

  bool HoldsFor(uint64_t part_id, int64_t part_min_ms, int64_t part_max_ms) const {
    return part_id < id && min_ms <= part_max_ms && max_ms >= part_min_ms;
  }
};
using TombstoneList = std::vector<std::shared_ptr<const Tombstone>>;

std::string EncodeTombstone(const Tombstone& tombstone);
// InvalidArgument for a newer version, DataLoss for anything else that is no tombstone.
base::StatusOr<Tombstone> DecodeTombstone(std::string_view bytes);

// "00000000000000ff.tomb"
std::string TombstoneFileName(uint64_t id);
// False for a name that TombstoneFileName does not give.
bool ParseTombstoneFileName(std::string_view name, uint64_t* id);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_TOMBSTONE_H_
