#ifndef VEDETTE_COLLECTOR_LOGSTORE_MINUTE_COUNTS_H_
#define VEDETTE_COLLECTOR_LOGSTORE_MINUTE_COUNTS_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
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
  std::vector<int64_t> bytes;

  // Whether any line may have metadata of this name.
  bool MayHaveName(std::string_view name) const;
  // DataLoss for what CountsBuilder would not write. `streams`: how many the part has.
  static base::StatusOr<MinuteCounts> Decode(std::string_view stored, int64_t day, size_t streams);
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

  bool too_many_levels_ = false;
  bool more_names_ = false;
  std::vector<std::string> levels_;
  std::set<std::string, std::less<>> names_;
  model::Labels metadata_;  // of the row before
  uint32_t level_ = 0;      // of metadata_
  bool has_metadata_ = false;
  absl::flat_hash_map<uint64_t, std::vector<Cell>> series_;  // by stream and level
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_MINUTE_COUNTS_H_
