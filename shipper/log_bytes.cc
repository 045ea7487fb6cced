#include "shipper/log_bytes.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/strings.h"
#include "shipper/decompressor.h"

namespace vedette::shipper {
namespace {

constexpr size_t kChunk = 64 << 10;

class PlainBytes final : public LogBytes {
 public:
  explicit PlainBytes(std::unique_ptr<base::RandomAccessFile> file) : file_(std::move(file)) {}
  base::StatusOr<size_t> Read(uint64_t offset, size_t n, char* buffer) override {
    return file_->Read(offset, n, buffer);
  }

 private:
  const std::unique_ptr<base::RandomAccessFile> file_;
};

class PackedBytes final : public LogBytes {
 public:
  PackedBytes(std::unique_ptr<base::RandomAccessFile> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)), packing_(PackingOf(path_)) {
    Rewind();
  }

  base::StatusOr<size_t> Read(uint64_t offset, size_t n, char* buffer) override {
    if (offset < at_) Rewind();
    VEDETTE_RETURN_IF_ERROR(SkipTo(offset));
    return at_ < offset ? 0 : Unpack({buffer, n});
  }

 private:
  void Rewind() {
    unpacker_ = NewDecompressor(packing_);
    packed_at_ = at_ = 0;
    input_ = {};
  }

  base::Status SkipTo(uint64_t offset) {
    std::string skipped(std::min<uint64_t>(kChunk, offset - at_), '\0');
    while (at_ < offset) {
      const size_t n = std::min<uint64_t>(skipped.size(), offset - at_);
      VEDETTE_ASSIGN_OR_RETURN(const size_t got, Unpack({skipped.data(), n}));
      if (got < n) break;
    }
    return {};
  }

  // Fills `room`, less only at the end.
  base::StatusOr<size_t> Unpack(std::span<char> room) {
    size_t done = 0;
    while (done < room.size()) {
      if (input_.empty()) VEDETTE_RETURN_IF_ERROR(ReadPacked());
      const bool end = input_.empty();
      const size_t had = input_.size();
      const auto got = unpacker_->Step(&input_, room.subspan(done));
      if (!got.ok()) return base::Annotate(got.status(), path_);
      done += *got;
      at_ += *got;
      if (*got > 0 || input_.size() < had) continue;
      if (!end || unpacker_->BetweenFrames()) break;
      // What came before the cut is given first; the next call fails.
      if (done > 0) break;
      return base::DataLoss(base::Concat({path_, ": the compressed data ends too early"}));
    }
    return done;
  }

  base::Status ReadPacked() {
    chunk_.resize(kChunk);
    VEDETTE_ASSIGN_OR_RETURN(const size_t n, file_->Read(packed_at_, kChunk, chunk_.data()));
    packed_at_ += n;
    input_ = std::string_view(chunk_).substr(0, n);
    return {};
  }

  const std::unique_ptr<base::RandomAccessFile> file_;
  const std::string path_;
  const Packing packing_;
  std::unique_ptr<Decompressor> unpacker_;
  uint64_t at_ = 0;  // offset in the plain file of what is unpacked next
  uint64_t packed_at_ = 0;
  std::string chunk_;
  std::string_view input_;  // what is left of it
};

}  // namespace

base::StatusOr<std::unique_ptr<LogBytes>> OpenLogBytes(base::FileSystem* fs,
                                                       const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(auto file, fs->OpenRead(path));
  if (PackingOf(path) == Packing::kPlain) {
    return base::StatusOr<std::unique_ptr<LogBytes>>(std::make_unique<PlainBytes>(std::move(file)));
  }
  return base::StatusOr<std::unique_ptr<LogBytes>>(
      std::make_unique<PackedBytes>(std::move(file), path));
}

}  // namespace vedette::shipper
