#ifndef VEDETTE_BASE_FS_H_
#define VEDETTE_BASE_FS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

// The one door to the disk. Stores, logs and checkpoints use nothing else, so that tests can crash
// at every operation, tear writes and fill the disk (tests/support/fault_fs.h). Reading /proc and
// /sys is not disk I/O and does not come through here.

namespace vedette::base {

struct FileInfo {
  uint64_t size = 0;
  bool is_directory = false;
  int64_t mtime_ns = 0;
  uint64_t device = 0;
  uint64_t inode = 0;
};

// A file being written at its end. One thread appends; Sync may run on another beside it and covers
// what was appended before it was called.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  // Writes all of `data` or fails; after a failure how much was written is unknown.
  virtual Status Append(std::string_view data) = 0;
  // fdatasync: what was appended survives a power cut. After a failure nothing may be assumed.
  virtual Status Sync() = 0;
  virtual Status Close() = 0;
  // OK while the path it was opened by still means this file. NotFound when the file was removed or
  // another one has its name: what is written then is lost with the last handle.
  virtual Status StillNamed() const = 0;
};

// A file read at any offset. Thread-safe.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  // Reads up to `n` bytes at `offset` into `buffer`; fewer only at the end of the file.
  virtual StatusOr<size_t> Read(uint64_t offset, size_t n, char* buffer) const = 0;
  virtual uint64_t Size() const = 0;
};

// Held while alive; the kernel drops it when the process dies.
class FileLock {
 public:
  virtual ~FileLock() = default;
  // OK while the path still means the locked file. NotFound when it does not: then the lock keeps
  // nobody out any more.
  virtual Status StillNamed() const = 0;
};

// Thread-safe. Paths are absolute or relative to the working directory. Errors name the path.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Creates (mode 0640) or truncates.
  virtual StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) = 0;
  // Opens at the end; creates if absent.
  virtual StatusOr<std::unique_ptr<WritableFile>> OpenAppend(const std::string& path) = 0;
  virtual StatusOr<std::unique_ptr<RandomAccessFile>> OpenRead(const std::string& path) = 0;
  virtual StatusOr<std::string> ReadFile(const std::string& path) = 0;
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  // Removes a tree; absent is fine.
  virtual Status RemoveAll(const std::string& path) = 0;
  virtual Status Truncate(const std::string& path, uint64_t size) = 0;
  // Creates the folder and its parents (mode 0750), each durably; present is fine.
  virtual Status CreateDirs(const std::string& path) = 0;
  // Names in the folder, sorted, without "." and "..".
  virtual StatusOr<std::vector<std::string>> List(const std::string& path) = 0;
  virtual StatusOr<FileInfo> Stat(const std::string& path) = 0;
  // fsync of a folder: the names created, renamed or removed in it survive a power cut.
  virtual Status SyncDir(const std::string& path) = 0;
  // Bytes an unprivileged writer can still use on the file system of `path`.
  virtual StatusOr<uint64_t> FreeSpace(const std::string& path) = 0;
  // Reserves `size` bytes on disk for `path` (fallocate), creating it.
  virtual Status Allocate(const std::string& path, uint64_t size) = 0;
  // Unavailable when another process holds it.
  virtual StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;

  // Writes `data` beside `path`, syncs, renames over it, syncs the folder: a reader finds the old
  // or the new content, whole, whatever happens.
  Status WriteFileAtomic(const std::string& path, std::string_view data);
  bool Exists(const std::string& path) { return Stat(path).ok(); }
};

// The machine's file system.
std::unique_ptr<FileSystem> NewPosixFileSystem();

// "a" + "b" -> "a/b"
std::string JoinPath(std::string_view folder, std::string_view name);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_FS_H_
