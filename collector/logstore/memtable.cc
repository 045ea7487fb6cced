#include "collector/logstore/memtable.h"

#include <algorithm>
#include <cstring>

namespace vedette::logstore {
namespace {

constexpr size_t kChunkTextBytes = 256 << 10;
constexpr size_t kChunkRows = 2048;
// What a stream takes beside its labels, here and in the table of all.
constexpr size_t kStreamBytes = 256;

}  // namespace

Memtable::Chunk::Chunk(size_t text_bytes, size_t row_count)
    : text(new char[text_bytes]), text_capacity(text_bytes) {
  rows.reserve(row_count);
}

bool Memtable::Chunk::Fits(size_t line_bytes) const {
  return rows.size() < rows.capacity() && text_capacity - text_size >= line_bytes;
}

Memtable::Chunk& Memtable::ChunkFor(size_t line_bytes) {
  if (chunks_.empty() || !chunks_.back()->Fits(line_bytes)) {
    const size_t text_bytes = std::max(kChunkTextBytes, line_bytes);
    chunks_.push_back(std::make_unique<Chunk>(text_bytes, kChunkRows));
    bytes_ += text_bytes + kChunkRows * sizeof(Row);
  }
  return *chunks_.back();
}

void Memtable::Summarise(const StreamPtr& stream, int64_t timestamp_ns, size_t line_bytes) {
  if (last_stream_ == nullptr || last_stream_->stream != stream) {
    last_stream_ = &streams_[stream.get()];
  }
  StreamSummary& summary = *last_stream_;
  if (summary.entries == 0) {
    summary = {stream, timestamp_ns, timestamp_ns, 0, 0};
    stream_bytes_ += stream->labels.bytes().size();
    bytes_ += stream->labels.bytes().size() + kStreamBytes;
  }
  summary.min_ns = std::min(summary.min_ns, timestamp_ns);
  summary.max_ns = std::max(summary.max_ns, timestamp_ns);
  ++summary.entries;
  summary.bytes += line_bytes;
}

const model::Labels* Memtable::Intern(const model::Labels& metadata) {
  if (last_metadata_ == nullptr || *last_metadata_ != metadata) {
    const auto [stored, fresh] = metadata_.insert(metadata);
    if (fresh) bytes_ += metadata.bytes().size() + sizeof(model::Labels);
    last_metadata_ = &*stored;
  }
  return last_metadata_;
}

void Memtable::Add(const StreamPtr& stream, int64_t timestamp_ns, uint64_t sequence, bool sourced,
                   const model::Labels& metadata, std::string_view line) {
  Chunk& chunk = ChunkFor(line.size());
  char* const text = chunk.text.get() + chunk.text_size;
  if (!line.empty()) std::memcpy(text, line.data(), line.size());
  chunk.text_size += line.size();
  chunk.rows.push_back(
      {timestamp_ns, sequence, stream.get(), Intern(metadata), {text, line.size()}, sourced});
  Summarise(stream, timestamp_ns, line.size());
  ++rows_;
  min_ns_ = std::min(min_ns_, timestamp_ns);
  max_ns_ = std::max(max_ns_, timestamp_ns);
}

MemtableView Memtable::View() const {
  MemtableView view{shared_from_this(), {}, min_ns_, max_ns_};
  view.chunks.reserve(chunks_.size());
  for (const auto& chunk : chunks_)
    view.chunks.emplace_back(chunk->rows.data(), chunk->rows.size());
  return view;
}

std::vector<StreamSummary> Memtable::Streams() const {
  std::vector<StreamSummary> list;
  list.reserve(streams_.size());
  for (const auto& [pointer, summary] : streams_) list.push_back(summary);
  return list;
}

}  // namespace vedette::logstore
