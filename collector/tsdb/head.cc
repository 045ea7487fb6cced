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

}  // namespace

uint64_t Head::SeriesCost(const model::Labels& labels) {
  return kSeriesOverhead + labels.bytes().size();
}

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
