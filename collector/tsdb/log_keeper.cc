#include "collector/tsdb/log_keeper.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/wal_format.h"

namespace vedette::tsdb {
namespace {

// The lowest number from `from` on of the segments in the folder.
base::StatusOr<std::optional<uint64_t>> FirstSegment(base::FileSystem* fs, const std::string& dir,
                                                     uint64_t from) {
  const auto names = fs->List(dir);
  std::optional<uint64_t> first;
  if (absl::IsNotFound(names.status())) return first;
  VEDETTE_RETURN_IF_ERROR(names.status());
  for (const std::string& name : *names) {
    const std::optional<uint64_t> number = base::wal_format::ParseSegmentName(name);
    if (number && *number >= from && (!first || *number < *first)) first = number;
  }
  return first;
}

}  // namespace

LogKeeper::LogKeeper(const Options& options)
    : options_(options),
      bytes_gauge_(options.telemetry->NewGauge(
          "vedette_tsdb_sending_bytes", "Log kept on disk for remote write alone, in bytes.")),
      dropped_(options.telemetry->NewCounter(
          "vedette_tsdb_sending_dropped_bytes_total",
          "Log dropped before remote write was done with it, for lack of room.")) {}

void LogKeeper::Open() {
  base::MutexLock lock(mutex_);
  const auto names = options_.fs->List(options_.kept_dir);
  if (!names.ok()) return;
  need_ = 0;
  for (const std::string& name : *names) {
    const std::optional<uint64_t> number = base::wal_format::ParseSegmentName(name);
    const auto info = options_.fs->Stat(base::JoinPath(options_.kept_dir, name));
    if (!number || !info.ok() || info->is_directory) continue;
    kept_[*number] = info->size;
    bytes_ += info->size;
  }
  bytes_gauge_->Set(static_cast<double>(bytes_));
}

base::Status LogKeeper::Retire(uint64_t number, const std::string& path) {
  base::MutexLock lock(mutex_);
  if (!need_ || number < *need_) return options_.fs->Remove(path);
  const base::Status kept = Keep(number, path);
  if (kept.ok() || absl::IsNotFound(kept)) return kept;
  options_.log->Error("log that remote write still needs cannot be kept",
                      {{"segment", path}, {"reason", base::Message(kept)}});
  return options_.fs->Remove(path);
}

base::Status LogKeeper::Keep(uint64_t number, const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(const base::FileInfo info, options_.fs->Stat(path));
  VEDETTE_RETURN_IF_ERROR(options_.fs->CreateDirs(options_.kept_dir));
  VEDETTE_RETURN_IF_ERROR(options_.fs->Rename(path, KeptPath(number)));
  kept_[number] = info.size;
  bytes_ += info.size;
  while (TooMuch()) DropOldest();
  bytes_gauge_->Set(static_cast<double>(bytes_));
  return options_.fs->SyncDir(options_.kept_dir);
}

void LogKeeper::Need(std::optional<uint64_t> segment) {
  base::MutexLock lock(mutex_);
  if (segment == need_ && (segment || kept_.empty())) return;
  const bool nobody_before = !need_;
  need_ = segment;
  while (!kept_.empty() && (!segment || kept_.begin()->first < *segment)) {
    const auto oldest = kept_.begin();
    static_cast<void>(options_.fs->Remove(KeptPath(oldest->first)));
    bytes_ -= oldest->second;
    kept_.erase(oldest);
  }
  bytes_gauge_->Set(static_cast<double>(bytes_));
  if (!segment) {
    static_cast<void>(options_.fs->RemoveAll(options_.kept_dir));
  } else if (nobody_before) {
    static_cast<void>(options_.fs->CreateDirs(options_.kept_dir));
  }
}

void LogKeeper::Trim() {
  base::MutexLock lock(mutex_);
  while (TooMuch()) DropOldest();
  bytes_gauge_->Set(static_cast<double>(bytes_));
}

bool LogKeeper::TooMuch() const {
  if (kept_.empty()) return false;
  if (bytes_ > options_.max_bytes) return true;
  if (options_.min_free_bytes == 0) return false;
  const auto free = options_.fs->FreeSpace(options_.kept_dir);
  return free.ok() && *free < options_.min_free_bytes;
}

void LogKeeper::DropOldest() {
  const auto oldest = kept_.begin();
  const std::string path = KeptPath(oldest->first);
  const base::Status removed = options_.fs->Remove(path);
  options_.log->Error(
      "log that remote write has not sent yet is dropped: there is no room for more",
      {{"segment", path}, {"kept_bytes", bytes_}, {"max_bytes", options_.max_bytes}});
  if (!removed.ok()) {
    options_.log->Error("it cannot be removed", {{"reason", base::Message(removed)}});
  }
  dropped_->Add(oldest->second);
  bytes_ -= oldest->second;
  kept_.erase(oldest);
}

base::StatusOr<LogKeeper::Segment> LogKeeper::Find(uint64_t number) const {
  // In this order: a segment that moves meanwhile is found where it goes.
  VEDETTE_ASSIGN_OR_RETURN(const auto live, FirstSegment(options_.fs, options_.wal_dir, number));
  VEDETTE_ASSIGN_OR_RETURN(const auto kept, FirstSegment(options_.fs, options_.kept_dir, number));
  if (!live && !kept) return base::NotFound("no segment of the log");
  Segment found;
  found.number = std::min(live.value_or(UINT64_MAX), kept.value_or(UINT64_MAX));
  VEDETTE_ASSIGN_OR_RETURN(found.file, OpenSegment(found.number));
  return found;
}

base::StatusOr<std::unique_ptr<base::RandomAccessFile>> LogKeeper::OpenSegment(
    uint64_t number) const {
  auto file = options_.fs->OpenRead(
      base::JoinPath(options_.wal_dir, base::wal_format::SegmentName(number)));
  return absl::IsNotFound(file.status()) ? options_.fs->OpenRead(KeptPath(number))
                                         : std::move(file);
}

uint64_t LogKeeper::bytes() const {
  base::MutexLock lock(mutex_);
  return bytes_;
}

std::string LogKeeper::KeptPath(uint64_t number) const {
  return base::JoinPath(options_.kept_dir, base::wal_format::SegmentName(number));
}

}  // namespace vedette::tsdb
