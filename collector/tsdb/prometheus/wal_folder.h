#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_WAL_FOLDER_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_WAL_FOLDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/fs.h"
#include "base/status.h"

namespace vedette::tsdb::prometheus {

struct WalFile {
  std::string path;
  uint64_t number = 0;  // of the segment, or of the last one its checkpoint stands for
  uint64_t bytes = 0;
};

// The segments of a log's folder in the order they are to be read: the newest whole checkpoint,
// then the segments behind it. Empty when there is no such folder.
base::StatusOr<std::vector<WalFile>> WalFiles(base::FileSystem* fs, const std::string& dir);

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_WAL_FOLDER_H_
