#include "collector/logstore/minute_counts.h"

#include <algorithm>
#include <utility>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "collector/logstore/columns/blob.h"
#include "collector/logstore/columns/int_column.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/minute_slot.h"

namespace vedette::logstore {
namespace {

constexpr uint64_t kMaxCells = 64ull << 20;
constexpr int64_t kSlotsPerDay = 2 * 1440;

void PutStrings(const auto& strings, std::string* out) {
  base::PutVarint(strings.size(), out);
  for (const std::string& text : strings) base::PutString(text, out);
}

std::vector<std::string> ReadStrings(base::ByteReader& reader, size_t most) {
  std::vector<std::string> strings;
  const uint64_t count = reader.Varint();
  for (uint64_t i = 0; i < count && i < most && reader.ok(); ++i) {
    strings.emplace_back(reader.String());
  }
  return strings;
}

base::Status Bad(std::string_view what) {
  return base::DataLoss(base::Concat({"counts of a part: ", what}));
}

// Reads the columns of numbers of counts, one after the other.
class NumberReader {
 public:
  NumberReader(DirectoryReader* directory, const BlobSource* blobs)
      : directory_(directory), blobs_(blobs) {}

  // Each at least `low` and below `high`. The memory of `reuse` is used again.
  base::StatusOr<std::vector<int64_t>> Next(size_t rows, int64_t low, int64_t high,
                                            std::vector<int64_t> reuse = {}) {
    VEDETTE_ASSIGN_OR_RETURN(IntColumn column, IntColumn::Parse(directory_, rows));
    column.Lend(std::move(reuse));
    VEDETTE_RETURN_IF_ERROR(column.Load(*blobs_));
    std::vector<int64_t> values = column.Take();
    bool good = true;
    for (const int64_t value : values) good &= value >= low && value < high;
    if (!good) return Bad("a number is out of its range");
    return values;
  }
  // Passes one by.
  base::Status Skip(size_t rows) { return IntColumn::Parse(directory_, rows).status(); }

 private:
  DirectoryReader* const directory_;
  const BlobSource* const blobs_;
};

// Series and cells of a directory that is read up to them.
base::Status ReadSeries(DirectoryReader* directory, NumberReader& numbers, size_t streams,
                        MinuteCounts* counts) {
  const uint64_t series = directory->bytes.Varint();
  if (series > streams * kMaxCountedLevels) return Bad("too many series");
  VEDETTE_ASSIGN_OR_RETURN(const auto ids, numbers.Next(series, 0, static_cast<int64_t>(streams)));
  VEDETTE_ASSIGN_OR_RETURN(const auto levels,
                           numbers.Next(series, 0, static_cast<int64_t>(counts->levels.size())));
  VEDETTE_ASSIGN_OR_RETURN(const auto cells, numbers.Next(series, 1, kSlotsPerDay + 1));
  for (size_t i = 0; i < series; ++i) {
    counts->series.push_back({static_cast<uint32_t>(ids[i]), static_cast<uint32_t>(levels[i]),
                              static_cast<uint32_t>(cells[i])});
  }
  return {};
}

base::Status ReadCells(DirectoryReader* directory, NumberReader& numbers, int64_t day,
                       bool with_bytes, MinuteCounts* counts) {
  uint64_t said = 0;
  for (const MinuteCounts::Series& series : counts->series) said += series.cells;
  const uint64_t cells = directory->bytes.Varint();
  if (cells != said) return Bad("cells are not those of the series");
  VEDETTE_ASSIGN_OR_RETURN(counts->slots,
                           numbers.Next(cells, 0, kSlotsPerDay, std::move(counts->slots)));
  VEDETTE_ASSIGN_OR_RETURN(counts->entries,
                           numbers.Next(cells, 1, INT64_MAX, std::move(counts->entries)));
  if (with_bytes) {
    VEDETTE_ASSIGN_OR_RETURN(counts->bytes,
                             numbers.Next(cells, 0, INT64_MAX, std::move(counts->bytes)));
  } else {
    VEDETTE_RETURN_IF_ERROR(numbers.Skip(cells));
  }
  for (int64_t& slot : counts->slots) slot += day * kSlotsPerDay;
  return {};
}

}  // namespace

bool MinuteCounts::MayHaveName(std::string_view name) const {
  return more_names || std::binary_search(names.begin(), names.end(), name);
}

base::StatusOr<MinuteCounts> MinuteCounts::Decode(std::string_view stored, int64_t day,
                                                  size_t streams, bool with_bytes,
                                                  MinuteCounts* reuse) {
  base::ByteReader whole(stored);
  const std::string_view head = whole.String();
  if (!whole.ok()) return Bad("cut short");
  const MemoryBlobs blobs(stored.substr(stored.size() - whole.remaining()));
  DirectoryReader directory{base::ByteReader(head), 0, whole.remaining(), kMaxCells,
                            3 * (kMaxCells + streams * kMaxCountedLevels)};
  MinuteCounts counts;
  if (reuse != nullptr) counts = std::move(*reuse);
  counts.series.clear();
  counts.bytes.clear();
  counts.levels = ReadStrings(directory.bytes, kMaxCountedLevels);
  counts.more_names = directory.bytes.Fixed<uint8_t>() != 0;
  counts.names = ReadStrings(directory.bytes, kMaxCountedNames);
  NumberReader numbers(&directory, &blobs);
  VEDETTE_RETURN_IF_ERROR(ReadSeries(&directory, numbers, streams, &counts));
  VEDETTE_RETURN_IF_ERROR(ReadCells(&directory, numbers, day, with_bytes, &counts));
  if (!directory.bytes.ok() || !directory.bytes.empty()) return Bad("cut short or too long");
  return counts;
}

void CountsBuilder::TakeName(std::string_view name) {
  if (more_names_ || known_names_.contains(name)) return;
  if (names_.size() == kMaxCountedNames) {
    more_names_ = true;
  } else {
    known_names_.insert(*names_.emplace(name).first);
  }
}

void CountsBuilder::TakeMetadata(const model::Labels& metadata) {
  std::string_view level;
  for (const model::LabelView& label : metadata) {
    if (label.name == kLevelName) {
      level = label.value;
    } else {
      TakeName(label.name);
    }
  }
  metadata_ = metadata;
  if (std::exchange(has_metadata_, true) && levels_[level_] == level) return;
  const auto known = std::find(levels_.begin(), levels_.end(), level);
  level_ = static_cast<uint32_t>(known - levels_.begin());
  if (known != levels_.end()) return;
  if (levels_.size() == kMaxCountedLevels) {
    too_many_levels_ = true;
  } else {
    levels_.emplace_back(level);
  }
}

std::vector<CountsBuilder::Cell>& CountsBuilder::CellsOf(uint32_t stream) {
  if (stream >= series_.size()) series_.resize(stream + 1);
  std::vector<Series>& own = series_[stream];
  for (Series& series : own) {
    if (series.level == level_) return series.cells;
  }
  return own.emplace_back(Series{level_, {}}).cells;
}

void CountsBuilder::Add(uint32_t stream, const Row& row) {
  if (too_many_levels_) return;
  if (!has_metadata_ || *row.metadata != metadata_) TakeMetadata(*row.metadata);
  if (too_many_levels_) {
    series_.clear();
    return;
  }
  std::vector<Cell>& cells = CellsOf(stream);
  const int64_t slot = SlotOf(row.timestamp_ns);
  if (cells.empty() || cells.back().slot != slot) cells.push_back({slot, 0, 0});
  ++cells.back().entries;
  cells.back().bytes += static_cast<int64_t>(row.line.size());
}

// By stream, then level.
std::vector<std::pair<uint32_t, const CountsBuilder::Series*>> CountsBuilder::Sorted() const {
  std::vector<std::pair<uint32_t, const Series*>> all;
  for (uint32_t stream = 0; stream < series_.size(); ++stream) {
    for (const Series& series : series_[stream]) all.emplace_back(stream, &series);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second->level) < std::pair(b.first, b.second->level);
  });
  return all;
}

std::string CountsBuilder::Encode(int64_t day) const {
  if (too_many_levels_) return {};
  std::vector<int64_t> streams, levels, sizes, slots, entries, bytes;
  for (const auto& [stream, series] : Sorted()) {
    streams.push_back(static_cast<int64_t>(stream));
    levels.push_back(static_cast<int64_t>(series->level));
    sizes.push_back(static_cast<int64_t>(series->cells.size()));
    for (const Cell& cell : series->cells) {
      slots.push_back(cell.slot - day * kSlotsPerDay);
      entries.push_back(cell.entries);
      bytes.push_back(cell.bytes);
    }
  }
  BlobWriter out;
  PutStrings(levels_, out.directory());
  out.directory()->push_back(more_names_ ? 1 : 0);
  PutStrings(names_, out.directory());
  base::PutVarint(streams.size(), out.directory());
  for (const auto* column : {&streams, &levels, &sizes}) IntColumn::Encode(*column, &out);
  base::PutVarint(slots.size(), out.directory());
  for (const auto* column : {&slots, &entries, &bytes}) IntColumn::Encode(*column, &out);
  std::string stored;
  base::PutString(*out.directory(), &stored);
  return stored + out.blobs();
}

}  // namespace vedette::logstore
