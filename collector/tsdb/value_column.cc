#include "collector/tsdb/value_column.h"

#include <sys/mman.h>

#include <algorithm>

#include "base/status.h"

namespace vedette::tsdb {
namespace {

struct IndexRange {
  size_t first;
  size_t last;
};

IndexRange Within(std::span<const int64_t> times, int64_t min_ms, int64_t max_ms) {
  const auto first = std::lower_bound(times.begin(), times.end(), min_ms);
  const auto last = std::upper_bound(first, times.end(), max_ms);
  return {static_cast<size_t>(first - times.begin()), static_cast<size_t>(last - times.begin())};
}

// Calls `take(first, last)` for what is left of `rows` between the gaps.
template <typename Take>
void BetweenGaps(RowRange rows, const SeriesExtra* extra, const Take& take) {
  uint32_t at = rows.first;
  if (extra != nullptr) {
    for (const RowRange& gap : extra->gaps) {
      if (gap.last <= at) continue;
      if (gap.first >= rows.last) break;
      if (gap.first > at) take(at, gap.first);
      at = gap.last;
    }
  }
  if (at < rows.last) take(at, rows.last);
}

}  // namespace

void ChunkArena::Unmap::operator()(ValueChunk* slab) const {
  ::munmap(slab, kSlabChunks * sizeof(ValueChunk));
}

ValueChunk* ChunkArena::New() {
  const size_t at = chunks_ % kSlabChunks;
  if (at == 0) {
    void* const slab = ::mmap(nullptr, kSlabChunks * sizeof(ValueChunk), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    VEDETTE_CHECK(slab != MAP_FAILED);
    slabs_.emplace_back(static_cast<ValueChunk*>(slab));
  }
  ++chunks_;
  ValueChunk* const chunk = &slabs_.back()[at];
  chunk->next = nullptr;
  return chunk;
}

void ValueColumn::Push(double value, ChunkArena* arena) {
  if (chunks_ == nullptr) {
    if (rows_ == 0 || SameBits(value, last_)) {
      constant_rows_ = ++rows_;
      last_ = value;
      return;
    }
    chunks_ = tail_ = arena->New();
    chunks_->values[0] = last_;
  }
  const uint32_t at = PlaceOf(rows_) % ValueChunk::kValues;
  if (at == 0) {
    tail_->next = arena->New();
    tail_ = tail_->next;
  }
  tail_->values[at] = value;
  last_ = value;
  ++rows_;
}

void ValueColumn::PushGap(uint32_t rows, double value, ChunkArena* arena) {
  const double filler = rows_ == 0 ? value : last_;
  if (chunks_ == nullptr) {
    rows_ += rows;
    constant_rows_ = rows_;
    last_ = filler;
    return;
  }
  for (; rows > 0; --rows) Push(filler, arena);
}

double ValueColumn::At(uint32_t row) const {
  if (chunks_ == nullptr) return last_;
  if (row < constant_rows_) return chunks_->values[0];
  uint32_t place = PlaceOf(row);
  const ValueChunk* chunk = chunks_;
  for (; place >= ValueChunk::kValues; place -= ValueChunk::kValues) chunk = chunk->next;
  return chunk->values[place];
}

void ValueColumn::Copy(uint32_t first, uint32_t last, std::vector<double>* values) const {
  const uint32_t constant_to = std::min(last, constant_rows_);
  if (first < constant_to) {
    values->insert(values->end(), constant_to - first, At(first));
    first = constant_to;
  }
  if (first >= last) return;
  uint32_t place = PlaceOf(first);
  const ValueChunk* chunk = chunks_;
  for (; place >= ValueChunk::kValues; place -= ValueChunk::kValues) chunk = chunk->next;
  while (first < last) {
    const uint32_t n = std::min(last - first, ValueChunk::kValues - place);
    values->insert(values->end(), chunk->values + place, chunk->values + place + n);
    first += n;
    place = 0;
    chunk = chunk->next;
  }
}

bool SeriesExtra::InGap(uint32_t row) const {
  const auto after = std::upper_bound(gaps.begin(), gaps.end(), row,
                                      [](uint32_t r, const RowRange& gap) { return r < gap.last; });
  return after != gaps.end() && after->first <= row;
}

uint64_t SeriesExtra::bytes() const {
  return sizeof(SeriesExtra) + gaps.capacity() * sizeof(RowRange) +
         (times.capacity() + values.capacity()) * sizeof(double) +
         (rich == nullptr ? 0 : rich->bytes());
}

RowRange SampleView::RowsIn(int64_t min_ms, int64_t max_ms) const {
  const auto [first, last] = Within(times.first(column->rows()), min_ms, max_ms);
  return {static_cast<uint32_t>(first), static_cast<uint32_t>(last)};
}

bool SampleView::HasAny(int64_t min_ms, int64_t max_ms) const {
  bool any = false;
  BetweenGaps(RowsIn(min_ms, max_ms), extra, [&any](uint32_t, uint32_t) { any = true; });
  if (any || extra == nullptr) return any;
  const auto [first, last] = Within(extra->times, min_ms, max_ms);
  return first < last || (extra->rich != nullptr && extra->rich->HasAny(min_ms, max_ms));
}

void SampleView::ReadColumn(int64_t min_ms, int64_t max_ms, std::vector<int64_t>* out_times,
                            std::vector<double>* out_values) const {
  BetweenGaps(RowsIn(min_ms, max_ms), extra, [&](uint32_t first, uint32_t last) {
    out_times->insert(out_times->end(), times.begin() + first, times.begin() + last);
    column->Copy(first, last, out_values);
  });
}

void SampleView::Read(int64_t min_ms, int64_t max_ms, model::SeriesSamples* out) const {
  ReadFloats(min_ms, max_ms, &out->timestamps_ms, &out->values);
  if (extra == nullptr || extra->rich == nullptr) return;
  const RichSamples& rich = *extra->rich;
  if (!rich.starts().empty()) {
    for (const int64_t t : out->timestamps_ms) out->starts_ms.push_back(rich.StartAt(t));
  }
  rich.Read(min_ms, max_ms, &out->histograms);
}

void SampleView::ReadFloats(int64_t min_ms, int64_t max_ms, std::vector<int64_t>* out_times,
                            std::vector<double>* out_values) const {
  const IndexRange own = extra == nullptr ? IndexRange{0, 0} : Within(extra->times, min_ms, max_ms);
  if (own.first == own.last) return ReadColumn(min_ms, max_ms, out_times, out_values);
  std::vector<int64_t> row_times;
  std::vector<double> row_values;
  ReadColumn(min_ms, max_ms, &row_times, &row_values);
  size_t row = 0;
  for (size_t i = own.first; i < own.last || row < row_times.size();) {
    const bool from_row =
        i == own.last || (row < row_times.size() && row_times[row] < extra->times[i]);
    out_times->push_back(from_row ? row_times[row] : extra->times[i]);
    out_values->push_back(from_row ? row_values[row] : extra->values[i]);
    ++(from_row ? row : i);
  }
}

}  // namespace vedette::tsdb
