#ifndef VEDETTE_COLLECTOR_LOGSTORE_MANIFEST_H_
#define VEDETTE_COLLECTOR_LOGSTORE_MANIFEST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/wal.h"
#include "collector/logstore/source_marks.h"

namespace vedette::logstore {

// The state that goes with the parts: what of the log they hold, and the marks at that point.
struct Checkpoint {
  base::WalPosition floor;  // log records that end at or below it are in parts
  uint64_t next_sequence = 1;
  std::vector<SourceMark> marks;
};

struct PartEntry {
  std::string name;
  int64_t day = 0;
  uint64_t bytes = 0;
  uint64_t index_hash = 0;
};

// The list of what belongs to the store (FORMAT.md). A value type.
struct Manifest {
  uint64_t next_part = 1;
  Checkpoint checkpoint;
  std::vector<PartEntry> parts;

  std::string Encode() const;
  // DataLoss when damaged, InvalidArgument when written by a newer version.
  static base::StatusOr<Manifest> Decode(std::string_view data);
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_MANIFEST_H_
