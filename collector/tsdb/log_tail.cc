#include "collector/tsdb/log_tail.h"

#include <utility>

#include "collector/tsdb/exemplar_record.h"
#include "collector/tsdb/head.h"

namespace vedette::tsdb {
namespace {

constexpr uint32_t kGroupOfLoose = 1;  // versions before had none
constexpr int kReadTries = 50;         // of a block that the disk does not give

void Clear(model::SampleRecord* record) {
  record->named.clear();
  record->samples.clear();
  record->histograms.clear();
  record->exemplars.clear();
  record->lost = 0;
}

}  // namespace

base::StatusOr<bool> LogDecoder::Decode(uint64_t segment, uint8_t type, std::string_view payload,
                                        model::SampleRecord* out) {
  Clear(out);
  if (type == kWalCarryMark) {
    carrying_ = payload == kCarryBegins;
    carrying_in_ = segment;
  } else if (type != kWalExemplars || segment != carrying_in_) {
    carrying_ = false;
  }
  if (type == kWalExemplars) return DecodeExemplarRecord(payload, out);
  if (!IsWalBatch(type)) return false;
  VEDETTE_ASSIGN_OR_RETURN(WalBatch batch, DecodeBatch(type, payload));
  // The log went on in this segment before the writer knew: the record follows once more, in an
  // epoch of the segment's own.
  if (type >= kWalRows && batch.epoch < segment << kEpochsOfSegmentBits) return false;
  Apply(&batch, out);
  return true;
}

base::StatusOr<bool> LogDecoder::DecodeExemplarRecord(std::string_view payload,
                                                      model::SampleRecord* out) {
  if (carrying_) return false;
  VEDETTE_ASSIGN_OR_RETURN(std::vector<LoggedExemplar> logged, DecodeExemplars(payload));
  out->epoch = epoch_;
  for (LoggedExemplar& one : logged) {
    out->exemplars.push_back({std::move(one.series), std::move(one.exemplar)});
  }
  return true;
}

void LogDecoder::Apply(WalBatch* batch, model::SampleRecord* out) {
  if (batch->epoch != epoch_) StartEpoch(batch->epoch);
  out->epoch = epoch_;
  for (auto& [ref, labels] : batch->series) Name(ref, &labels, out);
  for (const WalGroupRow& row : batch->group_rows) ApplyRow(row, out);
  for (const WalRow& row : batch->rows) {
    const uint32_t series = SeriesOf(row.ref);
    if (series == kUnnamed) {
      ++out->lost;
    } else {
      out->samples.push_back({series, row.time_ms, row.value, row.start_ms});
    }
  }
  for (WalHistogram& row : batch->histograms) {
    const uint32_t series = SeriesOf(row.ref);
    if (series == kUnnamed) {
      ++out->lost;
    } else {
      out->histograms.push_back({series, std::move(row.sample)});
    }
  }
}

void LogDecoder::StartEpoch(uint64_t epoch) {
  epoch_ = epoch;
  next_series_ = 0;
  groups_.clear();
  loose_.clear();
}

// A ref means one series for as long as the epoch lasts: who has a number keeps it.
void LogDecoder::Name(uint64_t ref, model::Labels* labels, model::SampleRecord* out) {
  const auto group = static_cast<uint32_t>(ref >> 32);
  const auto slot = static_cast<uint32_t>(ref);
  uint32_t* series = nullptr;
  if (group <= kGroupOfLoose || slot >= kMaxGroupSlots) {
    series = &loose_.try_emplace(ref, kUnnamed).first->second;
  } else {
    std::vector<Slot>& slots = groups_[group].slots;
    if (slot >= slots.size()) slots.resize(slot + 1);
    series = &slots[slot].series;
  }
  if (*series != kUnnamed) return;
  *series = next_series_++;
  out->named.emplace_back(*series, std::move(*labels));
}

void LogDecoder::NoteLost(uint64_t records, LogGroup* group) {
  for (Slot& slot : group->slots) {
    const bool may_hold = records == 1 && slot.known == Known::kYes;
    slot.known = may_hold ? Known::kIfNotCarried : Known::kNo;
  }
}

void LogDecoder::ApplyRow(const WalGroupRow& row, model::SampleRecord* out) {
  LogGroup& group = groups_[row.group];
  // Rows of one record share its number.
  if (row.sequence > group.next_sequence) NoteLost(row.sequence - group.next_sequence, &group);
  group.next_sequence = row.sequence + 1;
  out->samples.reserve(out->samples.size() + row.slots.size());
  for (size_t i = 0; i < row.slots.size(); ++i) {
    const WalGroupRow::Slot& from = row.slots[i];
    if (from.slot >= group.slots.size() || group.slots[from.slot].series == kUnnamed) {
      ++out->lost;
      continue;
    }
    Slot& slot = group.slots[from.slot];
    if (from.carried) slot.value = from.value;
    if (!from.carried && slot.known == Known::kNo) {
      ++out->lost;
      continue;
    }
    slot.known = Known::kYes;
    out->samples.push_back(
        {slot.series, row.time_ms, slot.value, row.starts_ms.empty() ? 0 : row.starts_ms[i]});
  }
}

uint32_t LogDecoder::SeriesOf(uint64_t ref) const {
  if (const auto known = loose_.find(ref); known != loose_.end()) return known->second;
  const auto group = groups_.find(static_cast<uint32_t>(ref >> 32));
  const auto slot = static_cast<uint32_t>(ref);
  if (group == groups_.end() || slot >= group->second.slots.size()) return kUnnamed;
  return group->second.slots[slot].series;
}

base::StatusOr<bool> LogTail::OpenNext(const base::WalPosition& end) {
  base::StatusOr<LogKeeper::Segment> found = keeper_->Find(next_);
  if (absl::IsNotFound(found.status())) return false;
  if (!found.ok()) return found.status();
  if (found->number > end.segment || (found->number == end.segment && end.offset == 0)) {
    return false;
  }
  missing_ += found->number - next_;
  segment_ = *std::move(found);
  next_ = segment_.number + 1;
  reader_.emplace(segment_.file.get(), segment_.number, max_record_bytes_);
  return true;
}

base::Status LogTail::ReadOn(const Visit& visit) {
  const base::WalPosition end = end_();
  while (true) {
    if (!reader_) {
      VEDETTE_ASSIGN_OR_RETURN(const bool opened, OpenNext(end));
      if (!opened) return {};
    }
    const uint64_t number = segment_.number;
    VEDETTE_RETURN_IF_ERROR(
        ReadSegment(number == end.segment ? end.offset : segment_.file->Size(), visit));
    if (number >= end.segment) return {};
    damaged_ += reader_->damaged();
    reader_.reset();
    segment_ = {};
  }
}

base::Status LogTail::ReadSegment(uint64_t limit, const Visit& visit) {
  const uint64_t number = segment_.number;
  const base::Status status =
      reader_->ReadOn(limit, [&](uint64_t at, uint8_t type, std::string_view payload) {
        failures_ = 0;
        const base::StatusOr<bool> any = decoder_.Decode(number, type, payload, &record_);
        if (!any.ok()) ++damaged_;  // it costs its own record
        if (!any.ok() || !*any) return base::Status();
        record_.end = {number, at};
        const base::Status visited = visit(record_);
        visit_failed_ = !visited.ok();
        return visited;
      });
  return status.ok() || visit_failed_ ? status : GoPast(status);
}

// A disk that is in trouble for a moment costs nothing, a bad place on it no more than itself.
base::Status LogTail::GoPast(const base::Status& failure) {
  if (++failures_ >= kReadTries) {
    failures_ = 0;
    reader_->SkipUnread();
  }
  return base::Unavailable(base::Message(failure));
}

}  // namespace vedette::tsdb
