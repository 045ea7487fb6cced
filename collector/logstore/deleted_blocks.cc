#include "collector/logstore/deleted_blocks.h"

#include <algorithm>
#include <utility>

namespace vedette::logstore {

DeletedBlocks::DeletedBlocks(const Tombstones& tombstones, const Part& part,
                             const std::vector<bool>& matching) {
  for (const auto& tombstone : tombstones) {
    if (!tombstone->Overlaps(part.min_ns(), part.max_ns())) continue;
    Hit hit{tombstone.get(), std::vector<bool>(matching.size())};
    bool any = false;
    for (size_t id = 0; id < matching.size(); ++id) {
      if (!matching[id] || !tombstone->Matches(*part.streams()[id].stream)) continue;
      hit.streams[id] = any = true;
    }
    if (any) hits_.push_back(std::move(hit));
  }
}

bool DeletedBlocks::MayTouch(const BlockMeta& meta) const {
  return std::any_of(hits_.begin(), hits_.end(), [&](const Hit& hit) {
    return hit.tombstone->Overlaps(meta.min_ns, meta.max_ns) &&
           std::any_of(meta.stream_ids.begin(), meta.stream_ids.end(),
                       [&](uint32_t id) { return hit.streams[id]; });
  });
}

}  // namespace vedette::logstore
