#include "collector/logstore/once.h"

#include "base/codec/bytes.h"

namespace vedette::logstore {

bool OnceFilter::See(const Row& row) {
  const uint64_t metadata = base::Hash64(row.metadata->bytes());
  const auto stream = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(row.stream));
  const base::Hash128Value hash = base::Hash128(row.line, metadata ^ (stream * 0x9E3779B97F4A7C15));
  if (seen_.size() == kMostRemembered) return !seen_.contains({hash.low, hash.high});
  return seen_.emplace(hash.low, hash.high).second;
}

void OnceFilter::LetGo() {
  if (alone_) See(*alone_);
  alone_.reset();
}

bool OnceFilter::IsFirst(const Row& row) {
  if (row.timestamp_ns != timestamp_ns_) {
    timestamp_ns_ = row.timestamp_ns;
    sequence_ = 0;
    alone_.reset();
    if (!seen_.empty()) seen_.clear();
  }
  // In reading order the rows of one sequence are neighbours.
  if (row.sequence != 0 && row.sequence == sequence_) return false;
  sequence_ = row.sequence;
  if (row.sourced) return true;
  if (seen_.empty() && !alone_) {
    alone_ = row;
    return true;
  }
  LetGo();
  return See(row);
}

}  // namespace vedette::logstore
