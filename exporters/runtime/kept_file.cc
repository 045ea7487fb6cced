#include "exporters/runtime/kept_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/strings.h"

namespace vedette::exporters {
namespace {

constexpr size_t kFolderBuffer = 32 * 1024;
// What a kernel writes that does not count.
constexpr std::string_view kNothingCounted = "0 0 0\n";

// Of a copied tree a file may be replaced: it must not stay open.
bool IsProcfs(int fd) {
  struct statfs about {};
  return ::fstatfs(fd, &about) == 0 && about.f_type == PROC_SUPER_MAGIC;
}

}  // namespace

KeptFilesLimit::KeptFilesLimit(size_t most) : left_(most) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) left_ = std::min<size_t>(most, limit.rlim_cur / 4);
}

bool KeptFilesLimit::Take() {
  if (left_ == 0) return false;
  --left_;
  return true;
}

KeptFile::KeptFile(KeptFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), limit_(std::exchange(other.limit_, nullptr)) {}

KeptFile& KeptFile::operator=(KeptFile&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = std::exchange(other.fd_, -1);
    limit_ = std::exchange(other.limit_, nullptr);
  }
  return *this;
}

void KeptFile::Close() {
  if (fd_ < 0) return;
  ::close(fd_);
  limit_->Give();
  fd_ = -1;
}

ssize_t KeptFile::Read(int folder, const char* path, KeptFilesLimit* limit, char* buffer,
                       size_t size) {
  if (fd_ >= 0) {
    const ssize_t n = ::pread(fd_, buffer, size, 0);
    if (n >= 0) return n;
    Close();  // the task is gone; another one may have its number
  }
  const int fd = ::openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return -1;
  const ssize_t n = ::pread(fd, buffer, size, 0);
  const int error = errno;
  if (n >= 0 && IsProcfs(fd) && limit->Take()) {
    fd_ = fd;
    limit_ = limit;
  } else {
    ::close(fd);
  }
  errno = error;
  return n;
}

bool RunMark::HasRun(int folder, const char* schedstat_path, KeptFilesLimit* limit) {
  std::array<char, 64> text{};
  const ssize_t n = file_.Read(folder, schedstat_path, limit, text.data(), text.size());
  const std::string_view now(text.data(), n > 0 ? static_cast<size_t>(n) : 0);
  if (now.empty() || now == kNothingCounted) {
    text_.fill('\0');
    return true;
  }
  const bool is_same = text == text_;
  text_ = text;
  return !is_same;
}

bool ListNumbers(int fd, std::vector<char>* buffer, std::vector<NumberEntry>* entries) {
  entries->clear();
  buffer->resize(kFolderBuffer);
  if (::lseek(fd, 0, SEEK_SET) < 0) return false;
  for (;;) {
    const ssize_t n = ::getdents64(fd, buffer->data(), buffer->size());
    if (n <= 0) return n == 0;
    for (ssize_t at = 0; at < n;) {
      const char* const record = buffer->data() + at;
      uint16_t length = 0;
      std::memcpy(&length, record + offsetof(dirent64, d_reclen), sizeof length);
      at += length;
      const char* const name = record + offsetof(dirent64, d_name);
      if (*name < '0' || *name > '9') continue;
      const auto id = base::ParseInt(name);
      if (!id) continue;
      uint64_t inode = 0;
      std::memcpy(&inode, record + offsetof(dirent64, d_ino), sizeof inode);
      entries->push_back({*id, inode});
    }
  }
}

}  // namespace vedette::exporters
