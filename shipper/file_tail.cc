#include "shipper/file_tail.h"

#include <algorithm>
#include <utility>

#include "base/codec/bytes.h"

namespace vedette::shipper {
namespace {

constexpr size_t kReadBytes = 256 << 10;

// The first line, line feed included, or its first kHeadBytes; empty while there is neither and it
// may grow.
base::StatusOr<std::string> ReadHead(LogBytes* bytes, bool at_rest) {
  std::string head(FileTail::kHeadBytes, '\0');
  VEDETTE_ASSIGN_OR_RETURN(const size_t n, bytes->Read(0, head.size(), head.data()));
  head.resize(n);
  const size_t line_feed = head.find('\n');
  if (line_feed != std::string::npos) {
    head.resize(line_feed + 1);
  } else if (head.size() < FileTail::kHeadBytes && !at_rest) {
    head.clear();
  }
  return head;
}

struct Piece {
  size_t line;    // bytes of it without its line feed
  size_t length;  // bytes to go on by
};

// The line that `rest` begins with, or as much of it as makes a piece; nothing while it may grow.
std::optional<Piece> NextPiece(std::string_view rest, bool final) {
  const size_t line_feed = rest.substr(0, FileTail::kMaxLineBytes + 1).find('\n');
  if (line_feed != std::string_view::npos) return Piece{line_feed, line_feed + 1};
  if (rest.size() > FileTail::kMaxLineBytes) {
    return Piece{FileTail::kMaxLineBytes, FileTail::kMaxLineBytes};
  }
  if (final && !rest.empty()) return Piece{rest.size(), rest.size()};
  return std::nullopt;
}

}  // namespace

FileTail::FileTail(std::unique_ptr<LogBytes> bytes, const base::FileInfo& info, bool at_rest)
    : bytes_(std::move(bytes)), device_(info.device), at_rest_(at_rest) {
  position_.inode = info.inode;
}

base::StatusOr<std::unique_ptr<FileTail>> FileTail::Open(base::FileSystem* fs,
                                                         const std::string& path,
                                                         const base::FileInfo& info, bool at_rest) {
  VEDETTE_ASSIGN_OR_RETURN(auto bytes, OpenLogBytes(fs, path));
  VEDETTE_ASSIGN_OR_RETURN(const std::string head, ReadHead(bytes.get(), at_rest));
  if (head.empty()) return std::unique_ptr<FileTail>();
  std::unique_ptr<FileTail> tail(new FileTail(std::move(bytes), info, at_rest));
  tail->position_.path = path;
  FileIdentity& identity = tail->position_.identity;
  identity.family = base::Hash64(FamilyOf(path));
  identity.head_length = head.size();
  identity.head_hash = base::Hash64(head);
  return tail;
}

base::StatusOr<bool> FileTail::Holds(const FilePosition& known) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string head, ReadHead(bytes_.get(), at_rest_));
  if (head.size() != known.identity.head_length || base::Hash64(head) != known.identity.head_hash) {
    return false;
  }
  if (known.offset == 0) return true;
  // At least a byte: positions of the first version know no tail, yet the file must reach there.
  std::string tail(std::max<uint64_t>(std::min<uint64_t>(known.tail_length, kTailBytes), 1), '\0');
  VEDETTE_ASSIGN_OR_RETURN(const size_t n,
                           bytes_->Read(known.offset - tail.size(), tail.size(), tail.data()));
  return n == tail.size() && (known.tail_length == 0 || base::Hash64(tail) == known.tail_hash);
}

void FileTail::GoOnFrom(const FilePosition& known) {
  position_.identity = known.identity;
  position_.offset = known.offset;
  position_.tail_length = known.tail_length;
  position_.tail_hash = known.tail_hash;
}

bool FileTail::Touched(const base::FileInfo& info) {
  const bool touched = size_ != info.size || mtime_ns_ != info.mtime_ns;
  size_ = info.size;
  mtime_ns_ = info.mtime_ns;
  return touched;
}

base::Status FileTail::ReadLines(bool last, const LineFn& take) {
  // What was read ahead last time is used, unless that batch was never acknowledged.
  if (position_.offset < buffer_offset_ || position_.offset > buffer_offset_ + buffer_.size()) {
    buffer_.clear();
    buffer_offset_ = position_.offset;
  }
  size_t begin = position_.offset - buffer_offset_;
  for (bool at_end = false;;) {
    if (!TakeLines(at_end && last, take, &begin)) return {};
    buffer_.erase(0, begin);
    buffer_offset_ += std::exchange(begin, 0);
    if (at_end) break;
    const size_t had = buffer_.size();
    buffer_.resize(had + kReadBytes);
    const auto n = bytes_->Read(buffer_offset_ + had, kReadBytes, buffer_.data() + had);
    buffer_.resize(had + (n.ok() ? *n : 0));
    VEDETTE_RETURN_IF_ERROR(n.status());
    at_end = *n == 0;
  }
  // Idle files hold no memory; the unfinished line is read again.
  std::string().swap(buffer_);
  return {};
}

bool FileTail::TakeLines(bool final, const LineFn& take, size_t* begin) {
  const std::string_view buffer = buffer_;
  while (const auto piece = NextPiece(buffer.substr(*begin), final)) {
    const std::string_view line = buffer.substr(*begin, piece->line);
    *begin += piece->length;
    taken_.offset = buffer_offset_ + *begin;
    taken_.tail_length = std::min(piece->length, kTailBytes);
    taken_.tail_hash = base::Hash64(buffer.substr(*begin - taken_.tail_length, taken_.tail_length));
    if (!take(line, taken_.offset)) return false;
  }
  return true;
}

void FileTail::Acknowledge() {
  position_.offset = taken_.offset;
  position_.tail_length = taken_.tail_length;
  position_.tail_hash = taken_.tail_hash;
}

}  // namespace vedette::shipper
