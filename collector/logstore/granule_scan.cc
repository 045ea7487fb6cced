#include "collector/logstore/granule_scan.h"

#include <algorithm>

#include "base/codec/bytes.h"

namespace vedette::logstore {

GranuleScan::GranuleScan(const std::string& part_name, std::unique_ptr<base::RandomAccessFile> file,
                         const BlockMeta& meta, std::span<const StreamPtr> streams)
    : part_name_(part_name),
      file_(std::move(file)),
      meta_(meta),
      streams_(streams),
      blobs_(*file_, meta.offset + meta.directory_stored) {}

base::StatusOr<std::unique_ptr<GranuleScan>> GranuleScan::Open(
    const std::string& part_name, std::unique_ptr<base::RandomAccessFile> file,
    const BlockMeta& meta, std::span<const StreamPtr> streams, const RowFilter& filter) {
  std::unique_ptr<GranuleScan> scan(new GranuleScan(part_name, std::move(file), meta, streams));
  VEDETTE_ASSIGN_OR_RETURN(const bool may_have,
                           MayHaveRequired(*scan->file_, meta, *filter.required));
  if (!may_have) return scan;
  VEDETTE_ASSIGN_OR_RETURN(scan->granule_, OpenGranule(*scan->file_, meta, &scan->blobs_));
  VEDETTE_RETURN_IF_ERROR(scan->Select(filter));
  return scan;
}

base::Status GranuleScan::Select(const RowFilter& filter) {
  VEDETTE_ASSIGN_OR_RETURN(selected_, granule_->SearchShapes(*filter.streams, *filter.required));
  if (filter.WantsTime(meta_.min_ns) && filter.WantsTime(meta_.max_ns)) return {};
  return LeaveInRange(filter);
}

base::Status GranuleScan::LeaveInRange(const RowFilter& filter) {
  if (selected_.empty()) return {};
  VEDETTE_RETURN_IF_ERROR(granule_->LoadIds());
  VEDETTE_RETURN_IF_ERROR(granule_->LoadTimes());
  const std::span<const int64_t> times = granule_->times();
  for (ShapePlaces& own : selected_) {
    const std::vector<uint32_t>& rows = granule_->shape(own.shape).own_rows;
    std::erase_if(own.places,
                  [&](uint32_t place) { return !filter.WantsTime(times[rows[place]]); });
  }
  std::erase_if(selected_, [](const ShapePlaces& own) { return own.places.empty(); });
  return {};
}

}  // namespace vedette::logstore
