#include "collector/logstore/columns/blob.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace vedette::logstore {
namespace {

// Blobs of this many bytes and fewer are in the directory.
constexpr uint64_t kInlineBytes = 64;
// Pieces below are not worth a compressor's frame.
constexpr size_t kSmallestCompressed = 24;
constexpr size_t kSampleBytes = 4096;
// Bits a byte of a sample that a compressor would not make smaller.
constexpr double kRandomBits = 7.85;

// Whether the bytes are as good as random, judged by a sample.
bool LooksRandom(std::string_view piece) {
  if (piece.size() < kSampleBytes) return false;
  std::array<uint32_t, 256> counts{};
  const size_t step = piece.size() / kSampleBytes;
  for (size_t i = 0; i < kSampleBytes; ++i) ++counts[static_cast<uint8_t>(piece[i * step])];
  double bits = 0;
  for (const uint32_t count : counts) {
    if (count > 0) bits -= count * std::log2(static_cast<double>(count) / kSampleBytes);
  }
  return bits / kSampleBytes > kRandomBits;
}

uint32_t HashOf(std::string_view bytes) { return static_cast<uint32_t>(base::Hash64(bytes)); }

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// One a thread: columns are many and small.
ZSTD_DCtx* Decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  return context.get();
}

}  // namespace

struct BlobWriter::Compressor {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ~Compressor() { ZSTD_freeCCtx(context); }
};

BlobWriter::BlobWriter() : compressor_(std::make_unique<Compressor>()) {}
BlobWriter::~BlobWriter() = default;

void BlobWriter::Clear() {
  directory_.clear();
  blobs_.clear();
}

std::string_view BlobWriter::Compressed(std::string_view piece, int level) {
  if (piece.size() < kSmallestCompressed || LooksRandom(piece)) return piece;
  scratch_.resize(ZSTD_compressBound(piece.size()));
  const size_t n = ZSTD_compressCCtx(compressor_->context, scratch_.data(), scratch_.size(),
                                     piece.data(), piece.size(), level);
  const bool pays = ZSTD_isError(n) == 0 && n < piece.size() - piece.size() / 64;
  return pays ? std::string_view(scratch_.data(), n) : piece;
}

void BlobWriter::Put(std::span<const std::string_view> pieces, int level) {
  const size_t begin = blobs_.size();
  for (const std::string_view piece : pieces) {
    const std::string_view stored = Compressed(piece, level);
    base::PutVarint(piece.size(), &directory_);
    base::PutVarint(stored.size(), &directory_);
    blobs_.append(stored);
  }
  const std::string_view blob = std::string_view(blobs_).substr(begin);
  if (blob.size() > kInlineBytes) {
    base::PutFixed<uint32_t>(HashOf(blob), &directory_);
    return;
  }
  directory_.append(blob);
  blobs_.resize(begin);
}

base::StatusOr<std::string_view> MemoryBlobs::Read(uint64_t offset, uint64_t bytes,
                                                   std::string* /*buffer*/) const {
  if (offset > blobs_.size() || bytes > blobs_.size() - offset) {
    return base::DataLoss("a blob lies outside its granule");
  }
  return blobs_.substr(offset, bytes);
}

base::StatusOr<BlobRef> BlobRef::Parse(DirectoryReader* directory, size_t pieces,
                                       uint64_t max_piece_bytes) {
  max_piece_bytes = std::min(max_piece_bytes, directory->max_bytes);
  VEDETTE_CHECK(pieces <= kMaxPieces);
  BlobRef ref;
  for (size_t i = 0; i < pieces; ++i) {
    const uint64_t raw = directory->bytes.Varint();
    const uint64_t stored = directory->bytes.Varint();
    if (raw > max_piece_bytes || stored > raw) {
      return base::DataLoss("a blob declares more bytes than allowed");
    }
    ref.pieces_[ref.piece_count_++] = {static_cast<uint32_t>(raw), static_cast<uint32_t>(stored)};
    ref.stored_ += stored;
  }
  if (ref.stored_ <= kInlineBytes) {
    ref.inline_ = directory->bytes.Bytes(ref.stored_);
  } else {
    ref.hash_ = directory->bytes.Fixed<uint32_t>();
    ref.offset_ = directory->blob_offset;
    if (ref.stored_ > directory->blobs_end - directory->blob_offset) {
      return base::DataLoss("a blob lies outside its granule");
    }
    directory->blob_offset += ref.stored_;
  }
  if (!directory->bytes.ok()) return base::DataLoss("a granule's directory is cut short");
  return ref;
}

base::StatusOr<std::string_view> StoredBlob::Read(const BlobSource& source,
                                                  std::string* buffer) const {
  std::string compressed;
  std::string* const into = raw == stored ? buffer : &compressed;
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view read, source.Read(offset, stored, into));
  if (HashOf(read) != hash) return base::DataLoss("checksum of a column does not match");
  if (raw == stored) return read;
  buffer->resize(raw);
  const size_t n =
      ZSTD_decompressDCtx(Decompressor(), buffer->data(), raw, read.data(), read.size());
  if (ZSTD_isError(n) != 0 || n != raw) return base::DataLoss("a column does not decompress");
  return std::string_view(*buffer);
}

std::optional<StoredBlob> BlobRef::Alone() const {
  if (piece_count_ != 1 || stored_ <= kInlineBytes) return std::nullopt;
  return StoredBlob{offset_, pieces_[0].stored, pieces_[0].raw, hash_};
}

base::Status BlobRef::Load(const BlobSource& source, std::string* out) const {
  if (const auto alone = Alone(); alone && alone->raw == alone->stored) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view bytes, alone->Read(source, out));
    if (bytes.data() != out->data()) out->assign(bytes);
    return {};
  }
  thread_local std::string buffer;
  std::string_view stored = inline_;
  if (stored_ > kInlineBytes) {
    VEDETTE_ASSIGN_OR_RETURN(stored, source.Read(offset_, stored_, &buffer));
    if (HashOf(stored) != hash_) return base::DataLoss("checksum of a column does not match");
  }
  uint64_t raw = 0;
  const std::span<const Piece> pieces(pieces_.data(), piece_count_);
  for (const Piece& piece : pieces) raw += piece.raw;
  out->resize(raw);
  char* at = out->data();
  for (const Piece& piece : pieces) {
    const std::string_view bytes = stored.substr(0, piece.stored);
    stored.remove_prefix(piece.stored);
    if (piece.raw == piece.stored) {
      if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
    } else {
      const size_t n =
          ZSTD_decompressDCtx(Decompressor(), at, piece.raw, bytes.data(), bytes.size());
      if (ZSTD_isError(n) != 0 || n != piece.raw) {
        return base::DataLoss("a column does not decompress");
      }
    }
    at += piece.raw;
  }
  return {};
}

}  // namespace vedette::logstore
