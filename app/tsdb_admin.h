#ifndef VEDETTE_APP_TSDB_ADMIN_H_
#define VEDETTE_APP_TSDB_ADMIN_H_

#include <memory>
#include <string>
#include <vector>

#include "app/world.h"
#include "base/hard_link.h"
#include "collector/api/admin_view.h"
#include "collector/tsdb/store.h"

namespace vedette::app {

// The metrics store's administration as the API wants it. Thread-safe. Owned by the collector's
// parts, outlived by the store.
class TsdbAdminJoin final : public api::TsdbAdmin {
 public:
  // Snapshots become folders of `snapshots_dir`.
  TsdbAdminJoin(tsdb::Store* store, const World& world, std::string snapshots_dir);

  base::Status Delete(const std::vector<model::Matcher>& matchers, int64_t min_ms,
                      int64_t max_ms) override {
    return store_->Delete(matchers, min_ms, max_ms);
  }
  base::Status CleanTombstones() override { return store_->CleanTombstones(); }
  base::StatusOr<std::string> Snapshot(bool skip_head) override;

 private:
  tsdb::Store* const store_;
  const World world_;
  const std::string snapshots_dir_;
  const std::unique_ptr<base::HardLinker> linker_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_TSDB_ADMIN_H_
