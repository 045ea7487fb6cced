#ifndef VEDETTE_COLLECTOR_TSDB_HEAD_VIEW_H_
#define VEDETTE_COLLECTOR_TSDB_HEAD_VIEW_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "collector/tsdb/frozen_head.h"
#include "collector/tsdb/head_series.h"
#include "collector/tsdb/merge_cursor.h"
#include "collector/tsdb/value_column.h"
#include "model/matcher.h"

namespace vedette::tsdb {

// Series of a head as they were at one moment, to be read without its lock while it grows: columns
// are copied by where they lie, and only what the head may change is copied whole.
struct HeadView {
  struct Series {
    SeriesPtr owner;  // for its labels alone
    ValueColumn column;
    uint32_t times = 0;                  // index into `times`
    std::unique_ptr<SeriesExtra> extra;  // mostly none
  };
  std::vector<Series> series;
  bool sorted = false;                      // by labels
  std::vector<std::vector<int64_t>> times;  // of groups' rows
  std::shared_ptr<const ChunkArena> arena;  // which holds the columns' values

  // Estimate of the memory that it takes.
  uint64_t bytes() const;
  static uint64_t BytesOf(const std::vector<int64_t>& rows) {
    return rows.size() * sizeof(int64_t);
  }
  static uint64_t BytesOf(const Series& one) {
    return sizeof(Series) + (one.extra == nullptr ? 0 : one.extra->bytes());
  }
  SampleView SamplesOf(const Series& one) const {
    return {times[one.times], &one.column, one.extra.get()};
  }
};

// The series with samples in the range, by labels.
std::unique_ptr<SeriesCursor> NewHeadCursor(HeadView view, int64_t min_ms, int64_t max_ms);
std::unique_ptr<SeriesCursor> NewFrozenCursor(std::shared_ptr<const FrozenHead> frozen,
                                              const std::vector<model::Matcher>& matchers,
                                              int64_t min_ms, int64_t max_ms);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_HEAD_VIEW_H_
