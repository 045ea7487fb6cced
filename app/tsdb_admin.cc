#include "app/tsdb_admin.h"

#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <random>
#include <utility>

namespace vedette::app {
namespace {

// "20261121T093000Z-5f1c2a90d3e4b768": as upstream names them, time and a random number.
std::string NameOf(int64_t now_ms) {
  const std::time_t seconds = static_cast<std::time_t>(now_ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char time[32];
  std::strftime(time, sizeof(time), "%Y%m%dT%H%M%SZ", &utc);
  std::random_device random;
  char name[64];
  std::snprintf(name, sizeof(name), "%s-%08x%08x", time, random(), random());
  return name;
}

}  // namespace

TsdbAdminJoin::TsdbAdminJoin(tsdb::Store* store, const World& world, std::string snapshots_dir)
    : store_(store),
      world_(world),
      snapshots_dir_(std::move(snapshots_dir)),
      linker_(base::NewPosixHardLinker()) {}

base::StatusOr<std::string> TsdbAdminJoin::Snapshot(bool skip_head) {
  VEDETTE_RETURN_IF_ERROR(world_.fs->CreateDirs(snapshots_dir_));
  std::string name = NameOf(world_.clock->WallMillis());
  VEDETTE_RETURN_IF_ERROR(
      store_->Backup(base::JoinPath(snapshots_dir_, name), linker_.get(), skip_head).status());
  VEDETTE_RETURN_IF_ERROR(world_.fs->SyncDir(snapshots_dir_));
  return name;
}

}  // namespace vedette::app
