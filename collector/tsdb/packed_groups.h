#ifndef VEDETTE_COLLECTOR_TSDB_PACKED_GROUPS_H_
#define VEDETTE_COLLECTOR_TSDB_PACKED_GROUPS_H_

#include <cstdint>
#include <span>
#include <string>

#include "base/codec/bytes.h"
#include "base/status.h"

// Integers above a base, bit by bit, in groups of 128 with a width each; those that need more have
// their upper bits in patches. Format: FORMAT.md, "Groups".

namespace vedette::tsdb {

// How a column is best packed, and about how many bytes that takes.
struct Packing {
  int64_t base = 0;
  bool zeros_left_out = false;  // and listed beside
  size_t bytes = 0;
};

// Bits of the difference between the largest and the smallest. `values` is not empty.
unsigned RangeWidth(std::span<const int64_t> values);

// `values` is not empty. Looks at the whole column at once, not at its groups: an estimate.
Packing ChoosePacking(std::span<const int64_t> values);

void PackGroups(std::span<const int64_t> values, int64_t base, std::string* out);
base::Status UnpackGroups(base::ByteReader* in, int64_t base, std::span<int64_t> out);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_PACKED_GROUPS_H_
