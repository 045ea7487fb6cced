#include "app/status_join.h"

#include <unistd.h>

#include <climits>
#include <thread>
#include <utility>

#include "app/host_name.h"
#include "app/memory_budget.h"
#include "app/series_census.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

std::string WorkingDirectory() {
  char path[PATH_MAX];
  return ::getcwd(path, sizeof path) == nullptr ? "" : path;
}

std::string RetentionText(const CollectorOptions& options) {
  std::string text = base::FormatDurationMs(options.metrics_retention_ms);
  if (options.metrics_retention_bytes == 0) return text;
  return text + " or " + std::to_string(options.metrics_retention_bytes >> 20) + "MiB";
}

}  // namespace

StatusJoin::StatusJoin(const World& world, const CollectorOptions& options,
                       const tsdb::Store* store)
    : world_(world),
      store_(store),
      flags_(options.flags),
      start_ms_(world.clock->WallMillis()),
      retention_(RetentionText(options)) {}

void StatusJoin::Loaded(std::string config_text) {
  base::MutexLock lock(mutex_);
  config_text_ = std::move(config_text);
  loaded_ms_ = world_.clock->WallMillis();
  failed_ms_ = 0;
}

void StatusJoin::LoadFailed() {
  base::MutexLock lock(mutex_);
  failed_ms_ = world_.clock->WallMillis();
}

api::RuntimeInfo StatusJoin::Runtime() const {
  api::RuntimeInfo info;
  info.start_ms = start_ms_;
  info.working_directory = WorkingDirectory();
  info.host_name = HostName();
  const auto tasks = world_.fs->List("/proc/self/task");
  info.threads = tasks.ok() ? tasks->size() : 0;
  info.cpus = std::thread::hardware_concurrency();
  info.memory_limit_bytes = AvailableMemory();
  info.retention = retention_;
  base::MutexLock lock(mutex_);
  info.reload_succeeded = failed_ms_ == 0;
  info.last_config_ms = loaded_ms_;
  return info;
}

std::string StatusJoin::ConfigText() const {
  base::MutexLock lock(mutex_);
  return config_text_;
}

std::vector<api::NotificationInfo> StatusJoin::Notifications() const {
  std::vector<api::NotificationInfo> all;
  if (!store_->Replay().done) {
    all.push_back(
        {"The write-ahead log is being replayed: the newest samples may be missing.", start_ms_});
  }
  base::MutexLock lock(mutex_);
  if (failed_ms_ != 0) all.push_back({"Configuration reload has failed.", failed_ms_});
  return all;
}

base::StatusOr<api::TsdbInfo> StatusJoin::Tsdb(size_t limit) const {
  return TakeCensus(*store_, limit);
}

api::ReplayInfo StatusJoin::Replay() const {
  const tsdb::ReplayProgress replay = store_->Replay();
  if (replay.done) return {};
  // In MiB of log: it has no numbered segments to show.
  return {0, replay.all_bytes >> 20, replay.done_bytes >> 20};
}

}  // namespace vedette::app
