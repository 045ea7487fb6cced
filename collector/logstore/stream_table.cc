#include "collector/logstore/stream_table.h"

#include "base/codec/bytes.h"

namespace vedette::logstore {

StreamPtr StreamTable::Intern(const model::Labels& labels) {
  const uint64_t hash = base::Hash64(labels.bytes());
  base::MutexLock lock(mutex_);
  std::vector<std::weak_ptr<const Stream>>& bucket = by_hash_[hash];
  std::erase_if(bucket, [](const auto& weak) { return weak.expired(); });
  for (const auto& weak : bucket) {
    if (StreamPtr stream = weak.lock(); stream && stream->labels == labels) return stream;
  }
  auto stream = std::make_shared<const Stream>(Stream{labels});
  bucket.push_back(stream);
  return stream;
}

size_t StreamTable::size() const {
  base::MutexLock lock(mutex_);
  return by_hash_.size();
}

void StreamTable::Sweep() {
  base::MutexLock lock(mutex_);
  absl::erase_if(by_hash_, [](auto& item) {
    std::erase_if(item.second, [](const auto& weak) { return weak.expired(); });
    return item.second.empty();
  });
}

}  // namespace vedette::logstore
