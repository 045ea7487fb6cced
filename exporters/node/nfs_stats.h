#ifndef VEDETTE_EXPORTERS_NODE_NFS_STATS_H_
#define VEDETTE_EXPORTERS_NODE_NFS_STATS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::node {

// What client and server share of /proc/net/rpc: lines of a key and numbers.

// The procedures of NFS 2 and 3 in the kernel's order, from number 0 on.
extern const std::span<const char* const> kNfs2Procedures;
extern const std::span<const char* const> kNfs3Procedures;

// One of the two files. One thread; owned by its collector.
class RpcFile {
 public:
  // A line's key and its numbers, of which one of the kind 0.000 counts as 0. False where the line
  // is none that there may be.
  using AddLine = std::function<bool(std::string_view key, std::span<const uint64_t> numbers)>;

  explicit RpcFile(std::string path) : path_(std::move(path)) {}
  // Gives `add` each line, up to the first that is malformed: then the error has it. NoData() where
  // there is no such file.
  base::Status ForEachLine(const AddLine& add);

 private:
  const std::string path_;
  SourceFile file_;
  std::vector<uint64_t> numbers_;
};

// A line of plain numbers: how many there are, and those that are exposed.
struct RpcRow {
  struct Value {
    size_t column;
    FamilySpec family;
  };
  std::string_view key;
  size_t columns;
  std::array<Value, 3> values;  // a null name ends them
};

// False where `key` has no row, or another number of columns.
bool AddRpcRow(std::span<const RpcRow> rows, std::string_view key,
               std::span<const uint64_t> numbers, FamilySink* sink);

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
