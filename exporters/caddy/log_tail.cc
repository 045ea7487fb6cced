#include "exporters/caddy/log_tail.h"

#include <algorithm>
#include <utility>

namespace vedette::exporters::caddy {
namespace {

constexpr size_t kBlockBytes = 64 * 1024;

}  // namespace

base::StatusOr<std::unique_ptr<LogTail>> LogTail::Open(base::FileSystem* fs,
                                                       const std::string& path, uint64_t offset) {
  VEDETTE_ASSIGN_OR_RETURN(std::unique_ptr<base::RandomAccessFile> file, fs->OpenRead(path));
  const uint64_t begin = std::min(offset, file->Size());
  return std::unique_ptr<LogTail>(new LogTail(std::move(file), begin));
}

base::StatusOr<uint64_t> LogTail::ReadLines(
    uint64_t max_bytes, const std::function<void(std::string_view line)>& line) {
  if (file_->Size() < offset_) {  // cut: its writer began anew
    offset_ = 0;
    partial_.clear();
    skipping_ = false;
  }
  std::string block(kBlockBytes, '\0');
  uint64_t total = 0;
  while (total < max_bytes) {
    VEDETTE_ASSIGN_OR_RETURN(const size_t got, file_->Read(offset_, block.size(), block.data()));
    if (got == 0) break;
    offset_ += got;
    total += got;
    TakeBlock(std::string_view(block).substr(0, got), line);
  }
  return total;
}

void LogTail::TakeBlock(std::string_view block, const std::function<void(std::string_view)>& line) {
  for (size_t end = block.find('\n'); end != std::string_view::npos; end = block.find('\n')) {
    const std::string_view rest = block.substr(0, end);
    if (skipping_) {
      skipping_ = false;
    } else if (partial_.empty()) {
      line(rest);
    } else {
      partial_ += rest;
      line(partial_);
    }
    partial_.clear();
    block.remove_prefix(end + 1);
  }
  if (skipping_) return;
  partial_ += block;
  if (partial_.size() <= kMaxLineBytes) return;
  line(std::string_view(partial_).substr(0, kMaxLineBytes));
  partial_.clear();
  skipping_ = true;
}

}  // namespace vedette::exporters::caddy
