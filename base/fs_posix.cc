#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <utility>

#include "base/descriptor.h"
#include "base/fs.h"
#include "base/strings.h"

// base::FileSystem over the machine's system calls.

namespace vedette::base {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kFolderMode = 0750;

Status Failed(std::string_view what, const std::string& path) {
  return FromErrno(errno, Concat({what, " ", path}));
}

StatusOr<Descriptor> Open(const std::string& path, int flags) {
  int fd;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, kFileMode);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return Failed("open", path);
  return Descriptor(fd);
}

// The open file and what its path means now are one file.
Status SameFile(int fd, const std::string& path) {
  struct stat open_file {};
  struct stat named {};
  if (::fstat(fd, &open_file) != 0) return Failed("stat", path);
  if (::stat(path.c_str(), &named) != 0) return Failed("stat", path);
  if (open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev) return Status();
  return NotFound(Concat({path, ": another file has its name now"}));
}

Status SyncFolder(const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(const Descriptor fd, Open(path, O_RDONLY | O_DIRECTORY));
  return ::fsync(fd.get()) == 0 ? Status() : Failed("fsync", path);
}

// Makes one folder whose name survives a power cut.
Status MakeFolder(const std::string& path) {
  if (::mkdir(path.c_str(), kFolderMode) == 0) {
    const size_t slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    // A parent that may be written to but not opened is no reason to go without the folder.
    SyncFolder(parent).IgnoreError();
    return Status();
  }
  if (errno == EEXIST) return Status();
  const int error = errno;
  struct stat info {};
  // A parent on a read-only or foreign file system may be there all the same.
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return Status();
  return FromErrno(error, Concat({"create folder ", path}));
}

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(std::string path, Descriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  Status Append(std::string_view data) override {
    while (!data.empty()) {
      const ssize_t n = ::write(fd_.get(), data.data(), data.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Failed("write", path_);
      data.remove_prefix(static_cast<size_t>(n));
    }
    return Status();
  }

  Status Sync() override { return ::fdatasync(fd_.get()) == 0 ? Status() : Failed("fsync", path_); }

  Status Close() override {
    const int fd = fd_.Release();
    return fd < 0 || ::close(fd) == 0 ? Status() : Failed("close", path_);
  }

  Status StillNamed() const override { return SameFile(fd_.get(), path_); }

 private:
  const std::string path_;
  Descriptor fd_;
};

class PosixRandomAccessFile final : public RandomAccessFile {
 public:
  PosixRandomAccessFile(std::string path, Descriptor fd)
      : path_(std::move(path)), fd_(std::move(fd)) {}

  StatusOr<size_t> Read(uint64_t offset, size_t n, char* buffer) const override {
    size_t done = 0;
    while (done < n) {
      const ssize_t got =
          ::pread(fd_.get(), buffer + done, n - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Failed("read", path_);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }

  uint64_t Size() const override {
    struct stat info {};
    return ::fstat(fd_.get(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
  }

 private:
  const std::string path_;
  const Descriptor fd_;
};

class PosixFileLock final : public FileLock {
 public:
  PosixFileLock(std::string path, Descriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  Status StillNamed() const override { return SameFile(fd_.get(), path_); }

 private:
  const std::string path_;
  const Descriptor fd_;
};

class PosixFileSystem final : public FileSystem {
 public:
  StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    return OpenWritable(path, O_TRUNC);
  }

  StatusOr<std::unique_ptr<WritableFile>> OpenAppend(const std::string& path) override {
    return OpenWritable(path, O_APPEND);
  }

  StatusOr<std::unique_ptr<RandomAccessFile>> OpenRead(const std::string& path) override {
    VEDETTE_ASSIGN_OR_RETURN(Descriptor fd, Open(path, O_RDONLY));
    return std::make_unique<PosixRandomAccessFile>(path, std::move(fd));
  }

  StatusOr<std::string> ReadFile(const std::string& path) override {
    // A pipe would block, a device never end; neither is a file of ours or a user's configuration.
    std::error_code unknown;
    const auto type = std::filesystem::status(path, unknown).type();
    if (!unknown && type != std::filesystem::file_type::regular &&
        type != std::filesystem::file_type::not_found) {
      return InvalidArgument(Concat({path, ": not a regular file"}));
    }
    VEDETTE_ASSIGN_OR_RETURN(const auto file, OpenRead(path));
    std::string content;
    constexpr size_t kChunk = 64 << 10;
    for (;;) {
      const size_t used = content.size();
      content.resize(used + std::max<size_t>(kChunk, used));
      VEDETTE_ASSIGN_OR_RETURN(const size_t n,
                               file->Read(used, content.size() - used, content.data() + used));
      const bool end = used + n < content.size();
      content.resize(used + n);
      if (end) return content;
    }
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (std::rename(from.c_str(), to.c_str()) == 0) return Status();
    return Failed("rename", Concat({from, " to ", to}));
  }

  Status Remove(const std::string& path) override {
    return std::remove(path.c_str()) == 0 ? Status() : Failed("remove", path);
  }

  Status RemoveAll(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    return error ? FromErrno(error.value(), Concat({"remove ", path})) : Status();
  }

  Status Truncate(const std::string& path, uint64_t size) override {
    return ::truncate(path.c_str(), static_cast<off_t>(size)) == 0 ? Status()
                                                                   : Failed("truncate", path);
  }

  Status CreateDirs(const std::string& path) override {
    for (size_t at = 0; at != std::string::npos;) {
      at = path.find('/', at + 1);
      const std::string folder = path.substr(0, at);
      if (!folder.empty()) VEDETTE_RETURN_IF_ERROR(MakeFolder(folder));
    }
    VEDETTE_ASSIGN_OR_RETURN(const FileInfo info, Stat(path));
    return info.is_directory ? Status() : FromErrno(ENOTDIR, Concat({"create folder ", path}));
  }

  StatusOr<std::vector<std::string>> List(const std::string& path) override {
    DIR* const folder = ::opendir(path.c_str());
    if (folder == nullptr) return Failed("list", path);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    const int error = errno;
    ::closedir(folder);
    if (error != 0) return FromErrno(error, Concat({"list ", path}));
    std::sort(names.begin(), names.end());
    return names;
  }

  StatusOr<FileInfo> Stat(const std::string& path) override {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return Failed("stat", path);
    FileInfo out;
    out.size = static_cast<uint64_t>(info.st_size);
    out.is_directory = S_ISDIR(info.st_mode);
    out.mtime_ns = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
    out.device = info.st_dev;
    out.inode = info.st_ino;
    return out;
  }

  Status SyncDir(const std::string& path) override { return SyncFolder(path); }

  StatusOr<uint64_t> FreeSpace(const std::string& path) override {
    struct statvfs info {};
    if (::statvfs(path.c_str(), &info) != 0) return Failed("statvfs", path);
    return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
  }

  Status Allocate(const std::string& path, uint64_t size) override {
    VEDETTE_ASSIGN_OR_RETURN(const Descriptor fd, Open(path, O_WRONLY | O_CREAT));
    const int error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(size));
    return error == 0 ? Status() : FromErrno(error, Concat({"allocate ", path}));
  }

  StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    VEDETTE_ASSIGN_OR_RETURN(Descriptor fd, Open(path, O_RDWR | O_CREAT));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      return std::make_unique<PosixFileLock>(path, std::move(fd));
    }
    if (errno == EWOULDBLOCK) {
      return Unavailable(Concat({"lock ", path, ": held by another process"}));
    }
    return Failed("lock", path);
  }

 private:
  StatusOr<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path, int flag) {
    VEDETTE_ASSIGN_OR_RETURN(Descriptor fd, Open(path, O_WRONLY | O_CREAT | flag));
    return std::make_unique<PosixWritableFile>(path, std::move(fd));
  }
};

}  // namespace

std::unique_ptr<FileSystem> NewPosixFileSystem() { return std::make_unique<PosixFileSystem>(); }

}  // namespace vedette::base
