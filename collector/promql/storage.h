#ifndef VEDETTE_COLLECTOR_PROMQL_STORAGE_H_
#define VEDETTE_COLLECTOR_PROMQL_STORAGE_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "base/status.h"
#include "model/matcher.h"
#include "model/sample.h"
#include "model/series_view.h"

// What the query language needs from a store of metrics. Implemented by the metrics store's adapter
// in app and by fakes in tests.

namespace vedette::promql {

// Which series, and which of their samples: min_ms <= timestamp <= max_ms.
struct SelectRequest {
  std::vector<model::Matcher> matchers;
  int64_t min_ms = 0;
  int64_t max_ms = 0;
  // Of each series the newest sample is enough; others may come or not.
  bool newest_only = false;
};

// What of a store's past stands: samples at or before `boundary_ms` are the same for as long as the
// version is. A change there (late samples, deletions, retention) makes another version before it
// can be seen, and nothing stands while it is under way: what was read between two calls that give
// the same version, the first with a boundary, is as of one time up to that boundary.
struct History {
  int64_t boundary_ms = INT64_MIN;  // nothing stands
  uint64_t version = 0;
};

class Queryable {
 public:
  virtual ~Queryable() = default;

  // By this results may be kept (result_cache.h). Thread-safe.
  virtual promql::History History() const { return {}; }

  // Hands every series that matches all matchers and has a sample in the request's time to `visit`,
  // in the order of their labels, each once. Samples are raw: ascending times, stale markers
  // included. An error of `visit` ends the walk and is returned. Thread-safe; the view is one
  // consistent moment for the time of one call.
  using Visit = std::function<base::Status(model::SeriesSamples&&)>;
  virtual base::Status Select(const SelectRequest& request, const Visit& visit) const = 0;

  // The same, lent: what `visit` gets is good for the call. What the engine asks.
  using VisitView = std::function<base::Status(const model::SeriesView&)>;
  virtual base::Status Lend(const SelectRequest& request, const VisitView& visit) const {
    return Select(request, [&visit](model::SeriesSamples&& series) {
      return visit(model::ViewOf(series.labels, series));
    });
  }
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_STORAGE_H_
