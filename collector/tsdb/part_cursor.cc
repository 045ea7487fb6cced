#include "collector/tsdb/part_cursor.h"

#include <algorithm>
#include <utility>

#include "collector/tsdb/rich_samples.h"
#include "collector/tsdb/sample_merge.h"

namespace vedette::tsdb {
namespace {

constexpr size_t kEntriesAhead = 4;

}  // namespace

PartCursor::PartCursor(std::shared_ptr<const Part> part,
                       std::shared_ptr<const std::vector<uint32_t>> series,
                       std::vector<model::Matcher> filter, int64_t min_ms, int64_t max_ms,
                       DamageFn on_damage, const ReadSharing& sharing)
    : blocks_(NewBlockReader(std::move(part), sharing)),
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

// What entries point to lies all over the memory: asked for a few series ahead, after the entry.
void PartCursor::LookAhead() const {
  const auto at = [this](size_t ahead) -> const SeriesEntry* {
    if (next_ + ahead >= series_->size()) return nullptr;
    const uint32_t number = (*series_)[next_ + ahead];
    const bool here = number / blocks_->page_series() == page_;
    return here ? &entries_[number % blocks_->page_series()] : nullptr;
  };
  if (const SeriesEntry* const entry = at(kEntriesAhead * 2)) __builtin_prefetch(entry);
  if (const SeriesEntry* const entry = at(kEntriesAhead)) {
    __builtin_prefetch(entry->blocks.data());
    __builtin_prefetch(entry->labels.bytes().data());
  }
}

base::StatusOr<bool> PartCursor::Next() {
  while (next_ < series_->size()) {
    const uint32_t number = (*series_)[next_++];
    VEDETTE_ASSIGN_OR_RETURN(const bool readable, LoadPage(number));
    if (!readable) continue;
    LookAhead();
    entry_ = &entries_[number % blocks_->page_series()];
    if (IsWanted(*entry_)) return true;
  }
  return false;
}

namespace {

// Leaves of what follows the first `before` elements those of [first, last).
template <typename T>
void KeepRange(size_t before, size_t first, size_t last, std::vector<T>* values) {
  const auto begin = values->begin() + static_cast<std::ptrdiff_t>(before);
  values->erase(begin + static_cast<std::ptrdiff_t>(last), values->end());
  values->erase(begin, begin + static_cast<std::ptrdiff_t>(first));
}

}  // namespace

base::Status PartCursor::Decode(const BlockRef& block, model::SeriesSamples* samples) {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<int64_t>* column, blocks_->Times(block));
  const auto first = std::lower_bound(column->begin(), column->end(), min_ms_);
  const auto last = std::upper_bound(first, column->end(), max_ms_);
  const auto first_row = static_cast<size_t>(first - column->begin());
  const auto last_row = static_cast<size_t>(last - column->begin());
  std::vector<double>& values = samples->values;
  const size_t before = values.size();
  values.resize(before + column->size());
  base::StatusOr<ColumnKind> kind =
      blocks_->Values(block, std::span<double>(values).subspan(before));
  if (kind.ok() && *kind == ColumnKind::kStartedFloats) {
    samples->starts_ms.resize(values.size());
    const base::Status starts =
        blocks_->Starts(block, std::span<int64_t>(samples->starts_ms).subspan(before));
    if (!starts.ok()) kind = starts;
    if (starts.ok()) KeepRange(before, first_row, last_row, &samples->starts_ms);
  }
  if (!kind.ok() || *kind == ColumnKind::kHistograms) {
    values.resize(before);
    if (!samples->starts_ms.empty()) samples->starts_ms.resize(before);
    return kind.ok() ? ReadHistograms(block, *column, samples) : kind.status();
  }
  samples->timestamps_ms.insert(samples->timestamps_ms.end(), first, last);
  KeepRange(before, first_row, last_row, &values);
  if (!samples->starts_ms.empty()) FillStarts(samples);
  return {};
}

base::Status PartCursor::ReadHistograms(const BlockRef& block, const std::vector<int64_t>& times,
                                        model::SeriesSamples* samples) {
  std::vector<model::HistogramSample> all;
  VEDETTE_RETURN_IF_ERROR(blocks_->Histograms(block, times, &all));
  const auto in_range = HistogramsIn(all, min_ms_, max_ms_);
  samples->histograms.insert(samples->histograms.end(), in_range.begin(), in_range.end());
  return {};
}

base::Status PartCursor::ReadOrReport(const BlockRef& block, model::SeriesSamples* samples) {
  const base::Status status = Decode(block, samples);
  return absl::IsDataLoss(status) ? on_damage_(status) : status;
}

base::Status PartCursor::Read(model::SeriesSamples* samples) {
  for (const BlockRef& block : entry_->blocks) {
    if (InRange(block)) VEDETTE_RETURN_IF_ERROR(ReadOrReport(block, samples));
  }
  return {};
}

const BlockRef* PartCursor::OnlyBlock(bool newest_only) const {
  const BlockRef* only = nullptr;
  for (const BlockRef& block : entry_->blocks) {
    if (!InRange(block)) continue;
    // Blocks are by time, each kind for itself.
    if (only != nullptr && (!newest_only || block.min_ms <= only->max_ms)) return nullptr;
    only = &block;
  }
  return only;
}

base::StatusOr<bool> PartCursor::LendFloats(const BlockRef& block, model::SeriesSamples* scratch,
                                            model::SeriesView* view) {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<int64_t>* column, blocks_->Times(block));
  const std::span<const int64_t> times(*column);
  if (scratch->values.size() < times.size()) scratch->values.resize(times.size());
  const std::span<double> values = std::span<double>(scratch->values).first(times.size());
  VEDETTE_ASSIGN_OR_RETURN(const ColumnKind kind, blocks_->Values(block, values));
  if (kind != ColumnKind::kFloats) return false;
  const auto from = std::lower_bound(times.begin(), times.end(), min_ms_);
  const auto to = std::upper_bound(from, times.end(), max_ms_);  // not before it, whatever is asked
  const auto first = static_cast<size_t>(from - times.begin());
  const auto count = static_cast<size_t>(to - from);
  *view = {};
  view->labels = &entry_->labels;
  view->timestamps_ms = times.subspan(first, count);
  view->values = values.subspan(first, count);
  return true;
}

base::Status PartCursor::Lend(bool newest_only, model::SeriesSamples* scratch,
                              model::SeriesView* view) {
  if (const BlockRef* const block = OnlyBlock(newest_only)) {
    const auto lent = LendFloats(*block, scratch, view);
    if (lent.ok() && *lent) return {};
    // Damage is met once more, and told, by who reads it all.
  }
  return SeriesCursor::Lend(newest_only, scratch, view);
}

std::vector<PartCursor::Block> PartCursor::Blocks() const {
  std::vector<Block> blocks;
  for (const BlockRef& block : entry_->blocks) {
    if (!InRange(block)) continue;
    blocks.push_back({block.min_ms, block.max_ms, block.samples, blocks_->Summary(block)});
  }
  return blocks;
}

base::Status PartCursor::ReadBlock(size_t number, model::SeriesSamples* samples) {
  for (const BlockRef& block : entry_->blocks) {
    if (InRange(block) && number-- == 0) return ReadOrReport(block, samples);
  }
  return base::InvalidArgument("no such block");
}

}  // namespace vedette::tsdb
