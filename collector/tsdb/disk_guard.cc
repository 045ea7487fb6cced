#include "collector/tsdb/disk_guard.h"

#include <cerrno>
#include <utility>

namespace vedette::tsdb {
namespace {

constexpr int64_t kLookEveryNs = 1'000'000'000;

}  // namespace

DiskGuard::DiskGuard(base::FileSystem* fs, base::Clock* clock, base::Logger* log, std::string dir,
                     uint64_t min_free_bytes, uint64_t reserve_bytes)
    : fs_(fs),
      clock_(clock),
      log_(log),
      dir_(std::move(dir)),
      reserve_path_(base::JoinPath(dir_, "reserve")),
      min_free_bytes_(min_free_bytes),
      reserve_bytes_(reserve_bytes) {}

void DiskGuard::SetFull(bool full, uint64_t free_bytes) {
  if (full_.exchange(full) == full) return;
  const base::LogField free("free_bytes", free_bytes);
  if (full) {
    log_->Error("metrics store: the disk is full, samples are refused", {{"dir", dir_}, free});
  } else {
    log_->Info("metrics store: there is room again, samples are taken", {{"dir", dir_}, free});
  }
}

base::Status DiskGuard::Check() {
  if (min_free_bytes_ == 0) return {};
  base::MutexLock lock(mutex_);
  const int64_t now_ns = clock_->MonotonicNanos();
  if (looked_ && !full() && now_ns - looked_at_ns_ < kLookEveryNs) return {};
  // Not knowing is no reason to refuse: a write that meets a full disk says so itself.
  const base::StatusOr<uint64_t> free_bytes = fs_->FreeSpace(dir_);
  if (!free_bytes.ok()) return {};
  looked_ = true;
  looked_at_ns_ = now_ns;
  SetFull(*free_bytes < min_free_bytes_, *free_bytes);
  if (!full()) return {};
  return base::FromErrno(ENOSPC, "metrics store " + dir_ + ": " + std::to_string(*free_bytes) +
                                     " bytes free, below the " + std::to_string(min_free_bytes_) +
                                     " kept to run");
}

void DiskGuard::NoteNoSpace() {
  base::MutexLock lock(mutex_);
  looked_ = false;
}

bool DiskGuard::ReleaseReserve() {
  base::MutexLock lock(mutex_);
  if (reserve_bytes_ == 0 || !fs_->Exists(reserve_path_)) return false;
  log_->Warn("metrics store: giving up the reserve to finish writing", {{"path", reserve_path_}});
  return fs_->Remove(reserve_path_).ok();
}

void DiskGuard::KeepReserve() {
  base::MutexLock lock(mutex_);
  if (reserve_bytes_ == 0) return;
  const base::StatusOr<base::FileInfo> have = fs_->Stat(reserve_path_);
  if (have.ok() && have->size == reserve_bytes_) return;
  const base::StatusOr<uint64_t> free_bytes = fs_->FreeSpace(dir_);
  if (!free_bytes.ok() || *free_bytes < reserve_bytes_ ||
      *free_bytes - reserve_bytes_ <= min_free_bytes_) {
    return;
  }
  if (have.ok() && !fs_->Remove(reserve_path_).ok()) return;
  const base::Status status = fs_->Allocate(reserve_path_, reserve_bytes_);
  if (status.ok()) return;
  log_->Warn("metrics store: no reserve", {{"reason", base::Message(status)}});
  // Half of it is no reserve; the next round finds it missing.
  static_cast<void>(fs_->Remove(reserve_path_));
}

}  // namespace vedette::tsdb
