#include "exporters/process/proc_reader.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace vedette::exporters::process {
namespace {

constexpr size_t kFirstBuffer = 4096;
constexpr size_t kMaxPath = 64;

int OpenFolderAt(int parent, const char* path) {
  return ::openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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

void ProcReader::Folder::Reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

base::Status ProcReader::List(std::vector<NumberEntry>* processes) {
  tasks_.Reset(-1);
  if (root_.fd() < 0) {
    root_.Reset(OpenFolderAt(AT_FDCWD, path_.c_str()));
    if (root_.fd() < 0) return base::FromErrno(errno, path_);
    buffer_.resize(kFirstBuffer);
  }
  if (!ListNumbers(root_.fd(), &names_, processes)) return base::FromErrno(errno, path_);
  return base::Status();
}

std::optional<std::string_view> ProcReader::Read(int64_t pid, const char* file) {
  return ReadAt(root_.fd(), PathOf(pid, file).text);
}

std::optional<std::string_view> ProcReader::Read(const char* file) {
  return ReadAt(root_.fd(), file);
}

std::optional<std::string_view> ProcReader::ReadStat(int64_t pid, TaskFiles* files) {
  gone_ = false;
  const ssize_t n = files->stat.Read(root_.fd(), PathOf(pid, "stat").text, &kept_files_,
                                     buffer_.data(), buffer_.size());
  if (n < 0) {
    Fail(errno);
    return std::nullopt;
  }
  return std::string_view(buffer_.data(), static_cast<size_t>(n));
}

bool ProcReader::HasRun(int64_t pid, TaskFiles* files) {
  return files->run.HasRun(root_.fd(), PathOf(pid, "schedstat").text, &kept_files_);
}

bool ProcReader::ListTasks(int64_t pid, std::vector<NumberEntry>* tasks) {
  tasks_.Reset(OpenFolderAt(root_.fd(), PathOf(pid, "task").text));
  if (tasks_.fd() < 0 || !ListNumbers(tasks_.fd(), &names_, tasks)) {
    Fail(errno);
    return false;
  }
  return true;
}

std::optional<std::string_view> ProcReader::ReadTask(int64_t tid, const char* file) {
  return ReadAt(tasks_.fd(), PathOf(tid, file).text);
}

bool ProcReader::TaskHasRun(int64_t tid, RunMark* run) {
  return run->HasRun(tasks_.fd(), PathOf(tid, "schedstat").text, &kept_files_);
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
  if (::fstatfs(root_.fd(), &about) != 0 || about.f_type != PROC_SUPER_MAGIC) {
    counts_by_size_ = false;
    return false;
  }
  // Told by a folder that surely has some: an older kernel says 0.
  struct stat info {};
  const std::optional<uint64_t> listed = ListFiles(pid);
  if (!listed || *listed == 0) return false;
  if (::fstatat(root_.fd(), PathOf(pid, "fd").text, &info, 0) != 0) return false;
  counts_by_size_ = info.st_size > 0;
  return *counts_by_size_;
}

std::optional<uint64_t> ProcReader::ListFiles(int64_t pid) {
  Folder folder;
  folder.Reset(OpenFolderAt(root_.fd(), PathOf(pid, "fd").text));
  if (folder.fd() < 0 || !ListNumbers(folder.fd(), &names_, &files_)) {
    Fail(errno);
    return std::nullopt;
  }
  return files_.size();
}

std::optional<uint64_t> ProcReader::CountFiles(int64_t pid) {
  gone_ = false;
  if (!CountsBySize(pid)) return ListFiles(pid);
  struct stat info {};
  if (::fstatat(root_.fd(), PathOf(pid, "fd").text, &info, 0) == 0) {
    return static_cast<uint64_t>(info.st_size);
  }
  Fail(errno);
  return std::nullopt;
}

}  // namespace vedette::exporters::process
