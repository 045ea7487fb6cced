#ifndef VEDETTE_COLLECTOR_TSDB_HEAD_H_
#define VEDETTE_COLLECTOR_TSDB_HEAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/codec/bytes.h"
#include "base/strings.h"
#include "collector/tsdb/frozen_head.h"
#include "collector/tsdb/head_batch.h"
#include "collector/tsdb/head_index.h"
#include "collector/tsdb/head_series.h"
#include "collector/tsdb/head_view.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/sample.h"

namespace vedette::tsdb {

// From so many neighbours with one time on series become a group.
inline constexpr size_t kMinRunOfGroup = 8;
// A run opens a row of a group only if it has at least this share of its series: 1 / this. Fewer
// than that were not sampled together with the others, and get a group of their own.
inline constexpr size_t kRowShare = 4;
// More series than this make a second group.
inline constexpr size_t kMaxGroupSlots = 1 << 20;

// Samples further ahead of the clock than this are refused, as Prometheus does for scrapes and
// remote write.
inline constexpr int64_t kMaxAheadMs = 10 * 60 * 1000;

// So many series are looked at under one hold of the lock, a millisecond or less.
inline constexpr size_t kWalkStep = 4096;

// What became of a sample offered to the head.
enum class Verdict { kStored, kSame, kOther, kTooOld };

// Registry of live series and their samples in memory. Not thread-safe: the store's lock guards it.
//
// Samples that come together, with one time, go into a row of their group: one time for all, and of
// each series a value only if it moves. Whatever does not fit (late samples, single ones) is stored
// with its own time. Which way a sample takes changes nothing of what is answered.
//
// Pointers to series are good until Freeze or Undo.
class Head {
 public:
  // Neighbours of one batch that have one time. Made for one run and dropped with it.
  struct Run {
    int64_t time_ms = 0;
    size_t length = 0;
    int64_t now_ms = INT64_MAX;  // the clock when it came
    Group* own = nullptr;        // where this run's new and moved series go
    Group* row_of = nullptr;     // the group whose newest row has this run's time
    Group* no_row = nullptr;     // a group that cannot take a row of this time
    HeadSeries* last = nullptr;  // the series of the row before
  };

  explicit Head(uint64_t hash_seed);

  // Empties `batch` for a new one.
  void Begin(HeadBatch* batch) const;
  // The series that came after `last` the last time, null without a guess. To be verified.
  static HeadSeries* Guess(const HeadSeries* last) { return last->group->At(last->next_slot); }
  // Makes `series` the guess for what comes after `last`.
  static void Learn(HeadSeries* last, const HeadSeries* series) {
    if (last->group == series->group) last->next_slot = series->slot;
  }
  // Null when there is none.
  HeadSeries* FindLabels(const model::Labels& labels) const;
  // The series of this id and HashOf, null when there is none any more.
  HeadSeries* FindRef(const model::SeriesRef& ref) const;
  uint64_t HashOf(const HeadSeries& series) const { return by_labels_.hash_function()(&series); }
  // `labels` are not in the registry yet.
  HeadSeries* Add(const model::Labels& labels, Run* run, HeadBatch* batch);

  // Offers a sample at the run's time. `window_ms`: how much older than the series' newest it may
  // be; than the clock where that has stepped back behind the newest. Notes in `batch` what it
  // stored.
  Verdict Insert(HeadSeries* series, double value, int64_t window_ms, Run* run, HeadBatch* batch);
  // Of the sample stored last, which is of this series; 0: unknown. Needed of one that is unknown
  // only where the series has_starts.
  void SetStart(HeadSeries* series, int64_t time_ms, int64_t start_ms, HeadBatch* batch);
  // Offers a native histogram, under the same rules; after all floats of the batch. `now_ms`: the
  // clock when it came.
  Verdict Insert(HeadSeries* series, const model::HistogramSample& sample, int64_t window_ms,
                 int64_t now_ms, HeadBatch* batch);
  // Notes a sample that the head has already, for the log to say once more.
  static void Repeat(HeadSeries* series, double value, const Run& run, HeadBatch* batch);
  static void Repeat(HeadSeries* series, const model::HistogramSample& sample, HeadBatch* batch);
  // Takes back all that the batch notes. What the log said of it must not hold any more: slots
  // are used again.
  void Undo(const HeadBatch& batch);

  // Takes all samples out; series without samples now and at the Freeze before are forgotten. Refs
  // of others may change.
  std::shared_ptr<const FrozenHead> Freeze();

  // The matching series, those without a sample in the range too; the view is good for the range.
  // What takes more than `max_bytes` is not copied to its end: the view then says more.
  HeadView View(const std::vector<model::Matcher>& matchers, int64_t min_ms, int64_t max_ms,
                uint64_t max_bytes = UINT64_MAX);
  // Sorted. Of all its series if it has samples in the range. Not while HidesDeleted.
  std::vector<std::string> LabelValues(std::string_view name, int64_t min_ms, int64_t max_ms);
  std::vector<std::string> LabelNames(int64_t min_ms, int64_t max_ms);
  // After a deletion, until its series are forgotten: label queries are to name those series alone
  // that have samples in the range. Looking for them takes long, and goes on by NextInRange.
  bool HidesDeleted() const { return freezes_with_deleted_ > 0; }
  // Appends those of the next series that have samples in the range, whose labels may be read
  // without the lock; false when none is left.
  bool NextInRange(int64_t min_ms, int64_t max_ms, HeadIndex::Walk* walk,
                   std::vector<SeriesPtr>* series) const;
  // Samples of these series were deleted.
  void NoteDeletion(const std::vector<model::Matcher>& matchers);

  size_t series() const { return by_labels_.size(); }
  size_t groups() const { return groups_.size() - 1; }
  uint64_t samples() const { return samples_; }
  // Estimates of the memory taken.
  uint64_t registry_bytes() const { return registry_bytes_; }
  uint64_t sample_bytes() const { return arena_->bytes() + column_bytes_; }
  uint64_t bytes() const { return registry_bytes() + sample_bytes(); }
  int64_t max_ms() const { return max_ms_; }  // over all series, also forgotten ones
  int64_t min_ms() const { return min_ms_; }  // of the samples in memory; INT64_MAX without

 private:
  struct HashLabels {
    using is_transparent = void;
    uint64_t seed;
    size_t operator()(std::string_view bytes) const { return base::Hash64(bytes, seed); }
    size_t operator()(const HeadSeries* series) const { return (*this)(series->labels.bytes()); }
    size_t operator()(const model::SeriesRef& ref) const { return ref.hash; }
  };
  struct SameLabels {
    using is_transparent = void;
    static std::string_view Bytes(std::string_view bytes) { return bytes; }
    static std::string_view Bytes(const HeadSeries* series) { return series->labels.bytes(); }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return Bytes(a) == Bytes(b);
    }
    bool operator()(HeadSeries* series, const model::SeriesRef& ref) const {
      return series->id == ref.id;
    }
  };

  // What a series takes, without samples.
  static uint64_t SeriesCost(const model::Labels& labels);
  Group* NewGroup();
  Group* OwnGroup(Run* run);
  void PutInto(SeriesPtr series, Group* group);
  // Its slot stays empty: in the log it means this series until the epoch ends.
  static void Leave(HeadSeries* series);
  // Its samples so far get times of their own.
  void Move(HeadSeries* series, Group* to);
  void SpillColumn(HeadSeries* series);
  SeriesExtra* Extra(HeadSeries* series);
  RichSamples* Rich(HeadSeries* series);
  void Remove(HeadSeries* series);

  // head_insert.cc
  // True when `series` is to get this run's sample in a row of its group, which is open then.
  bool JoinsRow(HeadSeries* series, Run* run, HeadBatch* batch);
  bool OpensRow(Group* group, Run* run, HeadBatch* batch);
  void Fill(HeadSeries* series, double value);
  void InsertLoose(HeadSeries* series, int64_t time_ms, double value);
  void RemoveLoose(HeadSeries* series, int64_t time_ms);
  static bool Find(const HeadSeries& series, int64_t time_ms, double* value);
  static const StoredHistogram* FindHistogram(const HeadSeries& series, int64_t time_ms);
  void NoteTime(int64_t time_ms);
  // head_undo.cc
  void UndoEntry(const HeadBatch::Entry& entry);
  void UndoHistogram(const HeadBatch::HistogramEntry& entry);
  void UndoStarts(const HeadBatch::StartsBefore& before);

  // head_freeze.cc
  void FreezeSeries(HeadSeries* series, uint32_t group, FrozenHead* frozen);
  static void Compact(Group* group);
  void Forget(const std::vector<SeriesPtr>& series);

  uint32_t next_group_ = 1;
  uint64_t next_id_;
  absl::flat_hash_map<uint32_t, std::unique_ptr<Group>> groups_;
  Group* loose_ = nullptr;  // one of them
  absl::flat_hash_set<HeadSeries*, HashLabels, SameLabels> by_labels_;
  bool Overlaps(int64_t min_ms, int64_t max_ms) const {
    return min_ms <= max_ms && min_ms_ <= max_ms && max_ms_ >= min_ms;
  }

  HeadIndex index_;
  int freezes_with_deleted_ = 0;  // so many to come until what was deleted is forgotten
  std::shared_ptr<ChunkArena> arena_ = std::make_shared<ChunkArena>();  // readers hold it too
  uint64_t samples_ = 0;
  uint64_t registry_bytes_ = 0;
  uint64_t column_bytes_ = 0;  // of times and extras
  int64_t min_ms_ = INT64_MAX;
  int64_t max_ms_ = INT64_MIN;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_HEAD_H_
