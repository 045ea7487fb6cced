#ifndef VEDETTE_APP_STORE_JOIN_H_
#define VEDETTE_APP_STORE_JOIN_H_

#include <utility>
#include <vector>

#include "base/mutex.h"
#include "collector/api/views.h"
#include "collector/logql/storage.h"
#include "collector/logstore/store.h"
#include "collector/promql/storage.h"
#include "collector/tsdb/store.h"
#include "model/labels.h"

// The two stores as the two languages want to see them. Thread-safe, owned by the collector's
// parts, outlived by the store.

namespace vedette::app {

class MetricsQueryable final : public promql::Queryable {
 public:
  explicit MetricsQueryable(const tsdb::Store* store) : store_(store) {}
  promql::History History() const override {
    const tsdb::History history = store_->History();
    return {history.boundary_ms, history.version};
  }
  base::Status Select(const promql::SelectRequest& request, const Visit& visit) const override {
    return Lend(request,
                [&visit](const model::SeriesView& series) { return visit(model::CopyOf(series)); });
  }
  base::Status Lend(const promql::SelectRequest& request, const VisitView& visit) const override {
    return store_->Lend({request.matchers, request.min_ms, request.max_ms, request.newest_only},
                        visit);
  }

 private:
  const tsdb::Store* const store_;
};

// What answers have to warn of while the store replays its log; empty afterwards.
std::string ReplayCaution(const tsdb::Store& store);

class ExemplarsJoin final : public api::ExemplarsView {
 public:
  explicit ExemplarsJoin(const tsdb::Store* store) : store_(store) {}
  base::StatusOr<std::vector<api::ExemplarsInfo>> Exemplars(
      const std::vector<std::vector<model::Matcher>>& selectors, int64_t min_ms,
      int64_t max_ms) const override;

 private:
  const tsdb::Store* const store_;
};

// A value that a reload may change while requests read it. Thread-safe.
template <typename T>
class Shared {
 public:
  void Set(T value) {
    base::MutexLock lock(mutex_);
    value_ = std::move(value);
  }
  T Get() const {
    base::MutexLock lock(mutex_);
    return value_;
  }

 private:
  mutable base::Mutex mutex_;
  T value_ VEDETTE_GUARDED_BY(mutex_);
};

class LogStoreSource final : public logql::LogSource {
 public:
  explicit LogStoreSource(const logstore::Store* store) : store_(store) {}
  base::Status Scan(const logql::ScanRequest& request, const logql::ScanFn& visit) const override;
  base::Status ScanBlocks(const logql::BlockRequest& request,
                          const logql::BlockFn& visit) const override;
  base::StatusOr<std::optional<std::vector<logql::CountBins>>> Count(
      const logql::CountRequest& request, const logql::CountGroupFn& group) const override;

 private:
  const logstore::Store* const store_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_STORE_JOIN_H_
