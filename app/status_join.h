#ifndef VEDETTE_APP_STATUS_JOIN_H_
#define VEDETTE_APP_STATUS_JOIN_H_

#include <string>
#include <utility>
#include <vector>

#include "app/collector_options.h"
#include "app/world.h"
#include "base/mutex.h"
#include "collector/api/status_view.h"
#include "collector/tsdb/store.h"

namespace vedette::app {

// The process and its metrics store as /api/v1/status shows them. Owned by the collector's parts,
// outlived by the store. Thread-safe.
class StatusJoin final : public api::StatusView {
 public:
  StatusJoin(const World& world, const CollectorOptions& options, const tsdb::Store* store);

  // What the configuration says from now on.
  void Loaded(std::string config_text) VEDETTE_EXCLUDES(mutex_);
  // A reload failed; the configuration before it is in force.
  void LoadFailed() VEDETTE_EXCLUDES(mutex_);

  api::RuntimeInfo Runtime() const override VEDETTE_EXCLUDES(mutex_);
  std::string ConfigText() const override VEDETTE_EXCLUDES(mutex_);
  std::vector<std::pair<std::string, std::string>> Flags() const override { return flags_; }
  std::vector<api::NotificationInfo> Notifications() const override VEDETTE_EXCLUDES(mutex_);
  base::StatusOr<api::TsdbInfo> Tsdb(size_t limit) const override;
  api::ReplayInfo Replay() const override;

 private:
  const World world_;
  const tsdb::Store* const store_;
  const std::vector<std::pair<std::string, std::string>> flags_;
  const int64_t start_ms_;
  std::string retention_;
  mutable base::Mutex mutex_;
  std::string config_text_ VEDETTE_GUARDED_BY(mutex_);
  int64_t loaded_ms_ VEDETTE_GUARDED_BY(mutex_) = 0;
  int64_t failed_ms_ VEDETTE_GUARDED_BY(mutex_) = 0;  // 0: the last reload succeeded
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_STATUS_JOIN_H_
