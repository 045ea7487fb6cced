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
  chunk->before = nullptr;
  return chunk;
}

void ValueColumn::Push(double value, ChunkArena* arena) {
  if (tail_ == nullptr) {
    if (rows_ == 0 || SameBits(value, last_)) {
      constant_rows_ = ++rows_;
      last_ = value;
      return;
    }
    constant_ = last_;
  }
  const uint32_t at = PlaceOf(rows_) % ValueChunk::kValues;
  if (at == 0) {
    ValueChunk* const chunk = arena->New();
    chunk->before = tail_;
    tail_ = chunk;
  }
  tail_->values[at] = value;
  last_ = value;
  ++rows_;
}

void ValueColumn::PushGap(uint32_t rows, double value, ChunkArena* arena) {
  const double filler = rows_ == 0 ? value : last_;
  if (tail_ == nullptr) {
    rows_ += rows;
    constant_rows_ = rows_;
    last_ = filler;
    return;
  }
  for (; rows > 0; --rows) Push(filler, arena);
}

const ValueChunk* ValueColumn::ChunkOf(uint32_t place) const {
  const ValueChunk* chunk = tail_;
  const uint32_t number = place / ValueChunk::kValues;
  for (uint32_t at = PlaceOf(rows_ - 1) / ValueChunk::kValues; at > number; --at) {
    chunk = chunk->before;
  }
  return chunk;
}

double ValueColumn::At(uint32_t row) const {
  if (tail_ == nullptr || row + 1 == rows_) return last_;
  if (row < constant_rows_) return constant_;
  const uint32_t place = PlaceOf(row);
  return ChunkOf(place)->values[place % ValueChunk::kValues];
}

void ValueColumn::Copy(uint32_t first, uint32_t last, double* out) const {
  if (IsNewest(first, last)) {
    *out = last_;
    return;
  }
  const uint32_t constant_to = std::min(last, constant_rows_);
  if (first < constant_to) {
    out = std::fill_n(out, constant_to - first, tail_ == nullptr ? last_ : constant_);
    first = constant_to;
  }
  if (first >= last) return;
  const uint32_t from = PlaceOf(first);
  uint32_t end = PlaceOf(last - 1) + 1;
  const ValueChunk* chunk = ChunkOf(end - 1);
  while (true) {
    const uint32_t begin = (end - 1) / ValueChunk::kValues * ValueChunk::kValues;
    const uint32_t start = std::max(begin, from);
    std::copy(chunk->values + (start - begin), chunk->values + (end - begin), out + (start - from));
    if (start == from) return;
    end = begin;
    chunk = chunk->before;
  }
}

ValueColumn::Fetch::Fetch(const ValueColumn& column, RowRange rows) {
  const uint32_t first = std::max(rows.first, column.constant_rows_);
  if (column.tail_ == nullptr || first >= rows.last || column.IsNewest(first, rows.last)) return;
  const uint32_t newest = column.PlaceOf(column.rows_ - 1) / ValueChunk::kValues;
  next_ = column.tail_;
  left_ = newest - column.PlaceOf(first) / ValueChunk::kValues + 1;
  __builtin_prefetch(next_);
}

bool ValueColumn::Fetch::Step() {
  if (left_ == 0) return false;
  __builtin_prefetch(&next_->values[ValueChunk::kValues - 1]);  // its second line
  next_ = next_->before;
  if (--left_ > 0) __builtin_prefetch(next_);
  return left_ > 0;
}

bool SeriesExtra::InGap(uint32_t row) const {
  const auto after = std::upper_bound(gaps.begin(), gaps.end(), row,
                                      [](uint32_t r, const RowRange& gap) { return r < gap.last; });
  return after != gaps.end() && after->first <= row;
}

SeriesExtra SeriesExtra::Within(int64_t min_ms, int64_t max_ms) const {
  const IndexRange range = tsdb::Within(times, min_ms, max_ms);
  const auto at = [](const auto& array, size_t i) {
    return array.begin() + static_cast<std::ptrdiff_t>(i);
  };
  SeriesExtra copy;
  copy.gaps = gaps;
  copy.times.assign(at(times, range.first), at(times, range.last));
  copy.values.assign(at(values, range.first), at(values, range.last));
  if (rich != nullptr) copy.rich = std::make_unique<RichSamples>(rich->Within(min_ms, max_ms));
  return copy;
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

bool SampleView::HasAny(RowRange rows, int64_t min_ms, int64_t max_ms) const {
  bool any = false;
  BetweenGaps(rows, extra, [&any](uint32_t, uint32_t) { any = true; });
  if (any || extra == nullptr) return any;
  const auto [first, last] = Within(extra->times, min_ms, max_ms);
  return first < last || (extra->rich != nullptr && extra->rich->HasAny(min_ms, max_ms));
}

void SampleView::ReadColumn(int64_t min_ms, int64_t max_ms, std::vector<int64_t>* out_times,
                            std::vector<double>* out_values) const {
  BetweenGaps(RowsIn(min_ms, max_ms), extra, [&](uint32_t first, uint32_t last) {
    out_times->insert(out_times->end(), times.begin() + first, times.begin() + last);
    const size_t before = out_values->size();
    out_values->resize(before + (last - first));
    column->Copy(first, last, out_values->data() + before);
  });
}

void SampleView::Lend(const model::Labels& labels, RowRange rows, int64_t min_ms, int64_t max_ms,
                      bool newest_only, model::SeriesSamples* scratch,
                      model::SeriesView* view) const {
  if (extra != nullptr) {
    scratch->timestamps_ms.clear();
    scratch->values.clear();
    scratch->starts_ms.clear();
    scratch->histograms.clear();
    Read(min_ms, max_ms, scratch);
    *view = model::ViewOf(labels, *scratch);
    return;
  }
  if (newest_only && rows.first < rows.last) rows.first = rows.last - 1;
  const size_t count = rows.last - rows.first;
  if (scratch->values.size() < count) scratch->values.resize(count);
  column->Copy(rows.first, rows.last, scratch->values.data());
  *view = {};
  view->labels = &labels;
  view->timestamps_ms = times.subspan(rows.first, count);
  view->values = std::span<const double>(scratch->values).first(count);
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
