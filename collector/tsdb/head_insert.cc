#include "collector/tsdb/head.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "collector/tsdb/histogram_codec.h"

namespace vedette::tsdb {
namespace {

// What late samples are held to. One that nobody may send now came before the clock stepped back:
// it is not to keep out the others until its time comes again.
int64_t NewestOf(const HeadSeries& series, int64_t now_ms) {
  return series.newest_ms - kMaxAheadMs > now_ms ? now_ms : series.newest_ms;
}

bool IsPast(const Group& group, int64_t time_ms) {
  return !group.times.empty() && time_ms < group.times.back();
}

}  // namespace

const StoredHistogram* Head::FindHistogram(const HeadSeries& series, int64_t time_ms) {
  if (series.extra == nullptr || series.extra->rich == nullptr) return nullptr;
  return series.extra->rich->Find(time_ms);
}

bool Head::Find(const HeadSeries& series, int64_t time_ms, double* value) {
  const std::vector<int64_t>& rows = series.group->times;
  const auto row_at = std::lower_bound(rows.begin(), rows.end(), time_ms);
  const auto row = static_cast<uint32_t>(row_at - rows.begin());
  const SeriesExtra* const extra = series.extra.get();
  if (row < series.column.rows() && *row_at == time_ms &&
      (extra == nullptr || !extra->InGap(row))) {
    *value = series.column.At(row);
    return true;
  }
  if (extra == nullptr) return false;
  const auto at = std::lower_bound(extra->times.begin(), extra->times.end(), time_ms);
  if (at == extra->times.end() || *at != time_ms) return false;
  *value = extra->values[static_cast<size_t>(at - extra->times.begin())];
  return true;
}

Verdict Head::Insert(HeadSeries* series, double value, int64_t window_ms, Run* run,
                     HeadBatch* batch) {
  const int64_t time_ms = run->time_ms;
  if (time_ms <= series->newest_ms) {
    double have = series->newest_value;
    const bool is_newest = time_ms == series->newest_ms;
    if (is_newest ? series->newest_is_histogram : FindHistogram(*series, time_ms) != nullptr) {
      return Verdict::kOther;
    }
    if (is_newest || Find(*series, time_ms, &have)) {
      return SameBits(value, have) ? Verdict::kSame : Verdict::kOther;
    }
    if (time_ms < NewestOf(*series, run->now_ms) - window_ms) return Verdict::kTooOld;
  }
  const bool joins = time_ms > series->newest_ms && JoinsRow(series, run, batch);
  batch->entries.push_back(
      {series, time_ms, value, joins ? HeadBatch::Kind::kRow : HeadBatch::Kind::kLoose,
       series->newest_is_histogram, series->newest_ms, series->newest_value, series->column});
  if (joins) {
    Fill(series, value);
  } else {
    InsertLoose(series, time_ms, value);
  }
  NoteTime(time_ms);
  if (time_ms > series->newest_ms) {
    series->newest_ms = time_ms;
    series->newest_value = value;
    series->newest_is_histogram = false;
  }
  return Verdict::kStored;
}

Verdict Head::Insert(HeadSeries* series, const model::HistogramSample& sample, int64_t window_ms,
                     int64_t now_ms, HeadBatch* batch) {
  const int64_t time_ms = sample.time_ms;
  const auto hash = std::bit_cast<double>(CountsHash(*sample.histogram));
  if (time_ms <= series->newest_ms) {
    if (time_ms == series->newest_ms) {
      const bool same = series->newest_is_histogram && SameBits(series->newest_value, hash);
      return same ? Verdict::kSame : Verdict::kOther;
    }
    if (const StoredHistogram* const have = FindHistogram(*series, time_ms)) {
      const bool same = SameCounts(*have->Decode().histogram, *sample.histogram);
      return same ? Verdict::kSame : Verdict::kOther;
    }
    double other = 0;
    if (Find(*series, time_ms, &other)) return Verdict::kOther;
    if (time_ms < NewestOf(*series, now_ms) - window_ms) return Verdict::kTooOld;
  }
  batch->histograms.push_back({series, sample, HeadBatch::Kind::kLoose, series->newest_is_histogram,
                               series->newest_ms, series->newest_value});
  RichSamples* const rich = Rich(series);
  const uint64_t before = rich->bytes();
  rich->Insert(sample);
  column_bytes_ += rich->bytes() - before;
  NoteTime(time_ms);
  if (time_ms > series->newest_ms) {
    series->newest_ms = time_ms;
    series->newest_value = hash;
    series->newest_is_histogram = true;
  }
  return Verdict::kStored;
}

void Head::NoteTime(int64_t time_ms) {
  ++samples_;
  min_ms_ = std::min(min_ms_, time_ms);
  max_ms_ = std::max(max_ms_, time_ms);
}

void Head::SetStart(HeadSeries* series, int64_t time_ms, int64_t start_ms, HeadBatch* batch) {
  if (start_ms != 0) batch->SetStart(start_ms);
  RichSamples* const rich = Rich(series);
  if (rich->StartAt(time_ms) == start_ms) return;
  batch->starts_before.push_back({series, rich->starts()});
  const uint64_t before = rich->bytes();
  rich->SetStart(time_ms, start_ms, time_ms == series->newest_ms);
  column_bytes_ += rich->bytes() - before;
  series->has_starts = true;
}

void Head::Repeat(HeadSeries* series, double value, const Run& run, HeadBatch* batch) {
  batch->entries.push_back({series,
                            run.time_ms,
                            value,
                            HeadBatch::Kind::kRepeat,
                            series->newest_is_histogram,
                            series->newest_ms,
                            series->newest_value,
                            {}});
}

void Head::Repeat(HeadSeries* series, const model::HistogramSample& sample, HeadBatch* batch) {
  batch->histograms.push_back({series, sample, HeadBatch::Kind::kRepeat,
                               series->newest_is_histogram, series->newest_ms,
                               series->newest_value});
}

bool Head::JoinsRow(HeadSeries* series, Run* run, HeadBatch* batch) {
  if (series->group == run->row_of) return true;
  const bool may_move = run->length >= kMinRunOfGroup && !series->moved;
  if (series->group == loose_) {
    if (!may_move) return false;
    Move(series, OwnGroup(run));
  }
  if (OpensRow(series->group, run, batch)) return true;
  if (!may_move || IsPast(*series->group, run->time_ms)) return false;
  // What the batch has put into its rows could not be undone any more.
  const std::vector<Group*>& filled = batch->filled;
  if (std::find(filled.begin(), filled.end(), series->group) != filled.end()) return false;
  // It comes with a few of its group only: they are a group of their own.
  if (run->own == nullptr || run->own == series->group) run->own = NewGroup();
  Move(series, run->own);
  return OpensRow(series->group, run, batch);
}

bool Head::OpensRow(Group* group, Run* run, HeadBatch* batch) {
  if (group == run->row_of) return true;
  if (group == run->no_row) return false;
  if (group->times.empty() || group->times.back() != run->time_ms) {
    if (IsPast(*group, run->time_ms) || run->length < kMinRunOfGroup ||
        run->length * kRowShare < group->live) {
      run->no_row = group;
      return false;
    }
    const size_t before = group->times.capacity();
    group->times.push_back(run->time_ms);
    column_bytes_ += (group->times.capacity() - before) * sizeof(int64_t);
    batch->opened.push_back(group);
  }
  batch->filled.push_back(group);
  run->row_of = group;
  return true;
}

void Head::Fill(HeadSeries* series, double value) {
  const auto row = static_cast<uint32_t>(series->group->times.size() - 1);
  const uint32_t filled = series->column.rows();
  if (filled < row) {
    SeriesExtra* const extra = Extra(series);
    const uint64_t before = extra->bytes();
    extra->gaps.push_back({filled, row});
    column_bytes_ += extra->bytes() - before;
    series->column.PushGap(row - filled, value, arena_.get());
  }
  series->column.Push(value, arena_.get());
}

void Head::InsertLoose(HeadSeries* series, int64_t time_ms, double value) {
  SeriesExtra* const extra = Extra(series);
  const uint64_t before = extra->bytes();
  const auto at =
      std::lower_bound(extra->times.begin(), extra->times.end(), time_ms) - extra->times.begin();
  extra->times.insert(extra->times.begin() + at, time_ms);
  extra->values.insert(extra->values.begin() + at, value);
  column_bytes_ += extra->bytes() - before;
}

void Head::RemoveLoose(HeadSeries* series, int64_t time_ms) {
  SeriesExtra* const extra = series->extra.get();
  const auto at =
      std::lower_bound(extra->times.begin(), extra->times.end(), time_ms) - extra->times.begin();
  extra->times.erase(extra->times.begin() + at);
  extra->values.erase(extra->values.begin() + at);
}

}  // namespace vedette::tsdb
