#ifndef VEDETTE_COLLECTOR_LOGSTORE_VOLUME_COUNT_H_
#define VEDETTE_COLLECTOR_LOGSTORE_VOLUME_COUNT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/status.h"
#include "collector/logstore/contested_times.h"
#include "collector/logstore/memtable.h"
#include "collector/logstore/part.h"
#include "collector/logstore/volume_table.h"

namespace vedette::logstore {

// One count of rows, from what parts wrote down about their minutes where that is enough, from the
// rows where it is not. Rows of contested times are left to the caller, who reads them merged. One
// use, one thread.
class VolumeCount {
 public:
  // Borrows all. `range`: of the request, no wider than what there are rows of. `on_damage` hears
  // of what could not be read.
  VolumeCount(const VolumeRequest& request, TimeSpan range, const ContestedTimes& contested,
              VolumeTable* table, std::function<void(const Part&, const base::Status&)> on_damage);

  base::Status AddPart(const Part& part);
  void AddMemory(const MemtableView& view);

 private:
  void AddCells(const Part& part, const MinuteCounts& counts);
  base::Status AddBlocks(const Part& part, const TimeSpan& span);
  void AddRows(std::span<const Row> rows, const TimeSpan& span);

  const VolumeRequest& request_;
  const TimeSpan range_;
  const ContestedTimes& contested_;
  VolumeTable* const table_;
  const std::function<void(const Part&, const base::Status&)> on_damage_;
  // Slots that lie in the range and in one bin each.
  int64_t first_slot_ = 0;
  int64_t end_slot_ = 0;
  std::vector<uint32_t> bins_;     // of these slots
  std::vector<TimeSpan> by_rows_;  // the rest of the range
  MinuteCounts counts_;            // of the part before: its memory is used again
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_VOLUME_COUNT_H_
