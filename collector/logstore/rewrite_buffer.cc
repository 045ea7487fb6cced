#include "collector/logstore/rewrite_buffer.h"

#include "collector/logstore/columns/granule.h"

namespace vedette::logstore {

void RewriteBuffer::Add(const Row& row) {
  Row& own = rows_.emplace_back(row);
  own.line = lines_.Keep(row.line);
  if (rows_.size() > 1 && *rows_[rows_.size() - 2].metadata == *row.metadata) {
    own.metadata = rows_[rows_.size() - 2].metadata;
  } else {
    const auto [metadata, fresh] = metadata_.insert(*row.metadata);
    own.metadata = &*metadata;
    if (fresh) metadata_bytes_ += metadata->bytes().size();
  }
  line_bytes_ += row.line.size();
}

bool RewriteBuffer::IsFull() const {
  return rows_.size() == kMaxGranuleRows || line_bytes_ + metadata_bytes_ >= kTargetGranuleBytes;
}

void RewriteBuffer::Clear() {
  rows_.clear();
  metadata_.clear();
  lines_.Clear();
  line_bytes_ = 0;
  metadata_bytes_ = 0;
}

}  // namespace vedette::logstore
