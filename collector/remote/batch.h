#ifndef VEDETTE_COLLECTOR_REMOTE_BATCH_H_
#define VEDETTE_COLLECTOR_REMOTE_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "collector/remote/place.h"

namespace vedette::remote {

// What a request holds, counted.
struct Counts {
  uint64_t samples = 0;
  uint64_t histograms = 0;
  uint64_t exemplars = 0;
  uint64_t metadata = 0;
  uint64_t all() const { return samples + histograms + exemplars + metadata; }
};

enum class ItemKind : uint8_t { kSample, kHistogram, kExemplar };

// A request of one shard, as protobuf that is not compressed yet. A value.
struct Batch {
  std::string symbols;  // 2.0: before the body
  std::string body;     // series; or 1.0 metadata
  Counts counts;
  Place done;  // what is acknowledged with it
  int64_t newest_ms = INT64_MIN;
  // As its shard counts it while it waits.
  uint64_t accounted_items = 0;
  uint64_t accounted_bytes = 0;
  int64_t began_ns = 0;  // monotonic: when its first item came
  // Where a limit of age holds: what ends where in the body.
  struct Item {
    size_t end = 0;
    int64_t time_ms = 0;
    ItemKind kind = ItemKind::kSample;
  };
  std::vector<Item> items;
  int64_t oldest_ms = INT64_MAX;  // of those

  bool empty() const { return counts.all() == 0; }
  size_t bytes() const { return symbols.size() + body.size(); }
};

// Takes out what is older than `limit_ms`; returns what that was.
Counts DropOlderThan(int64_t limit_ms, Batch* batch);

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_BATCH_H_
