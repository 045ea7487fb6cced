#include "base/wal.h"

#include <pthread.h>

#include <algorithm>
#include <deque>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/strings.h"
#include "base/wal_format.h"
#include "base/wal_reader.h"

namespace vedette::base {
namespace {

using wal_format::SegmentName;

// Unsynced records older than this are synced though nobody waits.
constexpr std::chrono::seconds kMaxUnsyncedAge{1};

class WalImpl final : public Wal {
 public:
  explicit WalImpl(const Options& options) : options_(options) {}
  ~WalImpl() override;

  Status Replay(const ReplayFn& replay);
  void StartThread();

  StatusOr<WalPosition> Append(uint8_t type, std::string_view payload) override
      VEDETTE_EXCLUDES(mutex_);
  void OnDurable(DurableFn done) override VEDETTE_EXCLUDES(mutex_);
  Status Sync() override VEDETTE_EXCLUDES(mutex_);
  StatusOr<uint64_t> Roll() override VEDETTE_EXCLUDES(mutex_);
  Status DropBefore(uint64_t segment) override VEDETTE_EXCLUDES(mutex_);
  uint64_t BytesOnDisk() const override VEDETTE_EXCLUDES(mutex_);
  const ReplayStats& replay_stats() const override { return stats_; }

 private:
  using FilePtr = std::shared_ptr<WritableFile>;

  // What one round of the sync thread works on.
  struct Round {
    std::vector<FilePtr> files;
    bool sync_dir = false;
    std::deque<std::pair<uint64_t, DurableFn>> waiters;
    uint64_t target = 0;
  };

  Status ReplaySegment(uint64_t number, bool newest, const ReplayFn& replay);
  Status Quarantine(uint64_t number);
  void NoteSegmentNumber(uint64_t number) VEDETTE_EXCLUDES(mutex_);
  std::string PathOf(uint64_t number) const { return JoinPath(options_.dir, SegmentName(number)); }

  Status EnsureSegment(uint64_t record_bytes) VEDETTE_REQUIRES(mutex_);
  Status OpenSegment() VEDETTE_REQUIRES(mutex_);
  void CloseSegment() VEDETTE_REQUIRES(mutex_);
  void PoisonAfterWrite() VEDETTE_REQUIRES(mutex_);
  void PoisonAfterSync(const Round& round, const Status& status) VEDETTE_REQUIRES(mutex_);

  void RunSyncThread() VEDETTE_EXCLUDES(mutex_);
  // False when it is time to end and nothing is left to do.
  bool WaitForWork() VEDETTE_REQUIRES(mutex_);
  Round TakeRound() VEDETTE_REQUIRES(mutex_);
  static Status SyncFiles(const Round& round, FileSystem* fs, const std::string& dir);

  const Options options_;
  ReplayStats stats_;  // const after Open

  mutable Mutex mutex_;
  CondVar work_;
  std::map<uint64_t, uint64_t> segments_ VEDETTE_GUARDED_BY(mutex_);  // number -> bytes
  uint64_t next_number_ VEDETTE_GUARDED_BY(mutex_) = 1;
  FilePtr file_ VEDETTE_GUARDED_BY(mutex_);  // null: the next Append opens a segment
  uint64_t current_ VEDETTE_GUARDED_BY(mutex_) = 0;
  uint64_t offset_ VEDETTE_GUARDED_BY(mutex_) = 0;
  bool has_records_ VEDETTE_GUARDED_BY(mutex_) = false;
  std::string scratch_ VEDETTE_GUARDED_BY(mutex_);

  uint64_t appended_ VEDETTE_GUARDED_BY(mutex_) = 0;  // records, ever
  uint64_t synced_ VEDETTE_GUARDED_BY(mutex_) = 0;    // of those, fsynced or failed
  int64_t dirty_since_ns_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::vector<FilePtr> retired_ VEDETTE_GUARDED_BY(mutex_);  // closed segments not yet synced
  bool dir_dirty_ VEDETTE_GUARDED_BY(mutex_) = false;
  std::deque<std::pair<uint64_t, DurableFn>> waiters_ VEDETTE_GUARDED_BY(mutex_);
  Status doubt_ VEDETTE_GUARDED_BY(mutex_);  // the last failed fsync
  int64_t doubt_until_ns_ VEDETTE_GUARDED_BY(mutex_) = 0;
  bool stopping_ VEDETTE_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

WalImpl::~WalImpl() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    work_.NotifyAll();
  }
  thread_.join();
}

void WalImpl::StartThread() {
  thread_ = std::thread([this] { RunSyncThread(); });
  pthread_setname_np(thread_.native_handle(), "wal-sync");
}

// --- Reading -----------------------------------------------------------------------------------

Status WalImpl::Replay(const ReplayFn& replay) {
  VEDETTE_RETURN_IF_ERROR(options_.fs->CreateDirs(options_.dir));
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names, options_.fs->List(options_.dir));
  std::vector<uint64_t> numbers;
  for (const std::string& name : names) {
    std::string_view plain = name;
    const bool broken = EndsWith(plain, wal_format::kBrokenSuffix);
    if (broken) plain.remove_suffix(wal_format::kBrokenSuffix.size());
    const auto number = wal_format::ParseSegmentName(plain);
    if (!number) continue;
    NoteSegmentNumber(*number);
    if (!broken) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  for (const uint64_t number : numbers) {
    const Status status = ReplaySegment(number, number == numbers.back(), replay);
    VEDETTE_RETURN_IF_ERROR(Annotate(status, Concat({"replay ", PathOf(number)})));
    const auto info = options_.fs->Stat(PathOf(number));
    if (!info.ok()) continue;  // removed or quarantined
    stats_.bytes += info->size;
    MutexLock lock(mutex_);
    segments_[number] = info->size;
  }
  return Status();
}

// Numbers are never used again, not even those of broken segments.
void WalImpl::NoteSegmentNumber(uint64_t number) {
  MutexLock lock(mutex_);
  next_number_ = std::max(next_number_, number + 1);
}

Status WalImpl::ReplaySegment(uint64_t number, bool newest, const ReplayFn& replay) {
  VEDETTE_ASSIGN_OR_RETURN(const auto file, options_.fs->OpenRead(PathOf(number)));
  std::string header(wal_format::kHeaderBytes, '\0');
  VEDETTE_ASSIGN_OR_RETURN(const size_t n, file->Read(0, header.size(), header.data()));
  header.resize(n);
  WalSegmentReader reader(file.get(), number, options_.max_record_bytes);
  if (const Status status = wal_format::CheckHeader(header, number); !status.ok()) {
    // A crash while the segment was made leaves no frame behind; rot and other versions do.
    if (newest && status.code() == absl::StatusCode::kDataLoss) {
      VEDETTE_RETURN_IF_ERROR(
          reader.Run([](uint64_t, uint8_t, std::string_view) { return Status(); }));
      if (reader.stats().frames == 0) return options_.fs->Remove(PathOf(number));
    }
    return Quarantine(number);
  }
  VEDETTE_RETURN_IF_ERROR(reader.Run([&](uint64_t end, uint8_t type, std::string_view payload) {
    return replay(WalPosition{number, end}, type, payload);
  }));
  ++stats_.segments;
  stats_.records += reader.stats().records;
  stats_.corrupt_frames += reader.stats().corrupt_frames;
  if (!reader.stats().torn) return Status();
  if (!newest) {
    ++stats_.corrupt_frames;
    return Status();
  }
  stats_.torn_bytes += file->Size() - reader.stats().good_end;
  return options_.fs->Truncate(PathOf(number), reader.stats().good_end);
}

Status WalImpl::Quarantine(uint64_t number) {
  ++stats_.quarantined_segments;
  const std::string path = PathOf(number);
  return options_.fs->Rename(path, Concat({path, wal_format::kBrokenSuffix}));
}

// --- Writing -----------------------------------------------------------------------------------

StatusOr<WalPosition> WalImpl::Append(uint8_t type, std::string_view payload) {
  VEDETTE_CHECK(type != 0);
  if (payload.size() > options_.max_record_bytes) {
    return ResourceExhausted(Concat(
        {"record of ", std::to_string(payload.size()), " bytes is larger than the log takes"}));
  }
  MutexLock lock(mutex_);
  VEDETTE_RETURN_IF_ERROR(EnsureSegment(payload.size()));
  scratch_.clear();
  wal_format::AppendRecord(current_, offset_, type, payload, &scratch_);
  if (Status status = file_->Append(scratch_); !status.ok()) {
    PoisonAfterWrite();
    return Annotate(status, "append to log");
  }
  offset_ += scratch_.size();
  segments_[current_] = offset_;
  has_records_ = true;
  if (appended_ == synced_) {
    dirty_since_ns_ = options_.clock->MonotonicNanos();
    work_.NotifyOne();  // to start the age of what is unsynced
  }
  ++appended_;
  return WalPosition{current_, offset_};
}

Status WalImpl::EnsureSegment(uint64_t record_bytes) {
  if (file_ && has_records_ && offset_ + record_bytes > options_.segment_bytes) CloseSegment();
  return file_ ? Status() : Annotate(OpenSegment(), "open log segment");
}

Status WalImpl::OpenSegment() {
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
  segments_[number] = offset_;
  has_records_ = false;
  dir_dirty_ = true;
  return Status();
}

void WalImpl::CloseSegment() {
  if (appended_ != synced_) retired_.push_back(file_);
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
  file_ = nullptr;
  if (options_.fs->Remove(path).ok()) {
    segments_.erase(current_);
    next_number_ = current_;
  }
}

// Nothing unsynced can be trusted, also not what was appended while the fsync ran.
void WalImpl::PoisonAfterSync(const Round& round, const Status& status) {
  doubt_ = Annotate(status, "sync log");
  doubt_until_ns_ = options_.clock->MonotonicNanos() + std::chrono::nanoseconds(kDoubt).count();
  if (round.sync_dir) dir_dirty_ = true;
  file_ = nullptr;
  retired_.clear();
  synced_ = appended_;
}

StatusOr<uint64_t> WalImpl::Roll() {
  MutexLock lock(mutex_);
  if (file_ && !has_records_) return current_;
  if (file_) CloseSegment();
  VEDETTE_RETURN_IF_ERROR(Annotate(OpenSegment(), "open log segment"));
  return current_;
}

Status WalImpl::DropBefore(uint64_t segment) {
  std::vector<uint64_t> numbers;
  {
    MutexLock lock(mutex_);
    for (const auto& [number, bytes] : segments_) {
      if (number < segment && !(file_ && number == current_)) numbers.push_back(number);
    }
  }
  // Oldest first: whatever a crash leaves is a tail of the log.
  for (const uint64_t number : numbers) {
    VEDETTE_RETURN_IF_ERROR(options_.fs->Remove(PathOf(number)));
    MutexLock lock(mutex_);
    segments_.erase(number);
  }
  return numbers.empty() ? Status() : options_.fs->SyncDir(options_.dir);
}

uint64_t WalImpl::BytesOnDisk() const {
  MutexLock lock(mutex_);
  uint64_t bytes = 0;
  for (const auto& [number, size] : segments_) bytes += size;
  return bytes;
}

// --- Group commit ------------------------------------------------------------------------------

void WalImpl::OnDurable(DurableFn done) {
  MutexLock lock(mutex_);
  waiters_.emplace_back(appended_, std::move(done));
  work_.NotifyOne();
}

Status WalImpl::Sync() {
  Mutex mutex;
  CondVar changed;
  bool finished = false;
  Status result;
  OnDurable([&](const Status& status) {
    MutexLock lock(mutex);
    result = status;
    finished = true;
    changed.NotifyOne();
  });
  MutexLock lock(mutex);
  while (!finished) changed.Wait(mutex);
  return result;
}

bool WalImpl::WaitForWork() {
  while (waiters_.empty() && !stopping_) {
    if (appended_ == synced_) {
      work_.Wait(mutex_);
      continue;
    }
    const int64_t age = options_.clock->MonotonicNanos() - dirty_since_ns_;
    const int64_t left = std::chrono::nanoseconds(kMaxUnsyncedAge).count() - age;
    if (left <= 0) return true;
    work_.WaitFor(mutex_, std::chrono::nanoseconds(left));
  }
  return !waiters_.empty() || appended_ != synced_;
}

WalImpl::Round WalImpl::TakeRound() {
  Round round;
  round.target = appended_;
  round.waiters = std::exchange(waiters_, {});
  if (appended_ == synced_) return round;
  round.files = std::exchange(retired_, {});
  if (file_) round.files.push_back(file_);
  round.sync_dir = std::exchange(dir_dirty_, false);
  return round;
}

Status WalImpl::SyncFiles(const Round& round, FileSystem* fs, const std::string& dir) {
  for (const FilePtr& file : round.files) VEDETTE_RETURN_IF_ERROR(file->Sync());
  return round.sync_dir ? fs->SyncDir(dir) : Status();
}

void WalImpl::RunSyncThread() {
  for (;;) {
    Round round;
    {
      MutexLock lock(mutex_);
      if (!WaitForWork()) return;
      round = TakeRound();
    }
    Status status = SyncFiles(round, options_.fs, options_.dir);
    {
      MutexLock lock(mutex_);
      if (!status.ok()) {
        PoisonAfterSync(round, status);
        // Those who came while the fsync ran share its fate.
        for (auto& waiter : waiters_) round.waiters.push_back(std::move(waiter));
        waiters_.clear();
        status = doubt_;
      } else {
        synced_ = std::max(synced_, round.target);
        dirty_since_ns_ = options_.clock->MonotonicNanos();
        if (options_.clock->MonotonicNanos() < doubt_until_ns_) status = doubt_;
      }
    }
    for (const auto& [target, done] : round.waiters) done(status);
  }
}

}  // namespace

StatusOr<std::unique_ptr<Wal>> Wal::Open(const Options& options, const ReplayFn& replay) {
  auto wal = std::make_unique<WalImpl>(options);
  VEDETTE_RETURN_IF_ERROR(wal->Replay(replay));
  wal->StartThread();
  return wal;
}

}  // namespace vedette::base
