#ifndef VEDETTE_COLLECTOR_TSDB_FROZEN_HEAD_H_
#define VEDETTE_COLLECTOR_TSDB_FROZEN_HEAD_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "collector/tsdb/head_series.h"
#include "collector/tsdb/value_column.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/sample.h"

namespace vedette::tsdb {

// The samples of a head that is being written to parts: the head's own columns, moved here.
// Immutable, shared by readers.
class FrozenHead {
 public:
  struct Series {
    SeriesPtr owner;     // for its labels alone
    uint32_t group = 0;  // index into times_
    ValueColumn column;
    std::unique_ptr<SeriesExtra> extra;
  };

  bool empty() const { return series_.empty(); }
  uint64_t samples() const { return samples_; }
  // Estimate of the memory taken, labels not counted: the registry does.
  uint64_t bytes() const { return bytes_; }
  int64_t min_ms() const { return min_ms_; }
  int64_t max_ms() const { return max_ms_; }

  // UTC days that it has samples of.
  std::set<int64_t> Days() const;
  // The time of the first sample in [min_ms, max_ms]; INT64_MAX without.
  int64_t FirstMs(int64_t min_ms, int64_t max_ms) const;
  // Calls `visit` for each series by labels, with its samples in the range; none without. An error
  // ends it. The arrays are used again after the call.
  base::Status VisitSorted(
      int64_t min_ms, int64_t max_ms,
      const std::function<base::Status(const model::SeriesSamples& series)>& visit) const;
  // The matching series, in no order; what is handed out is good as long as this.
  void VisitMatching(const std::vector<model::Matcher>& matchers,
                     const std::function<void(const model::Labels& labels,
                                              const SampleView& samples)>& visit) const;
  base::Status VisitLabels(
      const std::function<base::Status(const model::Labels& labels)>& visit) const;

 private:
  friend class Head;

  SampleView ViewOf(const Series& series) const {
    return {times_[series.group], &series.column, series.extra.get()};
  }

  std::vector<Series> series_;               // in no order, each with samples
  std::vector<std::vector<int64_t>> times_;  // rows, a group each
  std::shared_ptr<const ChunkArena> arena_;
  uint64_t samples_ = 0;
  uint64_t bytes_ = 0;
  int64_t min_ms_ = INT64_MAX;
  int64_t max_ms_ = INT64_MIN;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_FROZEN_HEAD_H_
