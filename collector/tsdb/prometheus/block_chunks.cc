#include "collector/tsdb/prometheus/block_chunks.h"

#include <algorithm>
#include <utility>

#include "base/codec/crc32c.h"
#include "base/strings.h"
#include "collector/tsdb/prometheus/byte_decoder.h"

namespace vedette::tsdb::prometheus {
namespace {

constexpr uint32_t kChunksMagic = 0x85BD40DD;
constexpr size_t kChunksHeaderBytes = 8;
constexpr size_t kChunksCrcBytes = 4;
constexpr uint64_t kMaxChunkLengthBytes = 5;
// A chunk has 120 samples or so; what is larger than this was never written.
constexpr uint64_t kMaxBlockChunkBytes = 16 << 20;

base::Status CheckChunksHeader(FileWindow* file) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view header, file->Bytes(0, kChunksHeaderBytes));
  ByteDecoder in(header);
  if (in.U32() != kChunksMagic) return file->Damage(0, "not a chunk file: another magic number");
  const int version = in.U8();
  if (version == 1) return {};
  return file->Damage(
      4, base::Concat({"chunk file version is ", std::to_string(version), "; allowed is 1"}));
}

}  // namespace

base::StatusOr<std::vector<std::string>> NumberedFiles(base::FileSystem* fs,
                                                       const std::string& dir) {
  VEDETTE_ASSIGN_OR_RETURN(std::vector<std::string> names, fs->List(dir));
  std::erase_if(names, [](const std::string& name) {
    return name.size() < 6 ||
           !std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  });
  return names;
}

base::StatusOr<BlockChunks> BlockChunks::Open(base::FileSystem* fs, const std::string& dir) {
  BlockChunks chunks;
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names, NumberedFiles(fs, dir));
  for (const std::string& name : names) {
    VEDETTE_ASSIGN_OR_RETURN(std::unique_ptr<FileWindow> file,
                             FileWindow::Open(fs, base::JoinPath(dir, name)));
    VEDETTE_RETURN_IF_ERROR(CheckChunksHeader(file.get()));
    chunks.files_.push_back(std::move(file));
  }
  return chunks;
}

uint64_t BlockChunks::bytes() const {
  uint64_t bytes = 0;
  for (const auto& file : files_) bytes += file->size();
  return bytes;
}

base::StatusOr<Chunk> BlockChunks::Read(uint64_t ref) {
  const uint64_t number = ref >> 32;
  const uint64_t offset = ref & 0xffffffff;
  if (number >= files_.size()) {
    return base::DataLoss(base::Concat({"the index names chunk file ", std::to_string(number + 1),
                                        " of ", std::to_string(files_.size())}));
  }
  FileWindow* file = files_[number].get();
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view head, file->UpTo(offset, kMaxChunkLengthBytes));
  ByteDecoder in(head);
  const uint64_t length = in.Uvarint();
  if (!in.ok() || length > kMaxBlockChunkBytes) {
    return file->Damage(offset, "chunk: impossible length");
  }
  const uint64_t checked = 1 + length;  // the encoding's byte and the data
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view bytes,
                           file->Bytes(offset + in.position(), checked + kChunksCrcBytes));
  if (base::Crc32c(bytes.substr(0, checked)) != ByteDecoder(bytes.substr(checked)).U32()) {
    return file->Damage(offset, "chunk: checksum mismatch");
  }
  return Chunk{static_cast<uint8_t>(bytes[0]), bytes.substr(1, length)};
}

}  // namespace vedette::tsdb::prometheus
