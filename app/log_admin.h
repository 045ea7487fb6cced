#ifndef VEDETTE_APP_LOG_ADMIN_H_
#define VEDETTE_APP_LOG_ADMIN_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/api/log_admin.h"
#include "collector/logstore/deletes.h"
#include "collector/logstore/store.h"

namespace vedette::app {

// What a LogQL query asks the log store to delete: any log query, with all of its stages.
base::StatusOr<logstore::DeleteFilter> ParseLogDelete(std::string_view query);

// The log store's administration as the API wants it. Thread-safe. Owned by the collector's parts,
// outlived by the store.
class LogAdminJoin final : public api::LogAdmin {
 public:
  explicit LogAdminJoin(logstore::Store* store) : store_(store) {}
  base::Status Delete(const std::string& query, int64_t start_ns, int64_t end_ns) override {
    return store_->Delete(query, start_ns, end_ns).status();
  }
  std::vector<api::LogDelete> Deletes() const override;
  base::Status CancelDelete(const std::string& id) override { return store_->CancelDelete(id); }

 private:
  logstore::Store* const store_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOG_ADMIN_H_
