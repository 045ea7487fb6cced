#include "shipper/file_tail.h"

#include <utility>

#include "base/codec/bytes.h"

namespace vedette::shipper {
namespace {

constexpr size_t kReadBytes = 256 << 10;

base::StatusOr<std::string> ReadHead(const base::RandomAccessFile& file, size_t bytes) {
  std::string head(bytes, '\0');
  VEDETTE_ASSIGN_OR_RETURN(const size_t n, file.Read(0, bytes, head.data()));
  head.resize(n);
  return head;
}

}  // namespace

FileTail::FileTail(std::unique_ptr<base::RandomAccessFile> file, FilePosition position)
    : file_(std::move(file)), position_(std::move(position)) {}

base::StatusOr<std::optional<FileIdentity>> FileTail::Identify(base::FileSystem* fs,
                                                               const std::string& path,
                                                               const base::FileInfo& info) {
  VEDETTE_ASSIGN_OR_RETURN(const auto file, fs->OpenRead(path));
  VEDETTE_ASSIGN_OR_RETURN(std::string head, ReadHead(*file, kHeadBytes));
  const size_t line_feed = head.find('\n');
  if (line_feed == std::string::npos && head.size() < kHeadBytes) {
    return std::optional<FileIdentity>();
  }
  if (line_feed != std::string::npos) head.resize(line_feed + 1);
  FileIdentity identity;
  identity.device = info.device;
  identity.inode = info.inode;
  identity.head_length = head.size();
  identity.head_hash = base::Hash64(head);
  return std::optional<FileIdentity>(identity);
}

base::StatusOr<std::unique_ptr<FileTail>> FileTail::Open(base::FileSystem* fs,
                                                         FilePosition position) {
  VEDETTE_ASSIGN_OR_RETURN(auto file, fs->OpenRead(position.path));
  return std::unique_ptr<FileTail>(new FileTail(std::move(file), std::move(position)));
}

base::Status FileTail::ReadLines(bool last, const LineFn& take) {
  uint64_t offset = position_.offset;  // of the first byte of buffer_
  buffer_.clear();
  for (;;) {
    const size_t had = buffer_.size();
    buffer_.resize(had + kReadBytes);
    VEDETTE_ASSIGN_OR_RETURN(const size_t n,
                             file_->Read(offset + had, kReadBytes, buffer_.data() + had));
    buffer_.resize(had + n);
    size_t begin = 0;
    for (size_t end = buffer_.find('\n', had); end != std::string::npos;
         end = buffer_.find('\n', begin)) {
      const std::string_view line = std::string_view(buffer_).substr(begin, end - begin);
      begin = end + 1;
      if (!take(line, offset + begin)) return base::Status();
    }
    buffer_.erase(0, begin);
    offset += begin;
    const bool at_end = n == 0;
    if (buffer_.size() >= kMaxLineBytes || (at_end && last && !buffer_.empty())) {
      const size_t size = buffer_.size();
      if (!take(buffer_, offset + size)) return base::Status();
      buffer_.clear();
      offset += size;
    }
    if (at_end) return base::Status();
  }
}

base::StatusOr<bool> FileTail::HeadUnchanged() const {
  VEDETTE_ASSIGN_OR_RETURN(const std::string head,
                           ReadHead(*file_, position_.identity.head_length));
  return head.size() == position_.identity.head_length &&
         base::Hash64(head) == position_.identity.head_hash;
}

}  // namespace vedette::shipper
