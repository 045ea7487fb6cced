#include "collector/tsdb/log_writer.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "base/codec/bytes.h"
#include "collector/tsdb/histogram_codec.h"
#include "collector/tsdb/wal_record.h"

namespace vedette::tsdb {
namespace {

// Unsigned difference that wraps, as a signed varint: small either way for neighbours.
int64_t Step(uint64_t to, uint64_t from) { return static_cast<int64_t>(to - from); }

size_t SharedPrefix(std::string_view a, std::string_view b) {
  const size_t most = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.begin(), a.begin() + most, b.begin()).first -
                             a.begin());
}

// At most `most`.
size_t SharedSuffix(std::string_view a, std::string_view b, size_t most) {
  size_t n = 0;
  while (n < most && a[a.size() - 1 - n] == b[b.size() - 1 - n]) ++n;
  return n;
}

// Start timestamps of a record's samples: few different ones, in runs.
class StartRuns {
 public:
  void Add(int64_t start_ms) {
    const uint64_t place = start_ms == 0 ? 0 : PlaceOf(start_ms);
    if (length_ > 0 && place != place_) EndRun();
    place_ = place;
    ++length_;
  }
  void Write(std::string* out) {
    base::PutVarint(places_.size(), out);
    if (places_.empty()) return;
    EndRun();
    *out += starts_;
    *out += runs_;
  }

 private:
  uint64_t PlaceOf(int64_t start_ms) {
    const auto [at, added] = places_.try_emplace(start_ms, places_.size() + 1);
    if (added) base::PutSignedVarint(start_ms, &starts_);
    return at->second;
  }
  void EndRun() {
    base::PutVarint(length_, &runs_);
    base::PutVarint(place_, &runs_);
    length_ = 0;
  }

  absl::flat_hash_map<int64_t, uint64_t> places_;
  std::string starts_;
  std::string runs_;
  uint64_t length_ = 0;  // of the run under way
  uint64_t place_ = 0;
};

}  // namespace

void LogWriter::StartEpoch(uint64_t epoch) {
  epoch_ = epoch;
  ++epochs_;
}

base::StatusOr<std::string_view> LogWriter::Encode(const HeadBatch& batch) {
  ++records_;
  named_ = groups_in_record_ = loose_in_record_ = 0;
  name_bytes_ = last_named_ref_ = last_loose_ref_ = last_histogram_ref_ = 0;
  last_name_ = {};
  for (std::string* part : {&names_, &group_rows_, &loose_, &histograms_, &record_}) part->clear();
  rich_ = !batch.starts_ms.empty() || !batch.histograms.empty();
  base_ms_ = batch.entries.empty() ? batch.histograms.front().sample.time_ms
                                   : batch.entries.front().time_ms;
  for (std::span<const Entry> left(batch.entries); !left.empty();) {
    const std::span<const Entry> row = FirstRow(left);
    if (row.empty()) {
      PutLoose(left.front());
    } else {
      PutGroupRow(row);
    }
    left = left.subspan(std::max<size_t>(row.size(), 1));
  }
  for (const HeadBatch::HistogramEntry& entry : batch.histograms) PutHistogram(entry);
  if (name_bytes_ > kMaxNamesBytes) {
    return base::ResourceExhausted("names of more series than a log record holds");
  }
  base::PutVarint(epoch_, &record_);
  base::PutVarint(named_, &record_);
  record_ += names_;
  base::PutSignedVarint(base_ms_, &record_);
  base::PutVarint(groups_in_record_, &record_);
  record_ += group_rows_;
  base::PutVarint(loose_in_record_, &record_);
  record_ += loose_;
  if (rich_) {
    PutStarts(batch, &record_);
    base::PutVarint(batch.histograms.size(), &record_);
    record_ += histograms_;
  }
  return std::string_view(record_);
}

std::span<const HeadBatch::Entry> LogWriter::FirstRow(std::span<const Entry> entries) {
  size_t n = 0;
  while (n < entries.size() && entries[n].kind == HeadBatch::Kind::kRow &&
         entries[n].series->group == entries[0].series->group &&
         entries[n].time_ms == entries[0].time_ms) {
    ++n;
  }
  return entries.first(n);
}

// Each series is named in its turn, so that each record names some.
bool LogWriter::Enter(HeadSeries* series) {
  if (series->log.epoch != epochs_) {
    series->log = {epochs_, 0};
    series->log_naming = 0;
    series->log_valued = false;
    series->log_changed_now = false;
  } else if (series->log.record == records_) {
    return false;  // with another sample of this record
  }
  series->log.record = records_;
  series->log_in_row = false;
  const uint64_t n = series->log_naming;
  // Goes round through kNamedEvery numbers without coming back to the first ones.
  series->log_naming =
      static_cast<uint8_t>(n + 1 == kNamedEvery + kNamedFirst ? kNamedFirst : n + 1);
  return n < kNamedFirst || (n + series->slot) % kNamedEvery == 0;
}

// Only records with a row of the series count: two of those have a new value.
bool LogWriter::EnterRow(const Entry& entry) {
  HeadSeries* const series = entry.series;
  const bool named = Enter(series);
  if (named) PutName(*series);
  if (!series->log_in_row) {
    series->log_in_row = true;
    series->log_changed_before = series->log_changed_now;
    series->log_changed_now = !series->log_valued;
    series->log_valued = true;
  }
  if (entry.column.rows() == 0 || !SameBits(entry.value, entry.column.last())) {
    series->log_changed_now = true;
  }
  return named || series->log_changed_now || series->log_changed_before;
}

uint64_t LogWriter::SequenceOf(Group* group) {
  if (group->log.epoch != epochs_) {
    group->log = {epochs_, records_};
    group->log_sequence = 0;
  } else if (std::exchange(group->log.record, records_) != records_) {
    ++group->log_sequence;
  }
  return group->log_sequence;
}

void LogWriter::PutGroupRow(std::span<const Entry> entries) {
  Group* const group = entries.front().series->group;
  ++groups_in_record_;
  base::PutVarint(group->number, &group_rows_);
  base::PutVarint(SequenceOf(group), &group_rows_);
  base::PutSignedVarint(
      Step(static_cast<uint64_t>(entries.front().time_ms), static_cast<uint64_t>(base_ms_)),
      &group_rows_);
  PutSlots(entries);
  carried_.assign((entries.size() + 7) / 8, 0);
  values_.clear();
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!EnterRow(entries[i])) continue;
    carried_[i / 8] = static_cast<uint8_t>(carried_[i / 8] | (1u << (i % 8)));
    PutWalValue(entries[i].value, &values_);
  }
  group_rows_.append(carried_.begin(), carried_.end());
  group_rows_ += values_;
}

// Runs of slots that follow each other: one, if the group comes as it always does.
void LogWriter::PutSlots(std::span<const Entry> entries) {
  const auto breaks = [&](size_t i) {
    return i == entries.size() || entries[i].series->slot != entries[i - 1].series->slot + 1;
  };
  uint64_t runs = 0;
  for (size_t i = 1; i <= entries.size(); ++i) runs += breaks(i) ? 1 : 0;
  base::PutVarint(runs, &group_rows_);
  uint64_t next = 0;
  for (size_t first = 0; first < entries.size();) {
    size_t last = first + 1;
    while (!breaks(last)) ++last;
    base::PutSignedVarint(Step(entries[first].series->slot, next), &group_rows_);
    base::PutVarint(last - first, &group_rows_);
    next = entries[last - 1].series->slot + uint64_t{1};
    first = last;
  }
}

void LogWriter::PutLoose(const Entry& entry) {
  if (Enter(entry.series)) PutName(*entry.series);
  const uint64_t ref = entry.series->ref();
  ++loose_in_record_;
  base::PutSignedVarint(Step(ref, last_loose_ref_), &loose_);
  base::PutSignedVarint(Step(static_cast<uint64_t>(entry.time_ms), static_cast<uint64_t>(base_ms_)),
                        &loose_);
  PutWalValue(entry.value, &loose_);
  last_loose_ref_ = ref;
}

void LogWriter::PutHistogram(const HeadBatch::HistogramEntry& entry) {
  if (Enter(entry.series)) PutName(*entry.series);
  const uint64_t ref = entry.series->ref();
  const auto time = static_cast<uint64_t>(entry.sample.time_ms);
  base::PutSignedVarint(Step(ref, last_histogram_ref_), &histograms_);
  base::PutSignedVarint(Step(time, static_cast<uint64_t>(base_ms_)), &histograms_);
  const int64_t start = entry.sample.start_ms;
  base::PutVarint(start == 0 ? 0 : 1 + base::ZigZag(Step(static_cast<uint64_t>(start), time)),
                  &histograms_);
  std::string histogram;
  tsdb::PutHistogram(*entry.sample.histogram, &histogram);
  base::PutString(histogram, &histograms_);
  last_histogram_ref_ = ref;
}

void LogWriter::PutStarts(const HeadBatch& batch, std::string* out) {
  StartRuns runs;
  const size_t known = batch.starts_ms.size();
  for (const bool in_rows : {true, false}) {
    for (size_t i = 0; known > 0 && i < batch.entries.size(); ++i) {
      if ((batch.entries[i].kind == HeadBatch::Kind::kRow) != in_rows) continue;
      runs.Add(i < known ? batch.starts_ms[i] : 0);
    }
  }
  runs.Write(out);
}

// Names of one host are much alike: what is the same at both ends is not said again.
void LogWriter::PutName(const HeadSeries& series) {
  const std::string_view name = series.labels.bytes();
  const size_t prefix = SharedPrefix(last_name_, name);
  const size_t suffix =
      SharedSuffix(last_name_, name, std::min(last_name_.size(), name.size()) - prefix);
  ++named_;
  name_bytes_ += name.size();
  base::PutSignedVarint(Step(series.ref(), last_named_ref_), &names_);
  base::PutVarint(prefix, &names_);
  base::PutVarint(suffix, &names_);
  base::PutString(name.substr(prefix, name.size() - prefix - suffix), &names_);
  last_named_ref_ = series.ref();
  last_name_ = name;
}

}  // namespace vedette::tsdb
