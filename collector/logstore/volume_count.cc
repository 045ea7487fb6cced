#include "collector/logstore/volume_count.h"

#include <algorithm>
#include <utility>

#include "collector/logstore/minute_slot.h"
#include "collector/logstore/once.h"

namespace vedette::logstore {
namespace {

// Whether no bin begins or ends within a slot.
bool BinsAreSlots(const VolumeRequest& request) {
  return request.step_ns == 0 ||
         (request.step_ns % kNanosPerMinute == 0 && IsSlotBound(request.origin_ns));
}

bool Touches(int64_t min_ns, int64_t max_ns, const TimeSpan& span) {
  return min_ns < span.end_ns && max_ns >= span.begin_ns;
}

}  // namespace

VolumeCount::VolumeCount(const VolumeRequest& request, TimeSpan range,
                         const ContestedTimes& contested, VolumeTable* table,
                         std::function<void(const Part&, const base::Status&)> on_damage)
    : request_(request),
      range_(range),
      contested_(contested),
      table_(table),
      on_damage_(std::move(on_damage)) {
  // Where `range` ends within a slot because there are no rows beyond, the slot is whole.
  first_slot_ = SlotOf(range.begin_ns);
  if (SlotBegin(first_slot_) < request.start_ns) ++first_slot_;
  end_slot_ = SlotOf(range.end_ns - 1) + 1;
  if (SlotBegin(end_slot_) > request.end_ns) --end_slot_;
  if (!BinsAreSlots(request) || first_slot_ >= end_slot_) {
    end_slot_ = first_slot_;
    by_rows_ = {range};
    return;
  }
  for (int64_t slot = first_slot_; slot < end_slot_; ++slot) {
    bins_.push_back(static_cast<uint32_t>(table->BinOf(SlotBegin(slot))));
  }
  by_rows_ = {{range.begin_ns, SlotBegin(first_slot_)}, {SlotBegin(end_slot_), range.end_ns}};
  std::erase_if(by_rows_, [](const TimeSpan& span) { return span.begin_ns >= span.end_ns; });
}

base::Status VolumeCount::AddPart(const Part& part) {
  if (!Touches(part.min_ns(), part.max_ns(), range_)) return {};
  bool counted = false;
  if (first_slot_ < end_slot_) {
    auto read = part.ReadCounts(request_.bytes, &counts_);
    if (absl::IsNotFound(read.status())) return {};  // dropped by retention
    if (!read.ok()) on_damage_(part, read.status());
    counted = read.ok() && read->has_value();
    if (counted) counts_ = **std::move(read);
  }
  if (!counted) return AddBlocks(part, range_);
  table_->CheckNames(counts_);
  AddCells(part, counts_);
  for (const TimeSpan& span : by_rows_) VEDETTE_RETURN_IF_ERROR(AddBlocks(part, span));
  return {};
}

void VolumeCount::AddCells(const Part& part, const MinuteCounts& counts) {
  size_t cell = 0;
  for (const MinuteCounts::Series& series : counts.series) {
    const size_t begin = cell;
    cell += series.cells;
    const Stream* const stream = part.streams()[series.stream].stream.get();
    const auto group = table_->GroupOf(stream, counts.levels[series.level]);
    VolumeBins* const to = group ? table_->BinsOf(*group) : nullptr;
    if (to == nullptr) continue;
    const bool contested = !contested_.Of(stream).empty();
    for (size_t i = begin; i < cell; ++i) {
      const int64_t slot = counts.slots[i];
      if (slot < first_slot_ || slot >= end_slot_) continue;
      if (contested && contested_.Has(stream, SlotBegin(slot))) continue;
      const uint32_t bin = bins_[static_cast<size_t>(slot - first_slot_)];
      to->entries[bin] += static_cast<uint64_t>(counts.entries[i]);
      if (request_.bytes) to->bytes[bin] += static_cast<uint64_t>(counts.bytes[i]);
    }
  }
}

base::Status VolumeCount::AddBlocks(const Part& part, const TimeSpan& span) {
  std::vector<bool> matching;
  for (const StreamSummary& summary : part.streams()) {
    matching.push_back(Touches(summary.min_ns, summary.max_ns, span) &&
                       table_->Matches(summary.stream.get()));
  }
  const Substrings none;
  const RowFilter filter{span.begin_ns, span.end_ns, &matching, &none, request_.bytes};
  for (size_t i = 0; i < part.blocks().size(); ++i) {
    const BlockMeta& meta = part.blocks()[i];
    if (!Touches(meta.min_ns, meta.max_ns, span)) continue;
    if (std::none_of(meta.stream_ids.begin(), meta.stream_ids.end(),
                     [&](uint32_t id) { return matching[id]; })) {
      continue;
    }
    if (request_.stop.stop_requested()) return base::Cancelled("query cancelled");
    const auto block = part.ReadBlock(i, &filter);
    if (absl::IsNotFound(block.status())) return {};  // dropped by retention
    if (!block.ok()) {
      on_damage_(part, block.status());
      continue;
    }
    AddRows((*block)->rows(), span);
  }
  return {};
}

void VolumeCount::AddRows(std::span<const Row> rows, const TimeSpan& span) {
  for (const Row& row : rows) {
    if (span.Has(row.timestamp_ns) && table_->Matches(row.stream) &&
        !contested_.Has(row.stream, row.timestamp_ns)) {
      table_->AddRow(row);
    }
  }
}

void VolumeCount::AddMemory(const MemtableView& view) {
  if (!Touches(view.min_ns, view.max_ns, range_)) return;
  std::vector<Row> rows;
  for (const std::span<const Row> chunk : view.chunks) {
    for (const Row& row : chunk) {
      if (range_.Has(row.timestamp_ns) && table_->Matches(row.stream) &&
          !contested_.Has(row.stream, row.timestamp_ns)) {
        rows.push_back(row);
      }
    }
  }
  if (!std::is_sorted(rows.begin(), rows.end(), Before)) {
    std::sort(rows.begin(), rows.end(), Before);
  }
  OnceFilter once;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t time_ns = rows[i].timestamp_ns;
    const bool alone = (i == 0 || rows[i - 1].timestamp_ns != time_ns) &&
                       (i + 1 == rows.size() || rows[i + 1].timestamp_ns != time_ns);
    if (alone || once.IsFirst(rows[i])) table_->AddRow(rows[i]);
  }
}

}  // namespace vedette::logstore
