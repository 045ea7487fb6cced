#ifndef VEDETTE_COLLECTOR_LOGSTORE_BACKUP_H_
#define VEDETTE_COLLECTOR_LOGSTORE_BACKUP_H_

#include <cstdint>
#include <string>

#include "base/fs.h"
#include "base/hard_link.h"
#include "base/status.h"

namespace vedette::logstore {

struct CopyReport {
  uint64_t parts = 0;
  uint64_t part_bytes = 0;
  uint64_t log_bytes = 0;  // of pushes that were in no part yet
  uint64_t linked = 0;     // parts; the others were copied
};

// A second folder that holds what the store in `from` holds: a store of its own. Parts are linked
// where `linker` (may be null) can, the log behind them is copied. The store may be open: what was
// acknowledged before the call is in the copy. The manifest comes last: a folder without one is no
// copy.
//
// NotFound when there is no store in `from`; InvalidArgument when `to` exists and is not empty;
// Unavailable when the store's owner rewrote it faster than it could be copied. After a failure
// what was made of the copy is removed.
base::StatusOr<CopyReport> CopyStore(base::FileSystem* fs, base::HardLinker* linker,
                                     const std::string& from, const std::string& to);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_BACKUP_H_
