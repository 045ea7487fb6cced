#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "base/codec/bytes.h"
#include "base/codec/compress.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/part.h"

namespace vedette::logstore {
namespace {

// Bytes a row adds to a block beside its line, roughly: the five columns.
constexpr size_t kRowOverhead = 12;

// Writes one part file front to back.
class PartWriter {
 public:
  PartWriter(std::unique_ptr<base::WritableFile> file, int64_t day)
      : file_(std::move(file)), day_(day) {}

  base::Status Write(std::span<const Row> rows) {
    std::string header(kPartMagic);
    base::PutFixed<uint32_t>(kPartVersion, &header);
    base::PutFixed<uint32_t>(0, &header);
    VEDETTE_RETURN_IF_ERROR(Append(header));
    while (!rows.empty()) {
      const size_t count = RowsOfNextBlock(rows);
      VEDETTE_RETURN_IF_ERROR(WriteBlock(rows.first(count)));
      rows = rows.subspan(count);
    }
    VEDETTE_RETURN_IF_ERROR(WriteIndex());
    VEDETTE_RETURN_IF_ERROR(file_->Sync());
    return file_->Close();
  }

  uint64_t bytes() const { return offset_; }
  uint64_t index_hash() const { return index_hash_; }

 private:
  base::Status Append(std::string_view data) {
    offset_ += data.size();
    return file_->Append(data);
  }

  static size_t RowsOfNextBlock(std::span<const Row> rows) {
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

  uint32_t IdOf(const Row& row) {
    const auto next = static_cast<uint32_t>(summaries_.size());
    const auto [it, fresh] = ids_.try_emplace(row.stream, next);
    if (fresh) {
      summaries_.push_back({row.stream, row.timestamp_ns, row.timestamp_ns, 0, 0});
    }
    Summary& summary = summaries_[it->second];
    summary.max_ns = std::max(summary.max_ns, row.timestamp_ns);
    ++summary.entries;
    summary.bytes += row.line.size();
    return it->second;
  }

  base::Status WriteBlock(std::span<const Row> rows) {
    std::vector<uint32_t> ids;
    ids.reserve(rows.size());
    for (const Row& row : rows) ids.push_back(IdOf(row));
    BlockMeta meta;
    meta.offset = offset_;
    const std::string stored = EncodeBlock(rows, ids, &meta);
    blocks_.push_back(std::move(meta));
    return Append(stored);
  }

  std::string EncodeIndex() const {
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
      base::PutVarint(block.stream_ids.size(), &out);
      uint32_t last = 0;
      for (const uint32_t id : block.stream_ids) {
        base::PutVarint(id - last, &out);
        last = id;
      }
    }
    return out;
  }

  base::Status WriteIndex() {
    const std::string stored = base::ZstdCompress(EncodeIndex(), 1);
    index_hash_ = base::Hash64(stored);
    std::string footer;
    base::PutFixed<uint64_t>(offset_, &footer);
    base::PutFixed<uint64_t>(stored.size(), &footer);
    base::PutFixed<uint64_t>(index_hash_, &footer);
    base::PutFixed<uint32_t>(kPartVersion, &footer);
    base::PutFixed<uint32_t>(0, &footer);
    footer.append(kPartEndMagic);
    VEDETTE_RETURN_IF_ERROR(Append(stored));
    return Append(footer);
  }

  struct Summary {
    const Stream* stream;
    int64_t min_ns;
    int64_t max_ns;
    uint64_t entries;
    uint64_t bytes;
  };

  const std::unique_ptr<base::WritableFile> file_;
  const int64_t day_;
  uint64_t offset_ = 0;
  uint64_t index_hash_ = 0;
  absl::flat_hash_map<const Stream*, uint32_t> ids_;
  std::vector<Summary> summaries_;
  std::vector<BlockMeta> blocks_;
};

}  // namespace

base::StatusOr<PartEntry> WritePart(base::FileSystem* fs, const std::string& folder,
                                    const std::string& name, int64_t day,
                                    std::span<const Row> rows) {
  VEDETTE_ASSIGN_OR_RETURN(auto file, fs->Create(base::JoinPath(folder, name)));
  PartWriter writer(std::move(file), day);
  VEDETTE_RETURN_IF_ERROR(writer.Write(rows));
  return PartEntry{name, day, writer.bytes(), writer.index_hash()};
}

}  // namespace vedette::logstore
