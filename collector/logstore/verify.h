#ifndef VEDETTE_COLLECTOR_LOGSTORE_VERIFY_H_
#define VEDETTE_COLLECTOR_LOGSTORE_VERIFY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/status.h"

namespace vedette::logstore {

// One file looked at.
struct VerifiedFile {
  std::string path;
  std::string kind;  // manifest, deletes, rows, columns, log, other
  uint64_t bytes = 0;
  uint64_t streams = 0;
  uint64_t lines = 0;                 // of a log: pushes
  std::vector<std::string> findings;  // empty: fine
};

struct VerifyReport {
  std::vector<VerifiedFile> files;
  uint64_t findings = 0;
};

struct VerifyOptions {
  base::FileSystem* fs = nullptr;
  std::string dir;
  // Bytes looked at of those there are. May be null.
  std::function<void(uint64_t done, uint64_t all, std::string_view what)> progress;
};

// Reads everything in a store's folder and holds it against what it should be: every checksum, the
// order of rows, their times and numbers against the indexes, files against the manifest, frames of
// the log. Changes nothing; a store may be open there: a part that its owner rewrote meanwhile is
// no finding. NotFound when there is no store, InvalidArgument when a newer version wrote it.
base::StatusOr<VerifyReport> VerifyStore(const VerifyOptions& options);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_VERIFY_H_
