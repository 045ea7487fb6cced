#include "collector/tsdb/log_replay.h"

#include <utility>

#include "collector/tsdb/part_format.h"

namespace vedette::tsdb {
namespace {

// Groups of the log: the first holds the loose series, and versions before had none.
constexpr uint32_t kLooseGroup = 1;
constexpr int64_t kAnyWindow = 2 * kMaxTimeMs;

}  // namespace

void LogReplay::Apply(const WalBatch& batch, Head* head) {
  if (batch.epoch != epoch_) StartEpoch(batch.epoch);
  head->Begin(&scratch_);
  for (const auto& [ref, labels] : batch.series) Name(ref, labels, head);
  for (const WalGroupRow& row : batch.group_rows) ApplyRow(row, head);
  for (const WalRow& row : batch.rows) ApplyLoose(row, head);
  for (const WalHistogram& row : batch.histograms) ApplyHistogram(row, head);
}

void LogReplay::StartEpoch(uint64_t epoch) {
  epoch_ = epoch;
  groups_.clear();
  loose_.clear();
}

void LogReplay::Name(uint64_t ref, const model::Labels& labels, Head* head) {
  HeadSeries* series = head->FindLabels(labels);
  Head::Run single;
  if (series == nullptr) series = head->Add(labels, &single, &scratch_);
  const auto group = static_cast<uint32_t>(ref >> 32);
  const auto slot = static_cast<uint32_t>(ref);
  if (group <= kLooseGroup || slot >= kMaxGroupSlots) {
    loose_[ref] = series;
    return;
  }
  std::vector<Slot>& slots = groups_[group].slots;
  if (slot >= slots.size()) slots.resize(slot + 1);
  if (slots[slot].series != series) slots[slot] = {series, 0, Known::kNo};
}

HeadSeries* LogReplay::Live(SeriesPtr* series, Head* head) {
  if ((*series)->group != nullptr) return series->get();
  HeadSeries* live = head->FindLabels((*series)->labels);
  Head::Run single;
  if (live == nullptr) live = head->Add((*series)->labels, &single, &scratch_);
  *series = live;
  return live;
}

void LogReplay::NoteLost(uint64_t records, LogGroup* group) {
  for (Slot& slot : group->slots) {
    const bool may_hold = records == 1 && slot.known == Known::kYes;
    slot.known = may_hold ? Known::kIfNotCarried : Known::kNo;
  }
}

void LogReplay::ApplyRow(const WalGroupRow& row, Head* head) {
  LogGroup& group = groups_[row.group];
  // Rows of one record share its number.
  if (row.sequence > group.next_sequence) NoteLost(row.sequence - group.next_sequence, &group);
  group.next_sequence = row.sequence + 1;
  Head::Run run;
  run.time_ms = row.time_ms;
  run.length = row.slots.size();
  for (size_t i = 0; i < row.slots.size(); ++i) {
    const WalGroupRow::Slot& slot = row.slots[i];
    if (slot.slot >= group.slots.size() || group.slots[slot.slot].series == nullptr) {
      ++lost_rows_;
      continue;
    }
    ApplySlot(slot, row.starts_ms.empty() ? 0 : row.starts_ms[i], &group.slots[slot.slot], &run,
              head);
  }
}

void LogReplay::ApplySlot(const WalGroupRow::Slot& row, int64_t start_ms, Slot* slot,
                          Head::Run* run, Head* head) {
  if (row.carried) slot->value = row.value;
  if (row.carried || slot->known != Known::kNo) {
    slot->known = Known::kYes;
    Insert(Live(&slot->series, head), slot->value, start_ms, run, head);
  } else {
    ++lost_rows_;
  }
}

void LogReplay::Insert(HeadSeries* series, double value, int64_t start_ms, Head::Run* run,
                       Head* head) {
  const Verdict verdict = head->Insert(series, value, kAnyWindow, run, &scratch_);
  if (verdict != Verdict::kStored || (start_ms == 0 && !series->has_starts)) return;
  head->SetStart(series, run->time_ms, start_ms, &scratch_);
}

HeadSeries* LogReplay::SeriesOf(uint64_t ref, Head* head) {
  const auto group = static_cast<uint32_t>(ref >> 32);
  if (const auto known = loose_.find(ref); known != loose_.end()) {
    return Live(&known->second, head);
  }
  if (const auto grouped = groups_.find(group); grouped != groups_.end()) {
    const auto slot = static_cast<uint32_t>(ref);
    std::vector<Slot>& slots = grouped->second.slots;
    if (slot < slots.size() && slots[slot].series != nullptr) {
      return Live(&slots[slot].series, head);
    }
  }
  ++lost_rows_;
  return nullptr;
}

void LogReplay::ApplyLoose(const WalRow& row, Head* head) {
  HeadSeries* const series = SeriesOf(row.ref, head);
  if (series == nullptr) return;
  Head::Run single;
  single.time_ms = row.time_ms;
  single.length = 1;
  Insert(series, row.value, row.start_ms, &single, head);
}

void LogReplay::ApplyHistogram(const WalHistogram& row, Head* head) {
  HeadSeries* const series = SeriesOf(row.ref, head);
  if (series != nullptr) head->Insert(series, row.sample, kAnyWindow, INT64_MAX, &scratch_);
}

}  // namespace vedette::tsdb
