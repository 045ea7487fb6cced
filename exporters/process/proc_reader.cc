#include "exporters/process/proc_reader.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/strings.h"

namespace vedette::exporters::process {
namespace {

constexpr size_t kFirstBuffer = 4096;
constexpr size_t kMaxPath = 64;

// Opens a folder below another one; null when it is gone or may not be seen.
DIR* OpenFolderAt(int parent, const char* path) {
  const int fd = ::openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  DIR* const folder = ::fdopendir(fd);
  if (folder == nullptr) ::close(fd);
  return folder;
}

uint64_t CountEntries(DIR* folder) {
  uint64_t count = 0;
  while (const dirent* entry = ::readdir(folder)) count += entry->d_name[0] != '.' ? 1 : 0;
  return count;
}

struct Path {
  char text[kMaxPath];
};
Path PathOf(int64_t id, const char* file) {
  Path path;
  std::snprintf(path.text, sizeof path.text, "%lld/%s", static_cast<long long>(id), file);
  return path;
}

}  // namespace

base::Status ProcReader::List(std::vector<ProcEntry>* processes) {
  processes->clear();
  tasks_.reset();
  if (!root_) {
    root_.reset(::opendir(path_.c_str()));
    if (!root_) return base::FromErrno(errno, path_);
    buffer_.resize(kFirstBuffer);
  }
  ::rewinddir(root_.get());
  ListNumbers(root_.get(), processes);
  return base::Status();
}

void ProcReader::ListNumbers(DIR* folder, std::vector<ProcEntry>* entries) {
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    const auto id = base::ParseInt(entry->d_name);
    if (id) entries->push_back({*id, entry->d_ino});
  }
}

std::optional<std::string_view> ProcReader::Read(int64_t pid, const char* file) {
  return ReadAt(::dirfd(root_.get()), PathOf(pid, file).text);
}

std::optional<std::string_view> ProcReader::Read(const char* file) {
  return ReadAt(::dirfd(root_.get()), file);
}

bool ProcReader::ListTasks(int64_t pid, std::vector<ProcEntry>* tasks) {
  tasks->clear();
  tasks_.reset(OpenFolderAt(::dirfd(root_.get()), PathOf(pid, "task").text));
  if (!tasks_) {
    Fail(errno);
    return false;
  }
  ListNumbers(tasks_.get(), tasks);
  return true;
}

std::optional<std::string_view> ProcReader::ReadTask(int64_t tid, const char* file) {
  return ReadAt(::dirfd(tasks_.get()), PathOf(tid, file).text);
}

void ProcReader::Fail(int error) { gone_ = error == ENOENT || error == ESRCH; }

std::optional<std::string_view> ProcReader::ReadAt(int folder, const char* path) {
  gone_ = false;
  const int fd = ::openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    Fail(errno);
    return std::nullopt;
  }
  size_t size = 0;
  while (true) {
    const ssize_t n = ::read(fd, buffer_.data() + size, buffer_.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      Fail(errno);
      ::close(fd);
      return std::nullopt;
    }
    size += static_cast<size_t>(n);
    // The kernel makes these files in one go: what fits into the buffer with room left is whole.
    if (n == 0 || size < buffer_.size()) break;
    if (buffer_.size() >= kMaxBytes) break;
    buffer_.resize(buffer_.size() * 2);
  }
  ::close(fd);
  return std::string_view(buffer_.data(), size);
}

// Since Linux 6.2 the folder's size is the number of open files, and need not be listed.
bool ProcReader::CountsBySize(int64_t pid) {
  if (counts_by_size_) return *counts_by_size_;
  struct statfs about {};
  if (::fstatfs(::dirfd(root_.get()), &about) != 0 || about.f_type != PROC_SUPER_MAGIC) {
    counts_by_size_ = false;
    return false;
  }
  // Told by a folder that surely has some: an older kernel says 0.
  struct stat info {};
  const std::unique_ptr<DIR, FolderCloser> files(
      OpenFolderAt(::dirfd(root_.get()), PathOf(pid, "fd").text));
  if (!files || CountEntries(files.get()) == 0) return false;
  if (::fstat(::dirfd(files.get()), &info) != 0) return false;
  counts_by_size_ = info.st_size > 0;
  return *counts_by_size_;
}

std::optional<uint64_t> ProcReader::CountFiles(int64_t pid) {
  gone_ = false;
  const Path path = PathOf(pid, "fd");
  if (CountsBySize(pid)) {
    struct stat info {};
    if (::fstatat(::dirfd(root_.get()), path.text, &info, 0) == 0) {
      return static_cast<uint64_t>(info.st_size);
    }
    Fail(errno);
    return std::nullopt;
  }
  const Folder files(OpenFolderAt(::dirfd(root_.get()), path.text));
  if (!files) {
    Fail(errno);
    return std::nullopt;
  }
  return CountEntries(files.get());
}

}  // namespace vedette::exporters::process
