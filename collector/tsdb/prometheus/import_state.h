#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_IMPORT_STATE_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_IMPORT_STATE_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "base/status.h"

namespace vedette::tsdb::prometheus {

// Which blocks and log segments are in the store already: a text file in the store's folder, kept
// so that an import can be taken up again. A value. Format: the folder's README.
struct ImportState {
  std::set<std::string> blocks;  // ULIDs, those that a compacted block stood for included
  uint64_t wal_done = 0;         // log segments below this number are in
  uint64_t wbl_done = 0;         // the same of the log of late samples

  std::string ToText() const;
  // DataLoss names the line.
  static base::StatusOr<ImportState> FromText(std::string_view text);
};

inline constexpr std::string_view kImportStateFile = "prometheus-import";

// An empty state when there is no file.
base::StatusOr<ImportState> LoadImportState(base::FileSystem* fs, const std::string& path);

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_IMPORT_STATE_H_
