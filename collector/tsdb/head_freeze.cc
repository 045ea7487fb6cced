#include "collector/tsdb/head.h"

#include <algorithm>
#include <utility>

namespace vedette::tsdb {

void Head::FreezeSeries(HeadSeries* series, uint32_t group, FrozenHead* frozen) {
  series->idle = false;
  series->moved = false;
  series->has_starts = false;
  series->log = {};
  frozen->bytes_ += sizeof(FrozenHead::Series);
  frozen->series_.push_back(
      {SeriesPtr(series), group, std::exchange(series->column, {}), std::move(series->extra)});
}

std::shared_ptr<const FrozenHead> Head::Freeze() {
  auto frozen = std::make_shared<FrozenHead>();
  frozen->samples_ = std::exchange(samples_, 0);
  frozen->bytes_ = sample_bytes();
  frozen->min_ms_ = std::exchange(min_ms_, INT64_MAX);
  freezes_with_deleted_ = std::max(freezes_with_deleted_ - 1, 0);
  std::vector<SeriesPtr> forgotten;
  for (const auto& [number, group] : groups_) {
    const auto index = static_cast<uint32_t>(frozen->times_.size());
    for (const SeriesPtr& series : group->slots) {
      if (series == nullptr) continue;
      const SeriesExtra* const extra = series->extra.get();
      if (series->column.rows() > 0 || (extra != nullptr && !extra->empty())) {
        frozen->max_ms_ = std::max(frozen->max_ms_, series->newest_ms);
        FreezeSeries(series.get(), index, frozen.get());
      } else {
        series->extra.reset();
        series->has_starts = false;
        if (series->idle) forgotten.push_back(series);
        series->idle = true;
      }
    }
    frozen->times_.push_back(std::exchange(group->times, {}));
  }
  frozen->arena_ = std::exchange(arena_, std::make_shared<ChunkArena>());
  column_bytes_ = 0;
  Forget(forgotten);
  return frozen;
}

void Head::Forget(const std::vector<SeriesPtr>& series) {
  for (const SeriesPtr& one : series) {
    registry_bytes_ -= SeriesCost(one->labels);
    by_labels_.erase(one.get());
    Leave(one.get());
  }
  absl::erase_if(groups_, [this](const auto& entry) {
    return entry.second->live == 0 && entry.second.get() != loose_;
  });
  for (const auto& [number, group] : groups_) Compact(group.get());
  if (series.empty()) return;
  index_.Clear();
  for (HeadSeries* const one : by_labels_) index_.Add(one);
}

// Slots in the order in which the series come, without holes.
void Head::Compact(Group* group) {
  std::vector<SeriesPtr> slots;
  slots.reserve(group->live);
  for (uint32_t first = 0; first < group->slots.size(); ++first) {
    for (uint32_t at = first; group->At(at) != nullptr;) {
      slots.push_back(std::move(group->slots[at]));
      at = slots.back()->next_slot;
    }
  }
  group->slots = std::move(slots);
  for (uint32_t slot = 0; slot < group->slots.size(); ++slot) {
    group->slots[slot]->slot = slot;
    group->slots[slot]->next_slot = slot + 1;
  }
}

}  // namespace vedette::tsdb
