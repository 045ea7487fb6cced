#include "exporters/node/source_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include "base/strings.h"
#include "exporters/runtime/collector.h"

namespace vedette::exporters::node {
namespace {

constexpr size_t kFirstBuffer = 4096;
// No file that we read is near this; one that is must not take the memory of the host.
constexpr size_t kMaxBytes = 64u << 20;
constexpr size_t kShownBytes = 60;
// See SourceFile::Records.
constexpr size_t kKernelPage = 4096;
constexpr size_t kShortRecord = 1024;

// Whether reading from the start gives the state of the moment, however long the file is open.
bool IsMadeAtEachRead(const struct statfs& about) {
  return about.f_type == PROC_SUPER_MAGIC || about.f_type == SYSFS_MAGIC;
}

bool IsKernelFile(int fd) {
  struct statfs about;
  return ::fstatfs(fd, &about) == 0 && IsMadeAtEachRead(about);
}

}  // namespace

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void OpenFile::Close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

base::StatusOr<std::string_view> SourceFile::Read(const std::string& path) {
  const bool again = path == last_path_;
  if (again && kept_.fd() >= 0) {
    auto text = ReadWhole(kept_.fd(), path, true);
    if (text.ok()) return text;
  }
  kept_.Close();  // of another path, or its device went away
  OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd() < 0) return base::FromErrno(errno, path);
  auto text = ReadWhole(file.fd(), path, false);
  if (again && text.ok() && IsKernelFile(file.fd())) kept_ = std::move(file);
  if (!again) last_path_ = path;
  return text;
}

base::StatusOr<std::string_view> SourceFile::ReadWhole(int fd, const std::string& path,
                                                       bool is_kernel) {
  if (buffer_.empty()) buffer_.resize(kFirstBuffer);
  size_t size = 0;
  while (true) {
    if (size == buffer_.size()) {
      if (size >= kMaxBytes) {
        buffer_.clear();  // or each collector would keep as much for good
        buffer_.shrink_to_fit();
        return base::ResourceExhausted(path + ": larger than 64 MiB");
      }
      buffer_.resize(size * 2);
    }
    const ssize_t n =
        ::pread(fd, buffer_.data() + size, buffer_.size() - size, static_cast<off_t>(size));
    if (n == 0) return std::string_view(buffer_.data(), size);
    if (n > 0) {
      size += static_cast<size_t>(n);
      const bool is_all = is_kernel && records_ == Records::kShort &&
                          size + kShortRecord <= std::min(kKernelPage, buffer_.size());
      if (is_all) return std::string_view(buffer_.data(), size);
    } else if (errno != EINTR) {
      return base::FromErrno(errno, path);
    }
  }
}

base::StatusOr<uint64_t> SourceFile::ReadUint(const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, Read(path));
  const std::optional<uint64_t> value = base::ParseUint(base::Trim(text));
  if (!value) return Malformed(path, "expected a number", text);
  return *value;
}

base::StatusOr<std::vector<std::string>> ListFolder(const std::string& path,
                                                    bool (*keep)(std::string_view name)) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) return base::FromErrno(errno, path);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && keep(name)) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool IsKernelFolder(const std::string& path) {
  struct statfs about;
  return ::statfs(path.c_str(), &about) == 0 && IsMadeAtEachRead(about);
}

base::Status AbsentIsNoData(const base::Status& status) {
  return absl::IsNotFound(status) ? NoData(base::Message(status)) : status;
}

base::Status Malformed(const std::string& path, std::string_view what, std::string_view found) {
  return base::InvalidArgument(
      base::Concat({path, ": ", what, ", found ", base::GoQuote(found.substr(0, kShownBytes))}));
}

}  // namespace vedette::exporters::node
