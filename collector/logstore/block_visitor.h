#ifndef VEDETTE_COLLECTOR_LOGSTORE_BLOCK_VISITOR_H_
#define VEDETTE_COLLECTOR_LOGSTORE_BLOCK_VISITOR_H_

#include <cstddef>
#include <span>

#include "collector/logstore/granule_scan.h"
#include "collector/logstore/row.h"

namespace vedette::logstore {

// What takes the blocks of Store::ScanBlocks. Workers are numbered from 0; calls of one worker
// never overlap. False ends the scan.
class BlockVisitor {
 public:
  virtual ~BlockVisitor() = default;
  // The rows that are selected of a granule, at least one.
  virtual bool Columns(GranuleScan& granule, size_t worker) = 0;
  // Rows in the order of the scan, at least one.
  virtual bool Rows(std::span<const Row> rows, size_t worker) = 0;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_BLOCK_VISITOR_H_
