#include "collector/tsdb/prometheus/file_window.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace vedette::tsdb::prometheus {
namespace {

constexpr uint64_t kReadAtOnce = 256 << 10;

}  // namespace

base::StatusOr<std::unique_ptr<FileWindow>> FileWindow::Open(base::FileSystem* fs,
                                                             const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(std::unique_ptr<base::RandomAccessFile> file, fs->OpenRead(path));
  return std::make_unique<FileWindow>(std::move(file), path);
}

FileWindow::FileWindow(std::unique_ptr<base::RandomAccessFile> file, std::string path)
    : file_(std::move(file)), path_(std::move(path)) {}

base::Status FileWindow::Damage(uint64_t offset, std::string_view what) const {
  return base::DataLoss(base::Concat({path_, ": at byte ", std::to_string(offset), ": ", what}));
}

base::StatusOr<std::string_view> FileWindow::Bytes(uint64_t offset, uint64_t n) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view bytes, UpTo(offset, n));
  if (bytes.size() == n) return bytes;
  return Damage(offset, base::Concat({"the file ends before the ", std::to_string(n),
                                      " bytes that should be there"}));
}

base::StatusOr<std::string_view> FileWindow::UpTo(uint64_t offset, uint64_t n) {
  if (offset >= size()) return std::string_view();
  n = std::min(n, size() - offset);
  if (offset < buffer_offset_ || offset + n > buffer_offset_ + buffer_.size()) {
    const uint64_t wanted = std::min(std::max(n, kReadAtOnce), size() - offset);
    buffer_.resize(wanted);
    buffer_offset_ = offset;
    base::StatusOr<size_t> got = file_->Read(offset, wanted, buffer_.data());
    if (!got.ok()) buffer_.clear();
    if (!got.ok()) return base::Annotate(got.status(), path_);
    buffer_.resize(*got);
    n = std::min<uint64_t>(n, *got);
  }
  return std::string_view(buffer_).substr(offset - buffer_offset_, n);
}

}  // namespace vedette::tsdb::prometheus
