#ifndef VEDETTE_COLLECTOR_TSDB_MERGE_CURSOR_H_
#define VEDETTE_COLLECTOR_TSDB_MERGE_CURSOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/status.h"
#include "model/labels.h"
#include "model/sample.h"
#include "model/series_view.h"

namespace vedette::tsdb {

// Series of one source, sorted by labels. One thread. Starts before the first series.
class SeriesCursor {
 public:
  virtual ~SeriesCursor() = default;
  // Goes to the next series; false at the end.
  virtual base::StatusOr<bool> Next() = 0;
  // Of the current series; valid until Next.
  virtual const model::Labels& labels() const = 0;
  // Appends the samples of the current series that lie in the range the cursor was made for.
  virtual base::Status Read(model::SeriesSamples* samples) = 0;
  // The same, lent: they lie in `scratch`, which is used again and again, or in the cursor, and are
  // good until its next call. `newest_only`: all but the newest may be left out.
  virtual base::Status Lend(bool newest_only, model::SeriesSamples* scratch,
                            model::SeriesView* view);
};

// Joins sources: each series once, its samples by time. Where sources hold the same series and
// time, the one that stands earlier in `sources` wins. Series without samples are left out.
base::Status MergeSeries(std::vector<std::unique_ptr<SeriesCursor>> sources,
                         const std::function<base::Status(model::SeriesSamples)>& visit);

// The same without copies where a series comes from one source; what `visit` gets is good for the
// call. `newest_only`: of each series all samples but the newest may be left out.
using VisitView = std::function<base::Status(const model::SeriesView& series)>;
base::Status LendSeries(std::vector<std::unique_ptr<SeriesCursor>> sources, bool newest_only,
                        const VisitView& visit);

// The same over labels alone; no samples are read.
base::Status MergeLabels(std::vector<std::unique_ptr<SeriesCursor>> sources,
                         const std::function<base::Status(const model::Labels&)>& visit);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_MERGE_CURSOR_H_
