#ifndef VEDETTE_COLLECTOR_LOGSTORE_VOLUME_TABLE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_VOLUME_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "collector/logstore/minute_counts.h"
#include "collector/logstore/row.h"
#include "collector/logstore/volumes.h"

namespace vedette::logstore {

// Adds up what is counted, by group and bin. One use, one thread.
class VolumeTable {
 public:
  // Borrows both. `group` may be asked until the last row was added.
  VolumeTable(const VolumeRequest& request, const VolumeGroupFn& group)
      : request_(request), group_(group) {}
  // InvalidArgument for more bins than can be told apart.
  base::Status Prepare();

  bool Matches(const Stream* stream);
  // Nothing when lines of this stream and level are not counted.
  std::optional<size_t> GroupOf(const Stream* stream, std::string_view level);
  size_t BinOf(int64_t timestamp_ns) const;
  // A group's numbers, of bins by BinOf, until another group is asked for; null when there are too
  // many.
  VolumeBins* BinsOf(size_t group);
  // A row of a matching stream, in the range.
  void AddRow(const Row& row);

  // Counts by stream and level do not tell: a line may have metadata that a group depends on.
  void CheckNames(const MinuteCounts& counts);
  bool known() const { return known_; }
  // ResourceExhausted when there were too many groups and bins; what came after was not added.
  base::Status status() const { return status_; }
  std::vector<VolumeBins> Take() { return std::move(groups_); }

 private:
  bool DependsOn(std::string_view name) const;

  const VolumeRequest& request_;
  const VolumeGroupFn& group_;
  int64_t first_bin_ = 0;
  size_t bins_ = 1;
  size_t cells_ = 0;
  bool known_ = true;
  base::Status status_;
  absl::flat_hash_map<const Stream*, bool> matches_;
  using Levels = std::vector<std::pair<std::string, std::optional<size_t>>>;
  absl::flat_hash_map<const Stream*, Levels> known_groups_;
  const Stream* last_stream_ = nullptr;  // asked for by GroupOf, and its levels
  Levels* last_levels_ = nullptr;
  std::vector<VolumeBins> groups_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_VOLUME_TABLE_H_
