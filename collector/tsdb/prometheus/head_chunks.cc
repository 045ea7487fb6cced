#include "collector/tsdb/prometheus/head_chunks.h"

#include "base/codec/crc32c.h"
#include "base/strings.h"
#include "collector/tsdb/prometheus/byte_decoder.h"

namespace vedette::tsdb::prometheus {
namespace {

constexpr uint32_t kMagic = 0x0130BC91;
constexpr size_t kHeaderBytes = 8;
constexpr uint64_t kFixedBytes = 3 * 8 + 1;
constexpr uint64_t kMaxLengthBytes = 5;
constexpr uint64_t kMaxChunkBytes = 16 << 20;
constexpr size_t kCrcBytes = 4;
constexpr uint8_t kOutOfOrder = 0x80;

base::Status CheckHeader(FileWindow* file) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view header, file->Bytes(0, kHeaderBytes));
  ByteDecoder in(header);
  if (in.U32() != kMagic) return file->Damage(0, "not a head chunk file: another magic number");
  const int version = in.U8();
  if (version == 1) return {};
  return file->Damage(
      4, base::Concat({"head chunk file version is ", std::to_string(version), "; allowed is 1"}));
}

// Space that was reserved and not yet written reads as a series 0 without times.
bool IsUnwritten(const HeadChunk& chunk) {
  return chunk.series == 0 && chunk.min_ms == 0 && chunk.max_ms == 0;
}

}  // namespace

base::Status ForEachHeadChunk(FileWindow* file,
                              const std::function<base::Status(const HeadChunk&)>& visit) {
  if (file->size() == 0) return {};
  VEDETTE_RETURN_IF_ERROR(CheckHeader(file));
  uint64_t at = kHeaderBytes;
  while (at < file->size()) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view head,
                             file->UpTo(at, kFixedBytes + kMaxLengthBytes));
    ByteDecoder in(head);
    HeadChunk chunk;
    chunk.series = in.U64();
    chunk.min_ms = static_cast<int64_t>(in.U64());
    chunk.max_ms = static_cast<int64_t>(in.U64());
    const uint8_t encoding = in.U8();
    if (in.ok() && IsUnwritten(chunk)) return {};
    const uint64_t length = in.Uvarint();
    if (!in.ok()) return file->Damage(at, "head chunk: cut off");
    if (length > kMaxChunkBytes) return file->Damage(at, "head chunk: impossible length");
    const uint64_t checked = in.position() + length;
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view bytes, file->Bytes(at, checked + kCrcBytes));
    if (base::Crc32c(bytes.substr(0, checked)) != ByteDecoder(bytes.substr(checked)).U32()) {
      return file->Damage(at, "head chunk: checksum mismatch");
    }
    chunk.encoding = encoding & static_cast<uint8_t>(~kOutOfOrder);
    chunk.out_of_order = (encoding & kOutOfOrder) != 0;
    chunk.data = bytes.substr(in.position(), length);
    VEDETTE_RETURN_IF_ERROR(visit(chunk));
    at += checked + kCrcBytes;
  }
  return {};
}

}  // namespace vedette::tsdb::prometheus
