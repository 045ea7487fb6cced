#include "collector/logstore/block.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "base/codec/bytes.h"
#include "base/codec/compress.h"
#include "collector/logstore/filenames.h"

namespace vedette::logstore {
namespace {

base::Status Damaged(std::string_view what) { return base::DataLoss(what); }

// The block's metadata table while it is being written: id 0 is the empty set.
class MetadataTable {
 public:
  uint64_t IdOf(const model::Labels& labels) {
    if (labels.empty()) return 0;
    if (last_ == &labels) return last_id_;
    const auto [it, fresh] = ids_.try_emplace(labels.bytes(), table_.size() + 1);
    if (fresh) table_.push_back(labels.bytes());
    last_ = &labels;
    return last_id_ = it->second;
  }
  void AppendTo(std::string* out) const {
    base::PutVarint(table_.size(), out);
    for (const std::string_view bytes : table_) base::PutString(bytes, out);
  }

 private:
  absl::flat_hash_map<std::string_view, uint64_t> ids_;
  std::vector<std::string_view> table_;
  const model::Labels* last_ = nullptr;  // rows borrow theirs, and many the same
  uint64_t last_id_ = 0;
};

std::string EncodeRaw(std::span<const Row> rows, std::span<const uint32_t> stream_ids) {
  // What a row takes in the columns, about.
  constexpr size_t kRowBytes = 16;
  size_t bytes = 0;
  for (const Row& row : rows) bytes += row.line.size() + kRowBytes;
  std::string out;
  out.reserve(bytes);
  int64_t time = 0;
  for (const Row& row : rows) {
    base::PutSignedVarint(row.timestamp_ns - time, &out);
    time = row.timestamp_ns;
  }
  for (const uint32_t id : stream_ids) base::PutVarint(id, &out);
  uint64_t sequence = 0;
  for (const Row& row : rows) {
    const auto difference = static_cast<int64_t>(row.sequence - sequence);
    base::PutVarint(base::ZigZag(difference) << 1 | (row.sourced ? 1 : 0), &out);
    sequence = row.sequence;
  }
  MetadataTable metadata;
  for (const Row& row : rows) base::PutVarint(metadata.IdOf(*row.metadata), &out);
  for (const Row& row : rows) base::PutVarint(row.line.size(), &out);
  metadata.AppendTo(&out);
  for (const Row& row : rows) out.append(row.line);
  return out;
}

bool ReadTimes(base::ByteReader& reader, const BlockMeta& meta, std::vector<Row>& rows) {
  int64_t time = 0;
  for (Row& row : rows) {
    const int64_t difference = reader.SignedVarint();
    if (__builtin_add_overflow(time, difference, &row.timestamp_ns)) return false;
    if (row.timestamp_ns < meta.min_ns || row.timestamp_ns > meta.max_ns) return false;
    if (&row != &rows.front() && difference < 0) return false;
    time = row.timestamp_ns;
  }
  return reader.ok();
}

bool ReadStreams(base::ByteReader& reader, std::span<const StreamPtr> streams,
                 std::vector<Row>& rows) {
  for (Row& row : rows) {
    const uint64_t id = reader.Varint();
    if (id >= streams.size()) return false;
    row.stream = streams[id].get();
  }
  return reader.ok();
}

bool ReadArrivals(base::ByteReader& reader, std::vector<Row>& rows) {
  uint64_t sequence = 0;
  for (Row& row : rows) {
    const uint64_t code = reader.Varint();
    sequence += static_cast<uint64_t>(base::UnZigZag(code >> 1));
    row.sequence = sequence;
    row.sourced = (code & 1) != 0;
  }
  return reader.ok();
}

}  // namespace

std::vector<uint32_t> DistinctIds(std::span<const uint32_t> ids) {
  std::vector<uint32_t> distinct;
  std::vector<bool> seen;
  for (const uint32_t id : ids) {
    if (id >= seen.size()) seen.resize(id + 1);
    if (seen[id]) continue;
    seen[id] = true;
    distinct.push_back(id);
  }
  std::sort(distinct.begin(), distinct.end());
  return distinct;
}

std::string EncodeBlock(std::span<const Row> rows, std::span<const uint32_t> stream_ids,
                        BlockMeta* meta) {
  const std::string raw = EncodeRaw(rows, stream_ids);
  std::string stored = base::ZstdCompress(raw, 1);
  meta->stored_bytes = stored.size();
  meta->raw_bytes = raw.size();
  meta->rows = rows.size();
  meta->min_ns = rows.empty() ? 0 : rows.front().timestamp_ns;
  meta->max_ns = rows.empty() ? 0 : rows.back().timestamp_ns;
  meta->hash = base::Hash64(stored);
  meta->stream_ids = StreamIds(DistinctIds(stream_ids));
  return stored;
}

base::StatusOr<std::shared_ptr<const Block>> DecodeBlock(std::string_view stored,
                                                         const BlockMeta& meta,
                                                         std::span<const StreamPtr> streams) {
  if (meta.raw_bytes > kMaxBlockBytes) return Damaged("block declares more bytes than allowed");
  auto raw = base::ZstdDecompress(stored, meta.raw_bytes);
  if (!raw.ok()) return Damaged("block does not decompress");
  // Every row costs at least five bytes, one a column: a declared count beyond that is a lie.
  if (raw->size() != meta.raw_bytes || meta.rows > raw->size() / 5) {
    return Damaged("block size does not match its index");
  }
  auto block = std::make_shared<Block>();
  block->raw_ = *std::move(raw);
  std::vector<Row>& rows = block->rows_;
  rows.resize(meta.rows);
  base::ByteReader reader(block->raw_);
  if (!ReadTimes(reader, meta, rows)) return Damaged("times of a block are damaged");
  if (!ReadStreams(reader, streams, rows)) return Damaged("stream ids of a block are damaged");
  if (!ReadArrivals(reader, rows)) return Damaged("sequences of a block are damaged");

  std::vector<uint64_t> metadata_ids(rows.size());
  for (uint64_t& id : metadata_ids) id = reader.Varint();
  std::vector<uint64_t> lengths(rows.size());
  for (uint64_t& length : lengths) length = reader.Varint();
  const uint64_t table_size = reader.Varint();
  if (!reader.ok() || table_size > reader.remaining()) return Damaged("block is cut short");
  block->metadata_.reserve(table_size + 1);
  block->metadata_.emplace_back();
  for (uint64_t i = 0; i < table_size; ++i) {
    auto labels = model::Labels::FromBytes(reader.String());
    if (!reader.ok() || !labels.ok()) return Damaged("metadata of a block is damaged");
    block->metadata_.push_back(*std::move(labels));
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    if (metadata_ids[i] > table_size) return Damaged("metadata ids of a block are damaged");
    rows[i].metadata = &block->metadata_[metadata_ids[i]];
    rows[i].line = reader.Bytes(lengths[i]);
  }
  if (!reader.ok() || !reader.empty()) return Damaged("text of a block is damaged");
  return block;
}

}  // namespace vedette::logstore
