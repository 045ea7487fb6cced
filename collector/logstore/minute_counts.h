#ifndef VEDETTE_COLLECTOR_LOGSTORE_MINUTE_COUNTS_H_
#define VEDETTE_COLLECTOR_LOGSTORE_MINUTE_COUNTS_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "collector/logstore/row.h"

namespace vedette::logstore {

// Metadata that lines are counted by, as Loki and the shipper name it.
inline constexpr std::string_view kLevelName = "detected_level";
inline constexpr size_t kMaxCountedLevels = 64;
inline constexpr size_t kMaxCountedNames = 256;

// Lines and bytes of a part by stream, level and slot (minute_slot.h, FORMAT.md). A value type.
struct MinuteCounts {
  struct Series {
    uint32_t stream = 0;  // id of the part
    uint32_t level = 0;   // index of `levels`
    uint32_t cells = 0;   // how many of the cells, behind those of the series before
    friend bool operator==(const Series&, const Series&) = default;
  };
  std::vector<std::string> levels;
  std::vector<std::string> names;  // of other metadata, ascending
  bool more_names = false;         // `names` are not all
  std::vector<Series> series;
  // One a cell.
  std::vector<int64_t> slots;  // absolute
  std::vector<int64_t> entries;
  std::vector<int64_t> bytes;  // empty where they were not asked for

  // Whether any line may have metadata of this name.
  bool MayHaveName(std::string_view name) const;
  // DataLoss for what CountsBuilder would not write. `streams`: how many the part has.
  // `with_bytes`: whether they are asked for. The memory of `reuse` is taken, if not null.
  static base::StatusOr<MinuteCounts> Decode(std::string_view stored, int64_t day, size_t streams,
                                             bool with_bytes = true, MinuteCounts* reuse = nullptr);
  friend bool operator==(const MinuteCounts&, const MinuteCounts&) = default;
};

// Counts rows as they are written, in reading order. One thread.
class CountsBuilder {
 public:
  void Add(uint32_t stream, const Row& row);
  // The stored bytes; empty when there are too many levels.
  std::string Encode(int64_t day) const;

 private:
  struct Cell {
    int64_t slot;
    int64_t entries;
    int64_t bytes;
  };
  void TakeMetadata(const model::Labels& metadata);
  void TakeName(std::string_view name);
  std::vector<Cell>& CellsOf(uint32_t stream);  // at level_

  bool too_many_levels_ = false;
  bool more_names_ = false;
  std::vector<std::string> levels_;
  std::set<std::string, std::less<>> names_;
  absl::flat_hash_set<std::string_view> known_names_;  // the same, found sooner
  model::Labels metadata_;                             // of the row before
  uint32_t level_ = 0;                                 // of metadata_
  bool has_metadata_ = false;
  struct Series {
    uint32_t level;
    std::vector<Cell> cells;
  };
  std::vector<std::pair<uint32_t, const Series*>> Sorted() const;

  std::vector<std::vector<Series>> series_;  // by stream
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_MINUTE_COUNTS_H_
