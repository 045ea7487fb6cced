#include <pthread.h>

#include <utility>

#include "base/strings.h"
#include "base/wal_format.h"
#include "base/wal_impl.h"

// Opening and writing the log; what the sync thread does is in wal_commit.cc.

namespace vedette::base {
namespace {

constexpr std::string_view kLockName = "LOCK";

}  // namespace

WalImpl::~WalImpl() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    work_.NotifyAll();
  }
  thread_.join();
}

Status WalImpl::Open(const ReplayFn& replay) {
  WalReplay found(options_, &report_);
  {
    MutexLock lock(mutex_);
    VEDETTE_RETURN_IF_ERROR(Annotate(KeepFolder(), "write-ahead log"));
  }
  VEDETTE_RETURN_IF_ERROR(found.Run(replay));
  stats_ = found.stats();
  MutexLock lock(mutex_);
  segments_ = found.segments();
  next_number_ = found.next_number();
  looked_ns_ = options_.clock->MonotonicNanos();
  if (const Status status = SyncReplayed(); !status.ok()) Doubt(Annotate(status, "sync log"));
  thread_ = std::thread([this] { RunSyncThread(); });
  pthread_setname_np(thread_.native_handle(), "wal-sync");
  return Status();
}

// What a killed process wrote may be in the page cache alone: whoever is told that it is there
// already must not lose it with the power.
Status WalImpl::SyncReplayed() {
  for (const auto& [number, segment] : segments_) {
    VEDETTE_ASSIGN_OR_RETURN(const auto file, options_.fs->OpenAppend(PathOf(number)));
    VEDETTE_RETURN_IF_ERROR(file->Sync());
  }
  return segments_.empty() ? Status() : options_.fs->SyncDir(options_.dir);
}

StatusOr<WalPosition> WalImpl::Append(uint8_t type, std::string_view payload) {
  VEDETTE_CHECK(type != 0);
  if (payload.size() > options_.max_record_bytes) {
    return ResourceExhausted(Concat(
        {"record of ", std::to_string(payload.size()), " bytes is larger than the log takes"}));
  }
  MutexLock lock(mutex_);
  Status status = EnsureSegment(payload.size());
  if (status.ok()) status = Write(type, payload);
  NoteWrite(status);
  if (!status.ok()) return status;
  if (appended_ == synced_) {
    dirty_since_ns_ = options_.clock->MonotonicNanos();
    work_.NotifyOne();  // to start the age of what is unsynced
  }
  ++appended_;
  return WalPosition{current_, offset_};
}

Status WalImpl::Write(uint8_t type, std::string_view payload) {
  scratch_.clear();
  wal_format::AppendRecord(current_, offset_, type, payload, &scratch_);
  if (const Status status = file_->Append(scratch_); !status.ok()) {
    PoisonAfterWrite();
    return Annotate(status, "append to log");
  }
  offset_ += scratch_.size();
  segments_[current_].bytes = offset_;
  has_records_ = true;
  report_.bytes->Add(scratch_.size());
  return Status();
}

// Says it once when records cannot be written any more and once when they can again.
void WalImpl::NoteWrite(const Status& status) {
  (status.ok() ? report_.records : report_.write_failures)->Add();
  if (std::exchange(write_failing_, !status.ok()) == !status.ok()) return;
  if (status.ok()) {
    report_.Info("records are written again", {{"dir", options_.dir}});
  } else {
    report_.Error("records cannot be written",
                  {{"dir", options_.dir}, {"reason", Message(status)}});
  }
}

Status WalImpl::EnsureSegment(uint64_t record_bytes) {
  if (file_ && has_records_ && offset_ + record_bytes > options_.segment_bytes) CloseSegment();
  return file_ ? Status() : Annotate(OpenSegment(), "open log segment");
}

// The folder is there and ours, also after somebody removed it.
Status WalImpl::KeepFolder() {
  if (lock_file_ && !absl::IsNotFound(lock_file_->StillNamed())) return Status();
  VEDETTE_RETURN_IF_ERROR(options_.fs->CreateDirs(options_.dir));
  VEDETTE_ASSIGN_OR_RETURN(lock_file_, options_.fs->Lock(JoinPath(options_.dir, kLockName)));
  return Status();
}

Status WalImpl::OpenSegment() {
  VEDETTE_RETURN_IF_ERROR(KeepFolder());
  const uint64_t number = next_number_;
  const std::string path = PathOf(number);
  VEDETTE_ASSIGN_OR_RETURN(FilePtr file, options_.fs->Create(path));
  if (Status status = file->Append(wal_format::EncodeHeader(number)); !status.ok()) {
    // The number was never given out: the next attempt makes the same file anew.
    options_.fs->Remove(path).IgnoreError();
    return status;
  }
  file_ = std::move(file);
  current_ = number;
  next_number_ = number + 1;
  offset_ = wal_format::kHeaderBytes;
  segments_[number] = WalSegment{offset_, false};
  has_records_ = false;
  dir_dirty_ = true;
  return Status();
}

void WalImpl::CloseSegment() {
  if (appended_ != synced_) retired_.push_back({current_, file_});
  file_ = nullptr;
}

// The segment's whole records are good; what the failed write left behind them is cut away.
void WalImpl::PoisonAfterWrite() {
  const std::string path = PathOf(current_);
  if (has_records_) {
    options_.fs->Truncate(path, offset_).IgnoreError();
    CloseSegment();
    return;
  }
  // One without records stays what it was, under its number: whoever reads it has the right file.
  file_ = nullptr;
  if (!options_.fs->Truncate(path, offset_).ok()) return;
  if (auto same = options_.fs->OpenAppend(path); same.ok()) file_ = *std::move(same);
}

StatusOr<uint64_t> WalImpl::Roll() {
  MutexLock lock(mutex_);
  if (file_ && !has_records_) return current_;
  if (file_) CloseSegment();
  VEDETTE_RETURN_IF_ERROR(Annotate(OpenSegment(), "open log segment"));
  return current_;
}

Status WalImpl::DropBefore(uint64_t segment) {
  std::map<uint64_t, WalSegment> dropped;
  {
    MutexLock lock(mutex_);
    while (!segments_.empty() && segments_.begin()->first < segment) {
      if (file_ && segments_.begin()->first == current_) break;
      // Out of the list first: from here on nobody misses it.
      dropped.insert(segments_.extract(segments_.begin()));
    }
  }
  if (dropped.empty()) return Status();
  // Oldest first: whatever a crash leaves is a tail of the log.
  while (!dropped.empty()) {
    const auto oldest = dropped.begin();
    if (const Status status = Discard(oldest->first, oldest->second); !status.ok()) {
      MutexLock lock(mutex_);
      segments_.merge(dropped);
      return status;
    }
    dropped.erase(oldest);
  }
  return options_.fs->SyncDir(options_.dir);
}

Status WalImpl::Discard(uint64_t number, const WalSegment& segment) {
  const std::string path = PathOf(number);
  if (segment.damaged) {
    VEDETTE_ASSIGN_OR_RETURN(const bool still_there, KeepAside(path));
    if (!still_there) return Status();
  }
  const Status removed =
      options_.retire ? options_.retire(number, path) : options_.fs->Remove(path);
  return absl::IsNotFound(removed) ? Status() : removed;
}

// As NAME.broken. True when it is there as NAME too, for `retire`: what can be read of it may still
// be wanted. What cannot be copied has the one name alone.
StatusOr<bool> WalImpl::KeepAside(const std::string& path) {
  const std::string kept_as = Concat({path, wal_format::kBrokenSuffix});
  const bool copied = options_.retire && Copy(path, kept_as).ok();
  if (!copied) {
    const Status renamed = options_.fs->Rename(path, kept_as);
    if (absl::IsNotFound(renamed)) return false;
    VEDETTE_RETURN_IF_ERROR(renamed);
  }
  report_.quarantined->Add();
  report_.Warn("a damaged segment is kept aside", {{"segment", path}, {"kept_as", kept_as}});
  return copied;
}

Status WalImpl::Copy(const std::string& from, const std::string& to) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string content, options_.fs->ReadFile(from));
  return options_.fs->WriteFileAtomic(to, content);
}

uint64_t WalImpl::next_segment() const {
  MutexLock lock(mutex_);
  return next_number_;
}

WalPosition WalImpl::end() const {
  MutexLock lock(mutex_);
  return current_ == 0 ? WalPosition{next_number_, 0} : WalPosition{current_, offset_};
}

uint64_t WalImpl::BytesOnDisk() const {
  MutexLock lock(mutex_);
  uint64_t bytes = 0;
  for (const auto& [number, segment] : segments_) bytes += segment.bytes;
  return bytes;
}

StatusOr<std::unique_ptr<Wal>> Wal::Open(const Options& options, const ReplayFn& replay) {
  auto wal = std::make_unique<WalImpl>(options);
  VEDETTE_RETURN_IF_ERROR(wal->Open(replay));
  return wal;
}

StatusOr<Wal::Extent> Wal::Look(const Options& options) {
  const WalReport report(options);
  return WalReplay(options, &report).Look();
}

}  // namespace vedette::base
