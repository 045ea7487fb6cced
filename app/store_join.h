#ifndef VEDETTE_APP_STORE_JOIN_H_
#define VEDETTE_APP_STORE_JOIN_H_

#include "collector/logql/storage.h"
#include "collector/logstore/store.h"
#include "collector/promql/storage.h"
#include "collector/tsdb/store.h"

// The two stores as the two languages want to see them. Thread-safe, owned by the collector's
// parts, outlived by the store.

namespace vedette::app {

class MetricsQueryable final : public promql::Queryable {
 public:
  explicit MetricsQueryable(const tsdb::Store* store) : store_(store) {}
  base::Status Select(const promql::SelectRequest& request, const Visit& visit) const override {
    return store_->Select(request.matchers, request.min_ms, request.max_ms, visit);
  }

 private:
  const tsdb::Store* const store_;
};

class LogStoreSource final : public logql::LogSource {
 public:
  explicit LogStoreSource(const logstore::Store* store) : store_(store) {}
  base::Status Scan(const logql::ScanRequest& request, const logql::ScanFn& visit) const override;

 private:
  const logstore::Store* const store_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_STORE_JOIN_H_
