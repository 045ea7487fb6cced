#ifndef VEDETTE_BASE_FILE_COPY_H_
#define VEDETTE_BASE_FILE_COPY_H_

#include <string>

#include "base/fs.h"
#include "base/hard_link.h"
#include "base/status.h"

// Copies of files and folders, for backups.

namespace vedette::base {

// Writes `to`, syncs it and reads it back. DataLoss when it reads otherwise. Of a file that grows
// what it holds at the call.
Status CopyFile(FileSystem* fs, const std::string& from, const std::string& to);

// A second name where `linker` (may be null) can, else a copy. True when linked. For files that
// never change.
StatusOr<bool> LinkOrCopy(FileSystem* fs, HardLinker* linker, const std::string& from,
                          const std::string& to);

// InvalidArgument unless the folder is absent or empty.
Status MustBeEmpty(FileSystem* fs, const std::string& dir);

// Copies the log of a folder (base/wal), which another process may be writing: its segments from
// `first` on, and so all that was acknowledged before the call. Makes `to`. Unavailable when the
// owner dropped segments meanwhile: then the copy is worth nothing and the caller begins again.
// Returns the bytes copied.
StatusOr<uint64_t> CopyLog(FileSystem* fs, const std::string& from, const std::string& to,
                           uint64_t first = 0);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_FILE_COPY_H_
