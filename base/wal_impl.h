#ifndef VEDETTE_BASE_WAL_IMPL_H_
#define VEDETTE_BASE_WAL_IMPL_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/wal.h"
#include "base/wal_format.h"
#include "base/wal_replay.h"
#include "base/wal_report.h"

namespace vedette::base {

// The joints of the log: wal.cc opens and writes it, wal_commit.cc makes what was written durable.
class WalImpl final : public Wal {
 public:
  explicit WalImpl(const Options& options) : options_(options), report_(options) {}
  ~WalImpl() override;

  Status Open(const ReplayFn& replay) VEDETTE_EXCLUDES(mutex_);

  StatusOr<WalPosition> Append(uint8_t type, std::string_view payload) override
      VEDETTE_EXCLUDES(mutex_);
  void OnDurable(DurableFn done) override VEDETTE_EXCLUDES(mutex_);
  Status Sync() override VEDETTE_EXCLUDES(mutex_);
  StatusOr<uint64_t> Roll() override VEDETTE_EXCLUDES(mutex_);
  Status DropBefore(uint64_t segment) override VEDETTE_EXCLUDES(mutex_);
  uint64_t losses() const override { return losses_; }
  uint64_t next_segment() const override VEDETTE_EXCLUDES(mutex_);
  WalPosition end() const override VEDETTE_EXCLUDES(mutex_);
  uint64_t BytesOnDisk() const override VEDETTE_EXCLUDES(mutex_);
  const ReplayStats& replay_stats() const override { return stats_; }

 private:
  using FilePtr = std::shared_ptr<WritableFile>;

  // A segment and its open file; null when it was closed.
  struct Named {
    uint64_t number;
    FilePtr file;
  };
  // What one round of the sync thread works on.
  struct Round {
    std::vector<Named> synced;  // these are synced
    std::vector<Named> looked_at;
    bool sync_dir = false;
    std::deque<DurableFn> waiters;
    uint64_t target = 0;
  };

  // wal.cc
  std::string PathOf(uint64_t number) const {
    return JoinPath(options_.dir, wal_format::SegmentName(number));
  }
  Status SyncReplayed() VEDETTE_REQUIRES(mutex_);

  Status EnsureSegment(uint64_t record_bytes) VEDETTE_REQUIRES(mutex_);
  Status Write(uint8_t type, std::string_view payload) VEDETTE_REQUIRES(mutex_);
  void NoteWrite(const Status& status) VEDETTE_REQUIRES(mutex_);
  Status KeepFolder() VEDETTE_REQUIRES(mutex_);
  Status OpenSegment() VEDETTE_REQUIRES(mutex_);
  void CloseSegment() VEDETTE_REQUIRES(mutex_);
  void PoisonAfterWrite() VEDETTE_REQUIRES(mutex_);
  Status Discard(uint64_t number, const WalSegment& segment);
  StatusOr<bool> KeepAside(const std::string& path);
  Status Copy(const std::string& from, const std::string& to);

  // wal_commit.cc
  void RunSyncThread() VEDETTE_EXCLUDES(mutex_);
  // False when it is time to end and nothing is left to do.
  bool WaitForWork() VEDETTE_REQUIRES(mutex_);
  Round TakeRound() VEDETTE_REQUIRES(mutex_);
  Status SyncFiles(const Round& round) const;
  Status LookForLost(const Round& round) VEDETTE_EXCLUDES(mutex_);
  bool IsLost(const Named& segment) const;
  Status Finish(Round* round, Status status) VEDETTE_EXCLUDES(mutex_);
  void Doubt(const Status& status) VEDETTE_REQUIRES(mutex_);

  const Options options_;
  const WalReport report_;
  ReplayStats stats_;                // const after Open
  std::atomic<uint64_t> losses_{0};  // written under mutex_
  std::unique_ptr<FileLock> lock_file_ VEDETTE_GUARDED_BY(mutex_);

  mutable Mutex mutex_;
  CondVar work_;
  std::map<uint64_t, WalSegment> segments_ VEDETTE_GUARDED_BY(mutex_);
  uint64_t next_number_ VEDETTE_GUARDED_BY(mutex_) = 1;
  FilePtr file_ VEDETTE_GUARDED_BY(mutex_);  // null: the next Append opens a segment
  uint64_t current_ VEDETTE_GUARDED_BY(mutex_) = 0;
  uint64_t offset_ VEDETTE_GUARDED_BY(mutex_) = 0;
  bool has_records_ VEDETTE_GUARDED_BY(mutex_) = false;
  bool write_failing_ VEDETTE_GUARDED_BY(mutex_) = false;  // said so, not yet well again
  std::string scratch_ VEDETTE_GUARDED_BY(mutex_);

  uint64_t appended_ VEDETTE_GUARDED_BY(mutex_) = 0;  // records, ever
  uint64_t synced_ VEDETTE_GUARDED_BY(mutex_) = 0;    // of those, fsynced or failed
  int64_t dirty_since_ns_ VEDETTE_GUARDED_BY(mutex_) = 0;
  int64_t looked_ns_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::vector<Named> retired_ VEDETTE_GUARDED_BY(mutex_);  // closed segments not yet synced
  bool dir_dirty_ VEDETTE_GUARDED_BY(mutex_) = false;
  std::deque<DurableFn> waiters_ VEDETTE_GUARDED_BY(mutex_);
  Status doubt_ VEDETTE_GUARDED_BY(mutex_);  // the last loss
  int64_t doubt_until_ns_ VEDETTE_GUARDED_BY(mutex_) = 0;
  bool stopping_ VEDETTE_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_WAL_IMPL_H_
