#ifndef VEDETTE_COLLECTOR_TSDB_DELETION_CURSOR_H_
#define VEDETTE_COLLECTOR_TSDB_DELETION_CURSOR_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "collector/tsdb/merge_cursor.h"
#include "collector/tsdb/tombstone.h"

namespace vedette::tsdb {

// A cursor without what tombstones took: neither the samples nor series of which none is left. A
// series that a tombstone touches is read when it is reached, the others only when asked.
class DeletionCursor final : public SeriesCursor {
 public:
  // `tombstones` hold for the whole of `inner`, which was made for [min_ms, max_ms].
  DeletionCursor(std::unique_ptr<SeriesCursor> inner, TombstoneList tombstones, int64_t min_ms,
                 int64_t max_ms);

  base::StatusOr<bool> Next() override;
  const model::Labels& labels() const override { return inner_->labels(); }
  base::Status Read(model::SeriesSamples* samples) override;

 private:
  using Range = std::pair<int64_t, int64_t>;  // both ends included

  void FindRanges();
  bool TakesAll() const;
  bool IsDeleted(int64_t time_ms) const;
  // Reads the current series and keeps what is left of it.
  base::Status ReadRest();

  const std::unique_ptr<SeriesCursor> inner_;
  const TombstoneList tombstones_;
  const int64_t min_ms_;
  const int64_t max_ms_;
  std::vector<Range> ranges_;  // of the current series
  model::SeriesSamples rest_;  // left of it, where ranges_ is not empty
};

// `cursor` itself where no tombstone of the list reaches into the range.
std::unique_ptr<SeriesCursor> WithoutDeleted(std::unique_ptr<SeriesCursor> cursor,
                                             const TombstoneList& tombstones, int64_t min_ms,
                                             int64_t max_ms);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_DELETION_CURSOR_H_
