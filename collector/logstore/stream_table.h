#ifndef VEDETTE_COLLECTOR_LOGSTORE_STREAM_TABLE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_STREAM_TABLE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "collector/logstore/row.h"

namespace vedette::logstore {

// What is known of a stream in one place (a part, the memtable) without reading rows.
struct StreamSummary {
  StreamPtr stream;
  int64_t min_ns = 0;
  int64_t max_ns = 0;
  uint64_t entries = 0;
  uint64_t bytes = 0;  // of lines
};

// Makes equal label sets one object. Holds no stream alive: parts and memtables do. Thread-safe.
class StreamTable {
 public:
  StreamPtr Intern(const model::Labels& labels) VEDETTE_EXCLUDES(mutex_);
  // Null when no stream that is held has these labels.
  StreamPtr Find(const model::Labels& labels) const VEDETTE_EXCLUDES(mutex_);
  // Streams alive at the last Sweep plus those interned since.
  size_t size() const VEDETTE_EXCLUDES(mutex_);
  // What these take, about.
  uint64_t bytes() const VEDETTE_EXCLUDES(mutex_);
  // Forgets streams that nothing holds any more.
  void Sweep() VEDETTE_EXCLUDES(mutex_);

 private:
  struct Known {
    std::weak_ptr<const Stream> stream;
    uint64_t bytes = 0;
  };
  using Bucket = std::vector<Known>;
  void EraseGone(Bucket* bucket) VEDETTE_REQUIRES(mutex_);

  mutable base::Mutex mutex_;
  // By hash of the label bytes; a bucket has more than one stream only when hashes collide.
  absl::flat_hash_map<uint64_t, Bucket> by_hash_ VEDETTE_GUARDED_BY(mutex_);
  uint64_t bytes_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_STREAM_TABLE_H_
