#include "collector/tsdb/head.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <utility>

#include "collector/tsdb/histogram_codec.h"

namespace vedette::tsdb {
namespace {

// A series' object and its places in slots, set and metric index, with the allocator's overhead.
constexpr uint64_t kSeriesOverhead = sizeof(HeadSeries) + 64;

uint64_t SeriesCost(const model::Labels& labels) { return kSeriesOverhead + labels.bytes().size(); }

// What late samples are held to. One that nobody may send now came before the clock stepped back:
// it is not to keep out the others until its time comes again.
int64_t NewestOf(const HeadSeries& series, int64_t now_ms) {
  return series.newest_ms - kMaxAheadMs > now_ms ? now_ms : series.newest_ms;
}

// Series lie all over the memory: a walk over many asks for some before it comes to them.
constexpr size_t kSeriesAhead = 8;
void Prefetch(const HeadSeries* series) {
  __builtin_prefetch(&series->group);
  __builtin_prefetch(&series->users, 1);
}

// Each head has ids of its own: a sender may keep one over a store that is opened anew.
uint64_t FirstId() {
  static std::atomic<uint64_t> heads{0};
  return (heads.fetch_add(1, std::memory_order_relaxed) << 40) + 1;
}

bool IsPast(const Group& group, int64_t time_ms) {
  return !group.times.empty() && time_ms < group.times.back();
}

}  // namespace

Head::Head(uint64_t hash_seed) : next_id_(FirstId()), by_labels_(0, HashLabels{hash_seed}) {
  loose_ = NewGroup();
}

void Head::Begin(HeadBatch* batch) const {
  batch->entries.clear();
  batch->starts_ms.clear();
  batch->histograms.clear();
  batch->starts_before.clear();
  batch->created.clear();
  batch->opened.clear();
  batch->filled.clear();
  batch->min_ms = min_ms_;
  batch->max_ms = max_ms_;
}

HeadSeries* Head::FindLabels(const model::Labels& labels) const {
  const auto known = by_labels_.find(std::string_view(labels.bytes()));
  return known == by_labels_.end() ? nullptr : *known;
}

HeadSeries* Head::FindRef(const model::SeriesRef& ref) const {
  const auto known = by_labels_.find(ref);
  return known == by_labels_.end() ? nullptr : *known;
}

HeadSeries* Head::Add(const model::Labels& labels, Run* run, HeadBatch* batch) {
  const SeriesPtr series(new HeadSeries);
  series->labels = labels;
  series->id = next_id_++;
  PutInto(series, run->length >= kMinRunOfGroup ? OwnGroup(run) : loose_);
  by_labels_.insert(series.get());
  index_.Add(series.get());
  registry_bytes_ += SeriesCost(labels);
  batch->created.push_back(series.get());
  return series.get();
}

void Head::Remove(HeadSeries* series) {
  const SeriesPtr keep(series);
  index_.Remove(series);
  by_labels_.erase(series);
  std::vector<SeriesPtr>& slots = series->group->slots;
  Leave(series);
  while (!slots.empty() && slots.back() == nullptr) slots.pop_back();
  registry_bytes_ -= SeriesCost(series->labels);
}

Group* Head::NewGroup() {
  auto owned = std::make_unique<Group>(next_group_++);
  Group* const group = owned.get();
  groups_.emplace(group->number, std::move(owned));
  return group;
}

// The group of the run's first grouped series, so that a new series joins those it came with.
Group* Head::OwnGroup(Run* run) {
  if (run->own == nullptr) run->own = run->row_of;
  if (run->own == nullptr || run->own->slots.size() >= kMaxGroupSlots) run->own = NewGroup();
  return run->own;
}

void Head::PutInto(SeriesPtr series, Group* group) {
  series->group = group;
  series->slot = static_cast<uint32_t>(group->slots.size());
  series->next_slot = series->slot + 1;
  series->log = {};
  ++group->live;
  group->slots.push_back(std::move(series));
}

void Head::Leave(HeadSeries* series) {
  Group* const group = series->group;
  series->group = nullptr;
  --group->live;
  group->slots[series->slot] = nullptr;
}

void Head::Move(HeadSeries* series, Group* to) {
  if (series->column.rows() > 0) {
    SpillColumn(series);
    series->moved = true;
  }
  SeriesPtr keep(series);
  Leave(series);
  PutInto(std::move(keep), to);
}

void Head::SpillColumn(HeadSeries* series) {
  SeriesExtra* const extra = Extra(series);
  const uint64_t before = extra->bytes();
  SeriesExtra all;
  series->samples().ReadFloats(INT64_MIN, INT64_MAX, &all.times, &all.values);
  all.rich = std::move(extra->rich);
  *extra = std::move(all);
  series->column = {};
  column_bytes_ += extra->bytes() - before;
}

SeriesExtra* Head::Extra(HeadSeries* series) {
  if (series->extra == nullptr) {
    series->extra = std::make_unique<SeriesExtra>();
    column_bytes_ += series->extra->bytes();
  }
  return series->extra.get();
}

RichSamples* Head::Rich(HeadSeries* series) {
  SeriesExtra* const extra = Extra(series);
  if (extra->rich == nullptr) {
    extra->rich = std::make_unique<RichSamples>();
    column_bytes_ += extra->rich->bytes();
  }
  return extra->rich.get();
}

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

void Head::UndoEntry(const HeadBatch::Entry& entry) {
  if (entry.kind == HeadBatch::Kind::kRepeat) return;
  HeadSeries* const series = entry.series;
  if (entry.kind == HeadBatch::Kind::kRow) {
    series->column = entry.column;
    if (series->extra != nullptr && !series->extra->gaps.empty() &&
        series->extra->gaps.back().first >= series->column.rows()) {
      series->extra->gaps.pop_back();
    }
  } else {
    RemoveLoose(series, entry.time_ms);
  }
  series->newest_ms = entry.newest_ms;
  series->newest_value = entry.newest_value;
  series->newest_is_histogram = entry.newest_was_histogram;
  --samples_;
}

void Head::UndoHistogram(const HeadBatch::HistogramEntry& entry) {
  if (entry.kind == HeadBatch::Kind::kRepeat) return;
  HeadSeries* const series = entry.series;
  RichSamples* const rich = series->extra->rich.get();
  const uint64_t before = rich->bytes();
  rich->Remove(entry.sample.time_ms);
  column_bytes_ += rich->bytes() - before;
  series->newest_ms = entry.newest_ms;
  series->newest_value = entry.newest_value;
  series->newest_is_histogram = entry.newest_was_histogram;
  --samples_;
}

void Head::UndoStarts(const HeadBatch::StartsBefore& before) {
  RichSamples* const rich = before.series->extra->rich.get();
  const uint64_t bytes = rich->bytes();
  rich->set_starts(before.starts);
  column_bytes_ += rich->bytes() - bytes;
  before.series->has_starts = !before.starts.empty();
}

void Head::Undo(const HeadBatch& batch) {
  for (auto at = batch.histograms.rbegin(); at != batch.histograms.rend(); ++at) UndoHistogram(*at);
  for (auto at = batch.starts_before.rbegin(); at != batch.starts_before.rend(); ++at) {
    UndoStarts(*at);
  }
  for (auto at = batch.entries.rbegin(); at != batch.entries.rend(); ++at) UndoEntry(*at);
  for (auto at = batch.opened.rbegin(); at != batch.opened.rend(); ++at) (*at)->times.pop_back();
  min_ms_ = batch.min_ms;
  max_ms_ = batch.max_ms;
  for (auto at = batch.created.rbegin(); at != batch.created.rend(); ++at) {
    if ((*at)->extra != nullptr) column_bytes_ -= (*at)->extra->bytes();
    Remove(*at);
  }
}

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

void Head::NoteDeletion(const std::vector<model::Matcher>& matchers) {
  bool sorted = false;
  if (!index_.Match(matchers, &sorted).empty()) freezes_with_deleted_ = 2;
}

bool Head::NextInRange(int64_t min_ms, int64_t max_ms, HeadIndex::Walk* walk,
                       std::vector<SeriesPtr>* series) const {
  if (!Overlaps(min_ms, max_ms)) return false;
  std::vector<HeadSeries*> next;
  const bool more = index_.Next(kWalkStep, walk, &next);
  for (HeadSeries* const one : next) {
    if (one->samples().HasAny(min_ms, max_ms)) series->emplace_back(one);
  }
  return more;
}

std::vector<std::string> Head::LabelValues(std::string_view name, int64_t min_ms, int64_t max_ms) {
  return Overlaps(min_ms, max_ms) ? index_.LabelValues(name) : std::vector<std::string>();
}

std::vector<std::string> Head::LabelNames(int64_t min_ms, int64_t max_ms) {
  return Overlaps(min_ms, max_ms) ? index_.LabelNames() : std::vector<std::string>();
}

HeadView Head::View(const std::vector<model::Matcher>& matchers, int64_t min_ms, int64_t max_ms,
                    uint64_t max_bytes) {
  HeadView view;
  uint64_t bytes = 0;
  const std::vector<HeadSeries*>& matching = index_.Match(matchers, &view.sorted);
  view.arena = arena_;
  view.series.reserve(matching.size());
  absl::flat_hash_map<const Group*, uint32_t> times;
  for (size_t i = 0; i < matching.size(); ++i) {
    if (i + kSeriesAhead < matching.size()) Prefetch(matching[i + kSeriesAhead]);
    HeadSeries* const series = matching[i];
    const auto [at, fresh] = times.try_emplace(series->group, view.times.size());
    if (fresh) {
      view.times.push_back(series->group->times);
      bytes += HeadView::BytesOf(view.times.back());
    }
    HeadView::Series& one = view.series.emplace_back();
    one.owner = SeriesPtr(series);
    one.column = series->column;
    one.times = at->second;
    if (series->extra != nullptr) {
      one.extra = std::make_unique<SeriesExtra>(series->extra->Within(min_ms, max_ms));
    }
    bytes += HeadView::BytesOf(one);
    if (bytes > max_bytes) break;
  }
  return view;
}

}  // namespace vedette::tsdb
