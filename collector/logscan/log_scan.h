#ifndef VEDETTE_COLLECTOR_LOGSCAN_LOG_SCAN_H_
#define VEDETTE_COLLECTOR_LOGSCAN_LOG_SCAN_H_

#include "collector/logql/storage.h"
#include "collector/logstore/store.h"

namespace vedette::logscan {

// logql::LogSource::ScanBlocks of a log store: granules come as columns, everything else as lines.
base::Status ScanBlocks(const logstore::Store& store, const logql::BlockRequest& request,
                        const logql::BlockFn& visit);

}  // namespace vedette::logscan

#endif  // VEDETTE_COLLECTOR_LOGSCAN_LOG_SCAN_H_
