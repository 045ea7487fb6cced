#ifndef VEDETTE_TESTS_SUPPORT_FAULT_FS_H_
#define VEDETTE_TESTS_SUPPORT_FAULT_FS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/mutex.h"

namespace vedette::test {

// The file system's twin in memory, which forgets what was not synced and fails when told.
// Thread-safe.
//
// Two images are kept: what processes see and what is on the platter. File content reaches the
// platter by WritableFile::Sync, names by SyncDir. Every call that changes something counts as one
// operation: Create, Append, Sync, Rename, Remove, Truncate, CreateDirs, SyncDir, Allocate.
//
// Usage of the crash test:
//   FaultFs fs(seed);
//   fs.FailAt(k, FaultFs::Fault::kCrash);
//   ... use it until everything fails ...
//   fs.Restart();   // now only what survives the power cut is there
class FaultFs final : public base::FileSystem {
 public:
  enum class Fault {
    kCrash,       // this operation and all after it fail; an Append is half done
    kError,       // EIO; nothing done
    kNoSpace,     // ENOSPC; nothing done
    kShortWrite,  // EIO; a part of an Append is done, other operations are not
    kFailedSync,  // EIO of a Sync: what was unsynced never reaches the platter, though later syncs
                  // succeed, as Linux has it; other operations: as kError
  };

  explicit FaultFs(uint64_t seed = 1) : random_(seed) {}

  // The k-th operation from now on (1: the next) suffers `fault`. One fault at a time.
  void FailAt(uint64_t k, Fault fault) VEDETTE_EXCLUDES(mutex_);
  // Every operation from now on suffers it, until ClearFault. Not for kCrash.
  void FailAlways(Fault fault) VEDETTE_EXCLUDES(mutex_);
  void ClearFault() VEDETTE_EXCLUDES(mutex_);
  uint64_t operations() const VEDETTE_EXCLUDES(mutex_);
  bool crashed() const VEDETTE_EXCLUDES(mutex_);

  // Power comes back: of what was not synced, each file keeps a random prefix (the last write is
  // torn at a random byte) and the names a random prefix of their changes. Open handles stay dead.
  void Restart() VEDETTE_EXCLUDES(mutex_);

  // The process dies, the machine does not: open handles and locks are dead, what they wrote is to
  // be seen by the next process and no more durable than before.
  void Kill() VEDETTE_EXCLUDES(mutex_);

  // Bytes all files together may take; Appends over it write what fits and fail with ENOSPC.
  void SetCapacity(std::optional<uint64_t> bytes) VEDETTE_EXCLUDES(mutex_);

  // Changes a file's content in place on both images, as a rotten disk does.
  void Corrupt(const std::string& path, uint64_t offset, std::string_view bytes)
      VEDETTE_EXCLUDES(mutex_);
  // Reads of the file that touch the byte at `offset` fail from now on, as a bad sector's do.
  void MakeUnreadable(const std::string& path, uint64_t offset) VEDETTE_EXCLUDES(mutex_);

  base::StatusOr<std::unique_ptr<base::WritableFile>> Create(const std::string& path) override;
  base::StatusOr<std::unique_ptr<base::WritableFile>> OpenAppend(const std::string& path) override;
  base::StatusOr<std::unique_ptr<base::RandomAccessFile>> OpenRead(
      const std::string& path) override;
  base::StatusOr<std::string> ReadFile(const std::string& path) override;
  base::Status Rename(const std::string& from, const std::string& to) override;
  base::Status Remove(const std::string& path) override;
  base::Status RemoveAll(const std::string& path) override;
  base::Status Truncate(const std::string& path, uint64_t size) override;
  base::Status CreateDirs(const std::string& path) override;
  base::StatusOr<std::vector<std::string>> List(const std::string& path) override;
  base::StatusOr<base::FileInfo> Stat(const std::string& path) override;
  base::Status SyncDir(const std::string& path) override;
  base::StatusOr<uint64_t> FreeSpace(const std::string& path) override;
  base::Status Allocate(const std::string& path, uint64_t size) override;
  base::StatusOr<std::unique_ptr<base::FileLock>> Lock(const std::string& path) override;

 private:
  class Writable;
  class Readable;
  class Held;

  struct Inode {
    uint64_t number = 0;
    bool is_directory = false;
    std::string live;                     // what processes see
    std::string durable;                  // what is on the platter
    uint64_t lost_from = 0, lost_to = 0;  // bytes that a failed fsync dropped
    std::optional<uint64_t> unreadable;   // reads of this byte fail
  };
  using InodePtr = std::shared_ptr<Inode>;
  using Names = std::map<std::string, InodePtr>;

  // A change of names that is not on the platter yet.
  struct NameChange {
    std::string set;  // this name now means `inode`; empty: none
    InodePtr inode;
    std::string removed;  // this name is gone; empty: none
  };

  // Counts an operation; what it must suffer, if anything.
  std::optional<Fault> NextFault() VEDETTE_REQUIRES(mutex_);
  base::Status Mutate(const std::string& path) VEDETTE_REQUIRES(mutex_);
  base::StatusOr<InodePtr> Find(const std::string& path) VEDETTE_REQUIRES(mutex_);
  base::StatusOr<InodePtr> FindOrCreate(const std::string& path) VEDETTE_REQUIRES(mutex_);
  void Change(NameChange change) VEDETTE_REQUIRES(mutex_);
  static void Apply(const NameChange& change, Names* names);
  uint64_t Used() const VEDETTE_REQUIRES(mutex_);
  uint64_t Pick(uint64_t below_or_at) VEDETTE_REQUIRES(mutex_);
  base::Status StillNamed(uint64_t epoch, const std::string& path, const Inode* inode) const
      VEDETTE_EXCLUDES(mutex_);
  base::Status AppendTo(uint64_t epoch, const std::string& path, Inode* inode,
                        std::string_view data) VEDETTE_EXCLUDES(mutex_);
  base::Status SyncInode(uint64_t epoch, const std::string& path, Inode* inode)
      VEDETTE_EXCLUDES(mutex_);

  mutable base::Mutex mutex_;
  std::mt19937_64 random_ VEDETTE_GUARDED_BY(mutex_);
  Names live_ VEDETTE_GUARDED_BY(mutex_);
  Names durable_ VEDETTE_GUARDED_BY(mutex_);
  std::vector<NameChange> pending_ VEDETTE_GUARDED_BY(mutex_);
  std::map<const Inode*, const Held*> locks_ VEDETTE_GUARDED_BY(mutex_);
  uint64_t next_inode_ VEDETTE_GUARDED_BY(mutex_) = 1;
  uint64_t operations_ VEDETTE_GUARDED_BY(mutex_) = 0;
  uint64_t fail_at_ VEDETTE_GUARDED_BY(mutex_) = 0;  // 0: never
  bool fail_always_ VEDETTE_GUARDED_BY(mutex_) = false;
  Fault fault_ VEDETTE_GUARDED_BY(mutex_) = Fault::kCrash;
  bool crashed_ VEDETTE_GUARDED_BY(mutex_) = false;
  uint64_t epoch_ VEDETTE_GUARDED_BY(mutex_) =
      0;  // restarts and kills; handles of another are dead
  std::optional<uint64_t> capacity_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_FAULT_FS_H_
