#include "collector/logstore/rewrite_buffer.h"

#include <algorithm>
#include <cstring>

#include "collector/logstore/columns/granule.h"

namespace vedette::logstore {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

}  // namespace

char* RewriteBuffer::RoomFor(size_t bytes) {
  if (chunk_left_ < bytes) {
    chunk_left_ = std::max(bytes, kChunkBytes);
    chunks_.push_back(std::make_unique<char[]>(chunk_left_));
    chunk_at_ = chunks_.back().get();
  }
  char* const room = chunk_at_;
  chunk_at_ += bytes;
  chunk_left_ -= bytes;
  return room;
}

void RewriteBuffer::Add(const Row& row) {
  char* const text = RoomFor(row.line.size());
  if (!row.line.empty()) std::memcpy(text, row.line.data(), row.line.size());
  Row& own = rows_.emplace_back(row);
  own.line = {text, row.line.size()};
  const auto [metadata, fresh] = metadata_.insert(*row.metadata);
  own.metadata = &*metadata;
  if (fresh) metadata_bytes_ += metadata->bytes().size();
  line_bytes_ += row.line.size();
}

bool RewriteBuffer::IsFull() const {
  return rows_.size() == kMaxGranuleRows || line_bytes_ + metadata_bytes_ >= kTargetGranuleBytes;
}

void RewriteBuffer::Clear() {
  rows_.clear();
  metadata_.clear();
  chunks_.clear();
  chunk_left_ = 0;
  line_bytes_ = 0;
  metadata_bytes_ = 0;
}

}  // namespace vedette::logstore
