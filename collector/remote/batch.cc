#include "collector/remote/batch.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace vedette::remote {
namespace {

uint64_t* CountOf(ItemKind kind, Counts* counts) {
  switch (kind) {
    case ItemKind::kHistogram:
      return &counts->histograms;
    case ItemKind::kExemplar:
      return &counts->exemplars;
    case ItemKind::kSample:
      break;
  }
  return &counts->samples;
}

}  // namespace

Counts DropOlderThan(int64_t limit_ms, Batch* batch) {
  Counts dropped;
  if (batch->items.empty() || batch->oldest_ms >= limit_ms) return dropped;
  const std::string body = std::exchange(batch->body, {});
  const std::vector<Batch::Item> items = std::exchange(batch->items, {});
  batch->oldest_ms = INT64_MAX;
  size_t from = 0;
  for (const Batch::Item& item : items) {
    if (item.time_ms < limit_ms) {
      --*CountOf(item.kind, &batch->counts);
      ++*CountOf(item.kind, &dropped);
    } else {
      batch->body += std::string_view(body).substr(from, item.end - from);
      batch->items.push_back({batch->body.size(), item.time_ms, item.kind});
      batch->oldest_ms = std::min(batch->oldest_ms, item.time_ms);
    }
    from = item.end;
  }
  return dropped;
}

}  // namespace vedette::remote
