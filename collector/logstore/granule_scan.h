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
#include "collector/logstore/granule_cache.h"
#include "collector/logstore/row_filter.h"

namespace vedette::logstore {

// Where a granule lies. Borrows the part.
struct GranuleRef {
  const std::string* part_name = nullptr;
  size_t index = 0;  // of the part's blocks
  const BlockMeta* meta = nullptr;
  std::span<const StreamPtr> streams;  // of the part, by id
  std::shared_ptr<const base::RandomAccessFile> file;
  bool plain_values = true;  // as columns/FORMAT.md promises of slots behind '='
};

// The rows of a granule that a scan selects, and its columns, read as they are asked for. One
// thread. Takes the granule from the cache and gives it back when it goes.
class GranuleScan {
 public:
  GranuleScan(const GranuleRef& ref, GranuleCache* cache, int64_t now_mono_ns);
  ~GranuleScan();
  GranuleScan(const GranuleScan&) = delete;
  GranuleScan& operator=(const GranuleScan&) = delete;

  // Rows whose line may miss what the filter requires may be among those selected. `judge` is of
  // that. DataLoss when what it takes to select them is damaged.
  base::Status Select(const RowFilter& filter, LineJudge* judge);
  // The granule without selecting anything.
  base::Status Open();

  const std::string& part_name() const { return *ref_.part_name; }
  bool plain_values() const { return ref_.plain_values; }
  const BlockMeta& meta() const { return *ref_.meta; }
  // After Open or a Select that selected something.
  Granule& granule() { return *cached_.granule; }
  // Nothing is empty among them.
  const std::vector<ShapePlaces>& selected() const { return selected_; }
  size_t streams() const { return ref_.streams.size(); }
  const Stream* stream(uint32_t id) const { return ref_.streams[id].get(); }
  // Something of it could not be read: it is not to be kept.
  void Spoil() { spoilt_ = true; }

 private:
  base::StatusOr<bool> MayHave(const Substrings& required);
  base::Status LeaveInRange(const RowFilter& filter);
  base::Status FillCard(bool forms);

  const GranuleRef ref_;
  GranuleCache* const cache_;
  const int64_t now_mono_ns_;
  FileBlobs blobs_;
  CachedGranule cached_;
  std::vector<ShapePlaces> selected_;
  bool spoilt_ = false;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_GRANULE_SCAN_H_
