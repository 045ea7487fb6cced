#ifndef VEDETTE_COLLECTOR_TSDB_VALUE_COLUMN_H_
#define VEDETTE_COLLECTOR_TSDB_VALUE_COLUMN_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "collector/tsdb/rich_samples.h"
#include "model/sample.h"
#include "model/series_view.h"

namespace vedette::tsdb {

// A piece of a column: two cache lines. Linked from the newest to the oldest: what queries ask most
// lies at the end, and a chunk is never touched again once it is full.
struct ValueChunk {
  static constexpr uint32_t kValues = 15;
  ValueChunk* before;
  double values[kValues];
};
static_assert(sizeof(ValueChunk) == 128);

// Chunks of all columns that a head fills until it is frozen. They go to the frozen head with it
// and are given back to the system at once, whoever else allocated meanwhile. Not thread-safe.
class ChunkArena {
 public:
  ValueChunk* New();  // good as long as the arena; `before` is null
  // Taken by chunks.
  uint64_t bytes() const { return chunks_ * sizeof(ValueChunk); }

 private:
  static constexpr size_t kSlabChunks = 8192;  // a MiB, of which the system gives what is touched
  struct Unmap {
    void operator()(ValueChunk* slab) const;
  };
  std::vector<std::unique_ptr<ValueChunk[], Unmap>> slabs_;
  uint64_t chunks_ = 0;
};

inline bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

// Rows [first, last) of a group.
struct RowRange {
  uint32_t first = 0;
  uint32_t last = 0;
};

// Values of one series, one a row of its group: a single one for as long as it does not change,
// each from then on. A value type: an earlier copy is what the column was then, and may be put back
// in its place. A copy may be read while the column grows: neither touches what the other does.
class ValueColumn {
 public:
  void Push(double value, ChunkArena* arena);
  // Rows without a value, to be left out by whoever reads. `value` is the one that comes after.
  void PushGap(uint32_t rows, double value, ChunkArena* arena);

  uint32_t rows() const { return rows_; }
  // Of the newest row; that of a gap is unspecified. Not for an empty column.
  double last() const { return last_; }
  double At(uint32_t row) const;
  // The values of rows [first, last).
  void Copy(uint32_t first, uint32_t last, double* out) const;

  class Fetch;

 private:
  // Of these rows there is one, the newest, whose value is known without its chunk.
  bool IsNewest(uint32_t first, uint32_t last) const { return first + 1 == last && last == rows_; }
  // The chunks hold what came after the constant rows.
  uint32_t PlaceOf(uint32_t row) const { return row - constant_rows_; }
  // The chunk that a place lies in.
  const ValueChunk* ChunkOf(uint32_t place) const;

  uint32_t rows_ = 0;
  uint32_t constant_rows_ = 0;
  double last_ = 0;
  double constant_ = 0;         // of the constant rows, once there are others
  ValueChunk* tail_ = nullptr;  // none while all values are the same
};

// Brings the chunks of some rows into the processor's cache. Each chunk is found through the one
// behind it: several columns, a step of each in turn, wait for memory together.
class ValueColumn::Fetch {
 public:
  Fetch() = default;
  Fetch(const ValueColumn& column, RowRange rows);
  // Goes to the next chunk; false when there is none.
  bool Step();

 private:
  const ValueChunk* next_ = nullptr;
  uint32_t left_ = 0;
};

// What of a series does not lie in its group's rows.
struct SeriesExtra {
  std::vector<RowRange> gaps;  // of the column, ascending
  // Samples with times of their own, ascending; none of them at a time that the column has.
  std::vector<int64_t> times;
  std::vector<double> values;
  std::unique_ptr<RichSamples> rich;  // null where there are floats alone, of unknown start

  bool empty() const { return times.empty() && (rich == nullptr || rich->histograms().empty()); }
  bool InGap(uint32_t row) const;
  // A copy without the samples outside the range.
  SeriesExtra Within(int64_t min_ms, int64_t max_ms) const;
  uint64_t bytes() const;
};

// The samples of a series as the head keeps them. `times` are its group's rows. Null `extra`: none.
struct SampleView {
  std::span<const int64_t> times;
  const ValueColumn* column = nullptr;
  const SeriesExtra* extra = nullptr;

  // The rows in [min_ms, max_ms]; series with the same times and as many rows have the same.
  RowRange RowsIn(int64_t min_ms, int64_t max_ms) const;
  bool HasAny(int64_t min_ms, int64_t max_ms) const {
    return HasAny(RowsIn(min_ms, max_ms), min_ms, max_ms);
  }
  bool HasAny(RowRange rows, int64_t min_ms, int64_t max_ms) const;
  // The samples in [min_ms, max_ms], of them the newest at least where that is enough; `rows` are
  // those in that time. They lie in `scratch` or where they are.
  void Lend(const model::Labels& labels, RowRange rows, int64_t min_ms, int64_t max_ms,
            bool newest_only, model::SeriesSamples* scratch, model::SeriesView* view) const;
  // Appends the samples in [min_ms, max_ms], ascending.
  void Read(int64_t min_ms, int64_t max_ms, model::SeriesSamples* out) const;
  // Of these the floats alone, without their starts.
  void ReadFloats(int64_t min_ms, int64_t max_ms, std::vector<int64_t>* out_times,
                  std::vector<double>* out_values) const;

 private:
  void ReadColumn(int64_t min_ms, int64_t max_ms, std::vector<int64_t>* out_times,
                  std::vector<double>* out_values) const;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_VALUE_COLUMN_H_
