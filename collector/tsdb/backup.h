#ifndef VEDETTE_COLLECTOR_TSDB_BACKUP_H_
#define VEDETTE_COLLECTOR_TSDB_BACKUP_H_

#include <cstdint>
#include <string>

#include "base/fs.h"
#include "base/hard_link.h"
#include "base/status.h"
#include "collector/tsdb/manifest.h"

namespace vedette::tsdb {

struct CopyReport {
  uint64_t parts = 0;
  uint64_t tombstones = 0;
  uint64_t bytes = 0;
  uint64_t linked = 0;  // files; the others were copied
};

// A second folder that holds what `manifest` names of the store in `from`: a store of its own, to
// be opened or restored. Files are linked where `linker` (may be null) can, else copied and read
// back. The manifest comes last: a folder without one is no copy. The log is not taken along, so
// what matters of it is flushed before.
//
// InvalidArgument when `to` exists and is not empty; after any other failure what was made of it is
// removed. The files named must stay for as long as it runs.
base::StatusOr<CopyReport> CopyStore(base::FileSystem* fs, base::HardLinker* linker,
                                     const std::string& from, const Manifest& manifest,
                                     const std::string& to);

// Makes a store of a backup: always by copying, so that the two share nothing. Every file is
// checked to be whole before the manifest is written. The same errors as CopyStore, and
// InvalidArgument when `backup` is a store whose log holds samples that no part has.
base::StatusOr<CopyReport> RestoreStore(base::FileSystem* fs, const std::string& backup,
                                        const std::string& to);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_BACKUP_H_
