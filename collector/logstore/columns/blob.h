#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_BLOB_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_BLOB_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/bytes.h"
#include "base/status.h"

// The two places of a granule's bytes: its directory, read whole, and its blobs, each read when
// its column is asked for (FORMAT.md).

namespace vedette::logstore {

// Takes what encoders write. One thread; meant to be reused, since it keeps its compressor.
class BlobWriter {
 public:
  BlobWriter();
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  // Appends a blob of pieces, each compressed at `level` if that makes it smaller. Small blobs go
  // into the directory.
  void Put(std::span<const std::string_view> pieces, int level = 1);
  std::string* directory() { return &directory_; }
  const std::string& blobs() const { return blobs_; }
  void Clear();

 private:
  std::string_view Compressed(std::string_view piece, int level);

  struct Compressor;
  const std::unique_ptr<Compressor> compressor_;
  std::string directory_;
  std::string blobs_;
  std::string scratch_;
};

// Where blobs are read from.
class BlobSource {
 public:
  virtual ~BlobSource() = default;
  // The bytes, in `buffer` or wherever they lie already. DataLoss when there are not as many.
  virtual base::StatusOr<std::string_view> Read(uint64_t offset, uint64_t bytes,
                                                std::string* buffer) const = 0;
};

// Blobs that are in memory. Borrows them.
class MemoryBlobs final : public BlobSource {
 public:
  explicit MemoryBlobs(std::string_view blobs) : blobs_(blobs) {}
  base::StatusOr<std::string_view> Read(uint64_t offset, uint64_t bytes,
                                        std::string* buffer) const override;

 private:
  std::string_view blobs_;
};

// Walks a directory: what it says of columns, and where their blobs lie. Borrows the directory.
struct DirectoryReader {
  base::ByteReader bytes;
  uint64_t blob_offset = 0;  // of the next blob that is not in the directory
  uint64_t blobs_end = 0;
  uint64_t max_bytes = 0;  // no piece may declare more
  uint64_t cells = 0;      // values that the columns still to come may have altogether

  // False: a column of so many rows is more than there can be.
  bool Take(uint64_t rows) {
    if (rows > cells) return false;
    cells -= rows;
    return true;
  }
};

// A blob of one piece outside of the directory. Borrows nothing.
struct StoredBlob {
  uint64_t offset = 0;
  uint32_t stored = 0;
  uint32_t raw = 0;  // more than are stored: compressed
  uint32_t hash = 0;
  // In `buffer` or wherever they lie. DataLoss when damaged.
  base::StatusOr<std::string_view> Read(const BlobSource& source, std::string* buffer) const;
};

// A blob as the directory tells it. Borrows the directory.
class BlobRef {
 public:
  static constexpr size_t kMaxPieces = 8;
  // DataLoss when a piece declares more than `max_piece_bytes` or lies outside.
  static base::StatusOr<BlobRef> Parse(DirectoryReader* directory, size_t pieces,
                                       uint64_t max_piece_bytes);
  uint64_t raw_bytes(size_t piece) const { return pieces_[piece].raw; }
  // The pieces as they were put, one behind the other. DataLoss when damaged.
  base::Status Load(const BlobSource& source, std::string* out) const;
  // Nothing when it is no such blob.
  std::optional<StoredBlob> Alone() const;

 private:
  struct Piece {
    uint32_t raw = 0;
    uint32_t stored = 0;
  };
  uint64_t offset_ = 0;
  uint32_t hash_ = 0;
  uint64_t stored_ = 0;
  std::array<Piece, kMaxPieces> pieces_;
  size_t piece_count_ = 0;
  std::string_view inline_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_BLOB_H_
