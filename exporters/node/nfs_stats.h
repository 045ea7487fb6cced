#ifndef VEDETTE_EXPORTERS_NODE_NFS_STATS_H_
#define VEDETTE_EXPORTERS_NODE_NFS_STATS_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::node {

// What client and server share of /proc/net/rpc: lines of a key and numbers.

// The procedures of NFS 2 and 3 in the kernel's order, from number 0 on.
extern const std::span<const char* const> kNfs2Procedures;
extern const std::span<const char* const> kNfs3Procedures;

// The numbers of a line after its key. A number of the kind 0.000 counts as 0; false at anything
// else that is no number.
bool ParseRpcNumbers(std::string_view fields, std::vector<uint64_t>* numbers);

struct ProcedureRange {
  size_t min_count;  // of the counts in the line
  size_t first;      // that is exposed
};

// A line of procedure counts: how many there are, then as many. Names that are null are not
// exposed, counts that an older kernel lacks are 0. False where the line is shorter than it says or
// than the range asks for.
bool AddNfsProcedures(std::span<const uint64_t> numbers, std::span<const char* const> names,
                      ProcedureRange range, std::string_view version, FamilyRef* family);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_NFS_STATS_H_
