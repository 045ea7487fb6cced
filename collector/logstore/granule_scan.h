#ifndef VEDETTE_COLLECTOR_LOGSTORE_GRANULE_SCAN_H_
#define VEDETTE_COLLECTOR_LOGSTORE_GRANULE_SCAN_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/fs.h"
#include "base/status.h"
#include "collector/logstore/block.h"
#include "collector/logstore/columns/granule.h"
#include "collector/logstore/granule_block.h"
#include "collector/logstore/row_filter.h"

namespace vedette::logstore {

// The rows of a granule that a scan selects, and its columns, read as they are asked for. Borrows
// the part. One thread.
class GranuleScan {
 public:
  // Rows whose line may miss what the filter requires may be among those selected. DataLoss when
  // what it takes to select them is damaged.
  static base::StatusOr<std::unique_ptr<GranuleScan>> Open(
      const std::string& part_name, std::unique_ptr<base::RandomAccessFile> file,
      const BlockMeta& meta, std::span<const StreamPtr> streams, const RowFilter& filter);

  const std::string& part_name() const { return part_name_; }
  const BlockMeta& meta() const { return meta_; }
  Granule& granule() { return *granule_; }
  // Nothing is empty among them.
  const std::vector<ShapePlaces>& selected() const { return selected_; }
  size_t streams() const { return streams_.size(); }
  const Stream* stream(uint32_t id) const { return streams_[id].get(); }

 private:
  GranuleScan(const std::string& part_name, std::unique_ptr<base::RandomAccessFile> file,
              const BlockMeta& meta, std::span<const StreamPtr> streams);
  base::Status Select(const RowFilter& filter);
  base::Status LeaveInRange(const RowFilter& filter);

  const std::string& part_name_;
  const std::unique_ptr<base::RandomAccessFile> file_;
  const BlockMeta& meta_;
  const std::span<const StreamPtr> streams_;
  FileBlobs blobs_;
  std::unique_ptr<Granule> granule_;
  std::vector<ShapePlaces> selected_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_GRANULE_SCAN_H_
