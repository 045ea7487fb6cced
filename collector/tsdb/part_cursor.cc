#include "collector/tsdb/part_cursor.h"

#include <algorithm>
#include <utility>

namespace vedette::tsdb {

PartCursor::PartCursor(std::shared_ptr<const Part> part, std::vector<uint32_t> series,
                       std::vector<model::Matcher> filter, int64_t min_ms, int64_t max_ms,
                       DamageFn on_damage)
    : blocks_(NewBlockReader(std::move(part))),
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
  const size_t page = number / blocks_->page_series();
  if (page == page_) return !entries_.empty();
  page_ = page;
  entries_ = {};
  const auto entries = blocks_->LoadPage(page);
  if (entries.ok()) {
    entries_ = *entries;
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
    entry_ = &entries_[number % blocks_->page_series()];
    if (IsWanted(*entry_)) return true;
  }
  return false;
}

base::Status PartCursor::Decode(const BlockRef& block, std::vector<int64_t>* times,
                                std::vector<double>* values) {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<int64_t>* column, blocks_->Times(block));
  const auto first = std::lower_bound(column->begin(), column->end(), min_ms_);
  const auto last = std::upper_bound(first, column->end(), max_ms_);
  const size_t before = values->size();
  values->resize(before + column->size());
  const base::Status status = blocks_->Values(block, std::span<double>(*values).subspan(before));
  if (!status.ok()) {
    values->resize(before);
    return status;
  }
  times->insert(times->end(), first, last);
  const auto begin = values->begin() + static_cast<std::ptrdiff_t>(before);
  values->erase(begin + (last - column->begin()), values->end());
  values->erase(begin, begin + (first - column->begin()));
  return {};
}

base::Status PartCursor::ReadOrReport(const BlockRef& block, std::vector<int64_t>* times,
                                      std::vector<double>* values) {
  const base::Status status = Decode(block, times, values);
  return absl::IsDataLoss(status) ? on_damage_(status) : status;
}

base::Status PartCursor::Read(std::vector<int64_t>* times, std::vector<double>* values) {
  for (const BlockRef& block : entry_->blocks) {
    if (InRange(block)) VEDETTE_RETURN_IF_ERROR(ReadOrReport(block, times, values));
  }
  return {};
}

std::vector<PartCursor::Block> PartCursor::Blocks() const {
  std::vector<Block> blocks;
  for (const BlockRef& block : entry_->blocks) {
    if (!InRange(block)) continue;
    blocks.push_back({block.min_ms, block.max_ms, block.samples, blocks_->Summary(block)});
  }
  return blocks;
}

base::Status PartCursor::ReadBlock(size_t number, std::vector<int64_t>* times,
                                   std::vector<double>* values) {
  for (const BlockRef& block : entry_->blocks) {
    if (InRange(block) && number-- == 0) return ReadOrReport(block, times, values);
  }
  return base::InvalidArgument("no such block");
}

}  // namespace vedette::tsdb
