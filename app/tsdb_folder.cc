#include "app/tsdb_folder.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
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

base::StatusOr<std::string> TsdbTool::FindStore(const std::string& dir) {
  if (!fs_->Exists(dir)) return base::InvalidArgument(dir + ": no such folder");
  std::string folder = FolderOf(dir);
  if (fs_->Exists(base::JoinPath(folder, "MANIFEST"))) return folder;
  return base::InvalidArgument(base::Concat(
      {dir, ": no metrics store: found neither MANIFEST nor metrics/MANIFEST; allowed ",
       "is the folder of a collector (--storage.tsdb.path), its metrics or a backup"}));
}

base::StatusOr<std::unique_ptr<tsdb::Store>> TsdbTool::OpenToRead(const std::string& dir) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string folder, FindStore(dir));
  const std::string manifest = base::JoinPath(folder, "MANIFEST");
  for (int attempt = 1;; ++attempt) {
    const std::string before = fs_->ReadFile(manifest).value_or("");
    overlay_ = std::make_unique<tsdb::OverlayFs>(fs_.get());
    auto store = tsdb::Store::Open(StoreOptions(overlay_.get(), folder));
    const bool changed = before != fs_->ReadFile(manifest).value_or("");
    // A record that its owner was just writing looks damaged.
    const bool doubtful = attempt == 1 && store.ok() && (*store)->Stats().damage > 0 &&
                          LockHolder(fs_.get(), base::JoinPath(folder, "LOCK"));
    if (!(changed || doubtful) || attempt == kAttempts) return store;
    store = base::Internal("");  // closed before the overlay goes
  }
}

base::StatusOr<std::unique_ptr<tsdb::Store>> TsdbTool::OpenToWrite(const std::string& dir) {
  const std::string folder = FolderOf(dir);
  auto store = tsdb::Store::Open(StoreOptions(fs_.get(), folder));
  if (!absl::IsUnavailable(store.status())) return store;
  const std::string lock = base::JoinPath(folder, "LOCK");
  return base::Unavailable(
      base::Concat({folder, ": ", LockHolder(fs_.get(), lock).value_or("another process"),
                    " has it open; stop that, or ask it for a snapshot: POST "
                    "/api/v1/admin/tsdb/snapshot"}));
}

std::optional<std::string> LockHolder(base::FileSystem* fs, const std::string& lock_path) {
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
  return std::nullopt;
}

bool IsWithin(const std::string& path, const std::string& dir) {
  std::error_code ignored;
  const auto inner = std::filesystem::weakly_canonical(path, ignored).lexically_normal();
  const auto outer = std::filesystem::weakly_canonical(dir, ignored).lexically_normal();
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

int FinishReading(const std::string& verb, const std::string& dir, const tsdb::Store& store) {
  const uint64_t damage = store.Stats().damage;
  if (damage == 0) return kExitOk;
  std::fprintf(stderr,
               "vedette tsdb %s: %s: %llu places of the store are damaged and left out; `vedette "
               "tsdb verify` shows each\n",
               verb.c_str(), dir.c_str(), static_cast<unsigned long long>(damage));
  return kExitProblem;
}

int TsdbFailure(const std::string& verb, const base::Status& status) {
  std::fprintf(stderr, "vedette tsdb %s: %s\n", verb.c_str(),
               std::string(base::Message(status)).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitProblem;
}

}  // namespace vedette::app
