#include "collector/logstore/part.h"

#include <algorithm>

#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/granule_block.h"

namespace vedette::logstore {
namespace {

struct Footer {
  uint64_t index_offset = 0;
  uint64_t index_bytes = 0;
  uint64_t index_hash = 0;
  uint32_t version = 0;
};

base::StatusOr<std::string> ReadExactly(const base::RandomAccessFile& file, uint64_t offset,
                                        uint64_t bytes) {
  std::string buffer(bytes, '\0');
  VEDETTE_ASSIGN_OR_RETURN(const size_t read, file.Read(offset, bytes, buffer.data()));
  if (read != bytes) return base::DataLoss("file is cut short");
  return buffer;
}

base::Status CheckVersion(uint32_t version) {
  if (version <= kPartVersion) return {};
  return base::InvalidArgument(
      base::Concat({"part of version ", std::to_string(version), ", this program reads up to ",
                    std::to_string(kPartVersion)}));
}

base::StatusOr<Footer> ReadFooter(const base::RandomAccessFile& file) {
  const uint64_t size = file.Size();
  if (size < kPartHeaderBytes + kPartFooterBytes) return base::DataLoss("file is too short");
  VEDETTE_ASSIGN_OR_RETURN(const std::string header, ReadExactly(file, 0, kPartHeaderBytes));
  if (header.substr(0, 8) != kPartMagic) return base::DataLoss("not a part: wrong first bytes");
  base::ByteReader head(std::string_view(header).substr(8));
  const auto version = head.Fixed<uint32_t>();
  VEDETTE_RETURN_IF_ERROR(CheckVersion(version));
  VEDETTE_ASSIGN_OR_RETURN(const std::string bytes,
                           ReadExactly(file, size - kPartFooterBytes, kPartFooterBytes));
  if (bytes.substr(32) != kPartEndMagic) return base::DataLoss("not a part: wrong last bytes");
  base::ByteReader reader(bytes);
  Footer footer;
  footer.version = version;
  footer.index_offset = reader.Fixed<uint64_t>();
  footer.index_bytes = reader.Fixed<uint64_t>();
  footer.index_hash = reader.Fixed<uint64_t>();
  const uint64_t end = size - kPartFooterBytes;
  if (footer.index_offset < kPartHeaderBytes || footer.index_offset > end ||
      footer.index_bytes != end - footer.index_offset) {
    return base::DataLoss("footer does not fit the file");
  }
  return footer;
}

}  // namespace

base::StatusOr<std::shared_ptr<const Part>> Part::Open(base::FileSystem* fs,
                                                       const std::string& folder,
                                                       const PartEntry& entry,
                                                       StreamTable* streams) {
  auto part = std::shared_ptr<Part>(new Part());
  part->fs_ = fs;
  part->path_ = base::JoinPath(folder, entry.name);
  part->entry_ = entry;
  VEDETTE_ASSIGN_OR_RETURN(const auto file, fs->OpenRead(part->path_));
  VEDETTE_ASSIGN_OR_RETURN(const Footer footer, ReadFooter(*file));
  VEDETTE_ASSIGN_OR_RETURN(const std::string stored,
                           ReadExactly(*file, footer.index_offset, footer.index_bytes));
  if (base::Hash64(stored) != footer.index_hash || footer.index_hash != entry.index_hash) {
    return base::DataLoss("index checksum does not match");
  }
  auto index = base::ZstdDecompress(stored, kMaxIndexBytes);
  if (!index.ok()) return base::DataLoss("index does not decompress");
  part->index_offset_ = footer.index_offset;
  part->columns_ =
      footer.version == kColumnsPartVersion || footer.version == kColumnsWithoutCountsVersion;
  part->plain_values_ = footer.version == kColumnsPartVersion;
  const bool counted = footer.version >= kRowsPartVersion;
  VEDETTE_RETURN_IF_ERROR(part->ReadIndex(*index, counted, streams));
  part->SumUp();
  return part;
}

base::StatusOr<PartEntry> DescribePart(base::FileSystem* fs, const std::string& folder,
                                       const std::string& name) {
  const auto day = base::ParseInt(std::string_view(name).substr(0, name.find_last_of('-')));
  if (!day) return base::DataLoss("file name is not that of a part");
  VEDETTE_ASSIGN_OR_RETURN(const auto file, fs->OpenRead(base::JoinPath(folder, name)));
  VEDETTE_ASSIGN_OR_RETURN(const Footer footer, ReadFooter(*file));
  return PartEntry{name, *day, file->Size(), footer.index_hash};
}

base::Status Part::ReadIndex(std::string_view index, bool counted, StreamTable* streams) {
  base::ByteReader reader(index);
  if (reader.SignedVarint() != entry_.day) return base::DataLoss("index names another day");
  const uint64_t count = reader.Varint();
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    auto labels = model::Labels::FromBytes(reader.String());
    if (!labels.ok()) return base::DataLoss("labels of the index are damaged");
    StreamSummary summary;
    summary.stream = streams->Intern(*labels);
    summary.min_ns = reader.SignedVarint();
    summary.max_ns = reader.SignedVarint();
    summary.entries = reader.Varint();
    summary.bytes = reader.Varint();
    streams_.push_back(summary.stream);
    summaries_.push_back(std::move(summary));
  }
  VEDETTE_RETURN_IF_ERROR(ReadBlockMetas(reader, index_offset_));
  if (counted) VEDETTE_RETURN_IF_ERROR(ReadCountsPlace(reader, index_offset_));
  if (!reader.ok() || !reader.empty()) return base::DataLoss("index is cut short or too long");
  return {};
}

base::Status Part::ReadBlockMetas(base::ByteReader& reader, uint64_t end_of_blocks) {
  const uint64_t count = reader.Varint();
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    BlockMeta meta;
    meta.offset = reader.Varint();
    meta.stored_bytes = reader.Varint();
    meta.raw_bytes = reader.Varint();
    meta.rows = reader.Varint();
    meta.min_ns = reader.SignedVarint();
    meta.max_ns = reader.SignedVarint();
    meta.hash = reader.Fixed<uint64_t>();
    if (columns_) {
      meta.directory_stored = reader.Varint();
      meta.directory_bytes = reader.Varint();
      meta.filter_stored = reader.Varint();
      meta.filter_hash = reader.Fixed<uint64_t>();
      if (meta.directory_stored > meta.stored_bytes ||
          meta.filter_stored > meta.stored_bytes - meta.directory_stored) {
        return base::DataLoss("a granule of the index is shorter than its directory");
      }
    }
    const uint64_t ids = reader.Varint();
    uint64_t id = 0;
    std::vector<uint32_t> stream_ids;
    for (uint64_t k = 0; k < ids && reader.ok(); ++k) {
      id += reader.Varint();
      if (id >= streams_.size()) return base::DataLoss("stream ids of the index are damaged");
      stream_ids.push_back(static_cast<uint32_t>(id));
    }
    meta.stream_ids = StreamIds(stream_ids);
    if (meta.offset > end_of_blocks || meta.stored_bytes > end_of_blocks - meta.offset) {
      return base::DataLoss("a block of the index lies outside the file");
    }
    blocks_.push_back(std::move(meta));
  }
  return {};
}

base::Status Part::ReadCountsPlace(base::ByteReader& reader, uint64_t end_of_blocks) {
  counts_offset_ = reader.Varint();
  counts_bytes_ = reader.Varint();
  counts_hash_ = reader.Fixed<uint64_t>();
  if (counts_offset_ > end_of_blocks || counts_bytes_ > end_of_blocks - counts_offset_) {
    return base::DataLoss("the counts of the index lie outside the file");
  }
  return {};
}

base::StatusOr<std::optional<MinuteCounts>> Part::ReadCounts(bool with_bytes,
                                                             MinuteCounts* reuse) const {
  if (counts_bytes_ == 0) return std::nullopt;
  VEDETTE_ASSIGN_OR_RETURN(const auto file, fs_->OpenRead(path_));
  VEDETTE_ASSIGN_OR_RETURN(const std::string stored,
                           ReadExactly(*file, counts_offset_, counts_bytes_));
  if (base::Hash64(stored) != counts_hash_) {
    return base::DataLoss("checksum of a part's counts does not match");
  }
  VEDETTE_ASSIGN_OR_RETURN(MinuteCounts counts,
                           MinuteCounts::Decode(stored, day(), streams_.size(), with_bytes, reuse));
  return counts;
}

void Part::SumUp() {
  for (const BlockMeta& block : blocks_) {
    min_ns_ = std::min(min_ns_, block.min_ns);
    max_ns_ = std::max(max_ns_, block.max_ns);
  }
  for (const StreamSummary& summary : summaries_) line_bytes_ += summary.bytes;
  summaries_.shrink_to_fit();
  streams_.shrink_to_fit();
  blocks_.shrink_to_fit();
  held_ = summaries_.size() * (sizeof(StreamSummary) + sizeof(StreamPtr));
  for (const BlockMeta& block : blocks_) held_ += sizeof(BlockMeta) + block.stream_ids.held();
}

base::Status Part::CheckFilter(size_t index) const {
  const BlockMeta& meta = blocks_[index];
  if (meta.filter_stored == 0) return {};
  VEDETTE_ASSIGN_OR_RETURN(const auto file, fs_->OpenRead(path_));
  VEDETTE_ASSIGN_OR_RETURN(
      const std::string filter,
      ReadExactly(*file, meta.offset + meta.stored_bytes - meta.filter_stored, meta.filter_stored));
  if (base::Hash64(filter) == meta.filter_hash) return {};
  return base::DataLoss("checksum of a granule's filter does not match");
}

base::StatusOr<std::shared_ptr<const Block>> Part::ReadBlock(size_t index,
                                                             const RowFilter* filter) const {
  const BlockMeta& meta = blocks_[index];
  VEDETTE_ASSIGN_OR_RETURN(const auto file, fs_->OpenRead(path_));
  if (meta.IsGranule()) return ReadGranule(*file, meta, streams_, filter);
  VEDETTE_ASSIGN_OR_RETURN(const std::string stored,
                           ReadExactly(*file, meta.offset, meta.stored_bytes));
  if (base::Hash64(stored) != meta.hash) return base::DataLoss("block checksum does not match");
  return DecodeBlock(stored, meta, streams_);
}

}  // namespace vedette::logstore
