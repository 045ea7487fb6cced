#include "collector/tsdb/part_cursor.h"

#include <algorithm>
#include <utility>

namespace vedette::tsdb {

PartCursor::PartCursor(std::shared_ptr<const Part> part, std::vector<uint32_t> series,
                       std::vector<model::Matcher> filter, int64_t min_ms, int64_t max_ms,
                       DamageFn on_damage)
    : part_(std::move(part)),
      series_(std::move(series)),
      filter_(std::move(filter)),
      min_ms_(min_ms),
      max_ms_(max_ms),
      on_damage_(std::move(on_damage)) {}

bool PartCursor::InRange(const BlockRef& block) const {
  return block.max_ms >= min_ms_ && block.min_ms <= max_ms_;
}

bool PartCursor::IsWanted(const SeriesEntry& entry) const {
  const bool in_range = std::any_of(entry.blocks.begin(), entry.blocks.end(),
                                    [this](const BlockRef& block) { return InRange(block); });
  return in_range && model::MatchesAll(filter_, entry.labels);
}

base::StatusOr<bool> PartCursor::LoadPage(uint32_t number) {
  const size_t page = number / kPageSeries;
  if (page == page_) return !entries_.empty();
  page_ = page;
  entries_.clear();
  auto entries = part_->ReadSeriesPage(page);
  if (entries.ok()) {
    entries_ = std::move(entries).value();
    return true;
  }
  if (!absl::IsDataLoss(entries.status())) return entries.status();
  VEDETTE_RETURN_IF_ERROR(on_damage_(entries.status()));
  return false;
}

base::StatusOr<bool> PartCursor::Next() {
  while (next_ < series_.size()) {
    const uint32_t number = series_[next_++];
    VEDETTE_ASSIGN_OR_RETURN(const bool readable, LoadPage(number));
    if (!readable) continue;
    entry_ = &entries_[number % kPageSeries];
    if (IsWanted(*entry_)) return true;
  }
  return false;
}

base::Status PartCursor::ReadBlock(const BlockRef& block, std::vector<int64_t>* times,
                                   std::vector<double>* values) {
  if (block.times_offset != times_offset_ || block.samples != times_samples_) {
    times_samples_ = 0;
    VEDETTE_RETURN_IF_ERROR(part_->ReadTimes(block, &times_));
    times_offset_ = block.times_offset;
    times_samples_ = block.samples;
  }
  std::vector<double> column;
  VEDETTE_RETURN_IF_ERROR(part_->ReadValues(block, &column));
  const auto first = std::lower_bound(times_.begin(), times_.end(), min_ms_) - times_.begin();
  const auto last = std::upper_bound(times_.begin(), times_.end(), max_ms_) - times_.begin();
  times->insert(times->end(), times_.begin() + first, times_.begin() + last);
  values->insert(values->end(), column.begin() + first, column.begin() + last);
  return {};
}

base::Status PartCursor::Read(std::vector<int64_t>* times, std::vector<double>* values) {
  for (const BlockRef& block : entry_->blocks) {
    if (!InRange(block)) continue;
    const base::Status status = ReadBlock(block, times, values);
    if (status.ok()) continue;
    if (!absl::IsDataLoss(status)) return status;
    VEDETTE_RETURN_IF_ERROR(on_damage_(status));
  }
  return {};
}

}  // namespace vedette::tsdb
