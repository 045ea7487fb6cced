#include "app/tsdb_folder.h"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <utility>

#include "app/verbs.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

// A tool's store neither keeps a reserve nor drops what is old.
constexpr int64_t kForeverMs = int64_t{1} << 52;
constexpr uint64_t kHeadBytes = 1ull << 30;
// A store that is merging may take away what was just named.
constexpr int kAttempts = 5;

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

TsdbTool::TsdbTool() : fs_(base::NewPosixFileSystem()), log_(base::LogLevel::kError, &clock_) {}

std::string TsdbTool::FolderOf(const std::string& dir) {
  if (fs_->Exists(base::JoinPath(dir, "MANIFEST"))) return dir;
  return base::JoinPath(dir, "metrics");
}

tsdb::Options TsdbTool::StoreOptions(base::FileSystem* fs, const std::string& dir) {
  tsdb::Options options;
  options.dir = dir;
  options.retention_ms = kForeverMs;
  options.head_bytes = kHeadBytes;
  options.max_series = UINT64_MAX;
  options.reserve_bytes = 0;
  options.background = false;
  options.fs = fs;
  options.clock = &clock_;
  options.log = &log_;
  options.telemetry = &telemetry_;
  return options;
}

base::StatusOr<std::unique_ptr<tsdb::Store>> TsdbTool::OpenToRead(const std::string& dir) {
  const std::string folder = FolderOf(dir);
  const std::string manifest = base::JoinPath(folder, "MANIFEST");
  if (!fs_->Exists(manifest)) {
    return base::NotFound(base::Concat({dir, ": no metrics store, there is no ", manifest}));
  }
  for (int attempt = 1;; ++attempt) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string before, fs_->ReadFile(manifest));
    overlay_ = std::make_unique<tsdb::OverlayFs>(fs_.get());
    auto store = tsdb::Store::Open(StoreOptions(overlay_.get(), folder));
    VEDETTE_ASSIGN_OR_RETURN(const std::string after, fs_->ReadFile(manifest));
    if (before == after || attempt == kAttempts) return store;
    store = base::Internal("");  // closed before the overlay goes
  }
}

base::StatusOr<std::unique_ptr<tsdb::Store>> TsdbTool::OpenToWrite(const std::string& dir) {
  const std::string folder = FolderOf(dir);
  auto store = tsdb::Store::Open(StoreOptions(fs_.get(), folder));
  if (!absl::IsUnavailable(store.status())) return store;
  const std::string lock = base::JoinPath(folder, "LOCK");
  return base::Unavailable(base::Concat({folder, ": ", LockHolder(fs_.get(), lock),
                                         " has it open; stop that, or ask it for a snapshot: POST "
                                         "/api/v1/admin/tsdb/snapshot"}));
}

std::string LockHolder(base::FileSystem* fs, const std::string& lock_path) {
  const base::StatusOr<base::FileInfo> info = fs->Stat(lock_path);
  std::ifstream locks("/proc/locks");
  const std::string inode = info.ok() ? base::Concat({":", std::to_string(info->inode)}) : "?";
  // "1: FLOCK  ADVISORY  WRITE 812 fd:01:1837 0 EOF"
  for (std::string line; std::getline(locks, line);) {
    std::istringstream fields(line);
    std::string number, kind, advisory, mode, pid, file;
    fields >> number >> kind >> advisory >> mode >> pid >> file;
    if (kind != "FLOCK" || !base::EndsWith(file, inode)) continue;
    const std::string name = FirstLine(base::Concat({"/proc/", pid, "/comm"}));
    if (name.empty()) break;
    return base::Concat({name, " (process ", pid, ")"});
  }
  return "another process";
}

int TsdbFailure(const std::string& verb, const base::Status& status) {
  std::fprintf(stderr, "vedette tsdb %s: %s\n", verb.c_str(),
               std::string(base::Message(status)).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitProblem;
}

}  // namespace vedette::app
