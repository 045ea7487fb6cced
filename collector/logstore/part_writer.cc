#include "collector/logstore/part_writer.h"

#include <algorithm>

#include "base/codec/compress.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/granule_block.h"

namespace vedette::logstore {
namespace {

// Bytes a row adds to a block beside its line, roughly: the five columns.
constexpr size_t kRowOverhead = 12;

size_t RowsOfNextBlock(std::span<const Row> rows) {
  uint64_t bytes = 0;
  size_t count = 0;
  while (count < rows.size() && (count == 0 || bytes < kTargetBlockBytes)) {
    const Row& row = rows[count];
    const uint64_t cost = row.line.size() + row.metadata->bytes().size() + kRowOverhead;
    if (count > 0 && bytes + cost > kMaxBlockBytes / 2) break;
    bytes += cost;
    ++count;
  }
  return count;
}

}  // namespace

base::StatusOr<std::unique_ptr<PartWriter>> PartWriter::Create(base::FileSystem* fs,
                                                               const std::string& folder,
                                                               const std::string& name, int64_t day,
                                                               uint32_t version) {
  VEDETTE_ASSIGN_OR_RETURN(auto file, fs->Create(base::JoinPath(folder, name)));
  auto writer = std::unique_ptr<PartWriter>(new PartWriter(std::move(file), name, day, version));
  std::string header(kPartMagic);
  base::PutFixed<uint32_t>(version, &header);
  base::PutFixed<uint32_t>(0, &header);
  VEDETTE_RETURN_IF_ERROR(writer->Append(header));
  return writer;
}

base::Status PartWriter::Append(std::string_view data) {
  offset_ += data.size();
  return file_->Append(data);
}

uint32_t PartWriter::IdOf(const Row& row) {
  const auto next = static_cast<uint32_t>(summaries_.size());
  const auto [it, fresh] = ids_.try_emplace(row.stream, next);
  if (fresh) {
    summaries_.push_back({row.stream, row.timestamp_ns, row.timestamp_ns, 0, 0});
  }
  Summary& summary = summaries_[it->second];
  summary.max_ns = std::max(summary.max_ns, row.timestamp_ns);
  ++summary.entries;
  summary.bytes += row.line.size();
  counts_.Add(it->second, row);
  return it->second;
}

base::Status PartWriter::AddRows(std::span<const Row> rows) {
  std::vector<uint32_t> ids;
  ids.reserve(rows.size());
  for (const Row& row : rows) ids.push_back(IdOf(row));
  return WriteRows(rows, ids);
}

base::Status PartWriter::WriteRows(std::span<const Row> rows, std::span<const uint32_t> ids) {
  while (!rows.empty()) {
    const size_t count = RowsOfNextBlock(rows);
    BlockMeta meta;
    meta.offset = offset_;
    const std::string stored = EncodeBlock(rows.first(count), ids.first(count), &meta);
    blocks_.push_back(std::move(meta));
    VEDETTE_RETURN_IF_ERROR(Append(stored));
    rows = rows.subspan(count);
    ids = ids.subspan(count);
  }
  return {};
}

base::StatusOr<bool> PartWriter::AddGranule(std::span<const Row> rows) {
  std::vector<uint32_t> ids;
  ids.reserve(rows.size());
  for (const Row& row : rows) ids.push_back(IdOf(row));
  BlockMeta meta;
  meta.offset = offset_;
  const std::string_view stored = EncodeGranule(rows, ids, &granules_, &meta);
  if (!GranuleHolds(stored, meta, rows, ids)) {
    VEDETTE_RETURN_IF_ERROR(WriteRows(rows, ids));
    return false;
  }
  blocks_.push_back(std::move(meta));
  VEDETTE_RETURN_IF_ERROR(Append(stored));
  return true;
}

std::string PartWriter::EncodeIndex(const CountsPlace& counts) const {
  std::string out;
  base::PutSignedVarint(day_, &out);
  base::PutVarint(summaries_.size(), &out);
  for (const Summary& summary : summaries_) {
    base::PutString(summary.stream->labels.bytes(), &out);
    base::PutSignedVarint(summary.min_ns, &out);
    base::PutSignedVarint(summary.max_ns, &out);
    base::PutVarint(summary.entries, &out);
    base::PutVarint(summary.bytes, &out);
  }
  base::PutVarint(blocks_.size(), &out);
  for (const BlockMeta& block : blocks_) {
    for (const uint64_t v : {block.offset, block.stored_bytes, block.raw_bytes, block.rows}) {
      base::PutVarint(v, &out);
    }
    base::PutSignedVarint(block.min_ns, &out);
    base::PutSignedVarint(block.max_ns, &out);
    base::PutFixed<uint64_t>(block.hash, &out);
    if (version_ == kColumnsPartVersion) {
      base::PutVarint(block.directory_stored, &out);
      base::PutVarint(block.directory_bytes, &out);
      base::PutVarint(block.filter_stored, &out);
      base::PutFixed<uint64_t>(block.filter_hash, &out);
    }
    base::PutVarint(block.stream_ids.size(), &out);
    uint32_t last = 0;
    for (const uint32_t id : block.stream_ids) {
      base::PutVarint(id - last, &out);
      last = id;
    }
  }
  base::PutVarint(counts.offset, &out);
  base::PutVarint(counts.bytes, &out);
  base::PutFixed<uint64_t>(counts.hash, &out);
  return out;
}

base::StatusOr<PartEntry> PartWriter::Finish() {
  const std::string counts = counts_.Encode(day_);
  CountsPlace place;
  if (!counts.empty()) place = {offset_, counts.size(), base::Hash64(counts)};
  VEDETTE_RETURN_IF_ERROR(Append(counts));
  const std::string stored = base::ZstdCompress(EncodeIndex(place), 1);
  const uint64_t index_hash = base::Hash64(stored);
  std::string footer;
  base::PutFixed<uint64_t>(offset_, &footer);
  base::PutFixed<uint64_t>(stored.size(), &footer);
  base::PutFixed<uint64_t>(index_hash, &footer);
  base::PutFixed<uint32_t>(version_, &footer);
  base::PutFixed<uint32_t>(0, &footer);
  footer.append(kPartEndMagic);
  VEDETTE_RETURN_IF_ERROR(Append(stored));
  VEDETTE_RETURN_IF_ERROR(Append(footer));
  VEDETTE_RETURN_IF_ERROR(file_->Sync());
  VEDETTE_RETURN_IF_ERROR(file_->Close());
  return PartEntry{name_, day_, offset_, index_hash};
}

base::StatusOr<PartEntry> WritePart(base::FileSystem* fs, const std::string& folder,
                                    const std::string& name, int64_t day,
                                    std::span<const Row> rows) {
  VEDETTE_ASSIGN_OR_RETURN(const auto writer,
                           PartWriter::Create(fs, folder, name, day, kRowsPartVersion));
  VEDETTE_RETURN_IF_ERROR(writer->AddRows(rows));
  return writer->Finish();
}

}  // namespace vedette::logstore
