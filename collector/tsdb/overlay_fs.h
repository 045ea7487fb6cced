#ifndef VEDETTE_COLLECTOR_TSDB_OVERLAY_FS_H_
#define VEDETTE_COLLECTOR_TSDB_OVERLAY_FS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/mutex.h"

namespace vedette::tsdb {

// Another file system, to be read and not changed: what is written, renamed or removed here is so
// in memory alone. With it a store can be opened that is somebody else's, or is to stay as it is.
// Locks are granted without asking. Thread-safe.
class OverlayFs final : public base::FileSystem {
 public:
  explicit OverlayFs(base::FileSystem* below) : below_(below) {}

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
  // What stands here in the place of what is below.
  struct Entry {
    enum class Kind { kGone, kFolder, kMemory, kBelow } kind = Kind::kGone;
    std::shared_ptr<std::string> content;  // kMemory
    std::string path;                      // kBelow: its name there
  };
  class MemoryWriter;
  class MemoryReader;

  // The entry that decides about `path`; null when nothing here does.
  const Entry* Find(const std::string& path) const VEDETTE_REQUIRES(mutex_);
  // Brings the file into memory to be written.
  base::StatusOr<std::shared_ptr<std::string>> ToMemory(const std::string& path)
      VEDETTE_REQUIRES(mutex_);

  base::FileSystem* const below_;
  mutable base::Mutex mutex_;
  std::map<std::string, Entry> entries_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_OVERLAY_FS_H_
