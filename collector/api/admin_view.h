#ifndef VEDETTE_COLLECTOR_API_ADMIN_VIEW_H_
#define VEDETTE_COLLECTOR_API_ADMIN_VIEW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/http/router.h"
#include "base/status.h"
#include "model/matcher.h"

namespace vedette::api {

// What the administration of the metrics store asks for. Implemented by app. Thread-safe.
class TsdbAdmin {
 public:
  virtual ~TsdbAdmin() = default;
  // Deletes the samples in [min_ms, max_ms] of the series that match all matchers; durable when it
  // returns.
  virtual base::Status Delete(const std::vector<model::Matcher>& matchers, int64_t min_ms,
                              int64_t max_ms) = 0;
  // Takes what was deleted off the disk.
  virtual base::Status CleanTombstones() = 0;
  // Makes a copy of the store, without what is in memory alone when `skip_head`; its name in the
  // folder of snapshots.
  virtual base::StatusOr<std::string> Snapshot(bool skip_head) = 0;
};

// POST and PUT /api/v1/admin/tsdb/delete_series, clean_tombstones, snapshot. Without `admin` each
// answers that the administration is off, as upstream does without --web.enable-admin-api.
void RegisterTsdbAdmin(base::http::Router* router, TsdbAdmin* admin);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_ADMIN_VIEW_H_
