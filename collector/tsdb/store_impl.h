#ifndef VEDETTE_COLLECTOR_TSDB_STORE_IMPL_H_
#define VEDETTE_COLLECTOR_TSDB_STORE_IMPL_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/believed_clock.h"
#include "base/mutex.h"
#include "base/wal.h"
#include "collector/tsdb/disk_guard.h"
#include "collector/tsdb/exemplar_record.h"
#include "collector/tsdb/exemplar_ring.h"
#include "collector/tsdb/head.h"
#include "collector/tsdb/head_batch.h"
#include "collector/tsdb/log_keeper.h"
#include "collector/tsdb/log_replay.h"
#include "collector/tsdb/log_writer.h"
#include "collector/tsdb/merge_cursor.h"
#include "collector/tsdb/part_selections.h"
#include "collector/tsdb/part_set.h"
#include "collector/tsdb/quarantine.h"
#include "collector/tsdb/replay_meter.h"
#include "collector/tsdb/series_page_cache.h"
#include "collector/tsdb/store.h"
#include "collector/tsdb/wal_record.h"

namespace vedette::tsdb {

class WireHistograms;

// Joins head, log and parts. store_open.cc brings it up, store_replay.cc puts the log back into
// the head, store_append.cc takes samples,
// store_flush.cc writes parts, store_maintain.cc merges them, store_retention.cc drops,
// store_delete.cc deletes, store_history.cc says what stands, store_read.cc answers.
//
// Locks: maintenance_mutex_ (who changes the set of parts) before mutex_ (head, log epoch).
class Store::Impl {
 public:
  explicit Impl(const Options& options);
  ~Impl();

  base::Status Open();
  base::StatusOr<model::AppendStats> Append(std::span<const model::LentSample> samples)
      VEDETTE_EXCLUDES(mutex_);
  // Of a request's floats and native histograms.
  base::StatusOr<model::AppendStats> Append(const model::WireBatch& batch) VEDETTE_EXCLUDES(mutex_);
  // Of all that it brings.
  base::StatusOr<model::AppendStats> AppendWire(const model::WireBatch& batch)
      VEDETTE_EXCLUDES(mutex_);
  std::vector<SeriesExemplars> Exemplars(const std::vector<std::vector<model::Matcher>>& selectors,
                                         int64_t min_ms, int64_t max_ms) VEDETTE_EXCLUDES(mutex_);
  void OnDurable(std::function<void(const base::Status&)> done);
  base::WalPosition LogEnd() const;
  base::WalPosition LogRunBegin() const { return {run_segment_, 0}; }
  std::unique_ptr<model::SampleLogReader> OpenLog(base::WalPosition from) const;
  int64_t NewestMs() VEDETTE_EXCLUDES(mutex_);
  void NeedLog(std::optional<uint64_t> segment) { keeper_.Need(segment); }
  ReplayProgress Replay() VEDETTE_EXCLUDES(mutex_);
  void OnReplayed(std::function<void()> done) VEDETTE_EXCLUDES(mutex_);
  base::Status Lend(const LendRequest& request, const ViewVisitor& visit) VEDETTE_EXCLUDES(mutex_);
  base::StatusOr<std::vector<std::string>> LabelNames(const SeriesQuery& query);
  base::StatusOr<std::vector<std::string>> LabelValues(std::string_view name,
                                                       const SeriesQuery& query);
  base::StatusOr<std::vector<model::Labels>> Series(const SeriesQuery& query);
  StoreStats Stats() VEDETTE_EXCLUDES(mutex_);
  tsdb::History History() VEDETTE_EXCLUDES(mutex_);
  base::Status Flush() VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  base::Status Compact() VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  base::Status Maintain() VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  base::Status Delete(const std::vector<model::Matcher>& matchers, int64_t min_ms, int64_t max_ms)
      VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  base::Status CleanTombstones() VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  base::Status Import(const ImportDays& days, const ReadDayFn& read_day)
      VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  base::StatusOr<CopyReport> Backup(const std::string& to, base::HardLinker* linker, bool skip_head)
      VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  void Stop() VEDETTE_EXCLUDES(mutex_);

 private:
  // What times are taken.
  struct TimeBounds {
    int64_t oldest_ms;
    int64_t newest_ms;
  };
  // Everything a reader needs, taken at one moment.
  struct View {
    HeadView head;
    std::shared_ptr<const FrozenHead> frozen;
    std::shared_ptr<const PartList> parts;
  };
  // The same of who asks for texts of labels.
  struct LabelsView {
    std::vector<std::string> head;
    std::shared_ptr<const FrozenHead> frozen;
    std::shared_ptr<const PartList> parts;
  };

  // store_open.cc
  void MakeTelemetry();
  base::Status OpenParts();
  void RunBackground(const std::stop_token& stop);

  // store_replay.cc
  base::Wal::Options WalOptions();
  // The log once it has been replayed, null before.
  base::Wal* wal() const { return wal_.load(std::memory_order_acquire); }
  // Unavailable until then.
  base::Status CheckReplayed() VEDETTE_EXCLUDES(mutex_);
  base::Status NotReplayed() VEDETTE_REQUIRES(mutex_);
  // Replays until it succeeds; false when told to stop, or when it never will.
  bool ReplayUntilDone(const std::stop_token& stop) VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  // Cancelled when told to stop; the log is as it was then.
  base::Status ReplayLog(const std::stop_token& stop) VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  base::Status ReplayRecord(base::WalPosition position, uint8_t type, std::string_view payload,
                            LogReplay* replay) VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  base::Status ReplayBatch(base::WalPosition position, const WalBatch& batch, LogReplay* replay)
      VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  bool ReplayIsFull() VEDETTE_REQUIRES(mutex_);
  base::Status FlushReplayed() VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);
  void TakeLog(std::unique_ptr<base::Wal> log, uint64_t segment, const LogReplay& replay)
      VEDETTE_EXCLUDES(mutex_);
  void ReportReplay(const base::Wal::ReplayStats& stats, const LogReplay& replay);
  // What a failed replay has left in memory goes; the log holds it.
  void ForgetReplayed() VEDETTE_EXCLUDES(maintenance_mutex_, mutex_);

  // store_append.cc
  template <typename Source>
  base::StatusOr<model::AppendStats> AppendFrom(const Source& source,
                                                const WireHistograms* histograms)
      VEDETTE_EXCLUDES(mutex_);
  // Why a time is not taken, empty if it is.
  static std::string_view BadTime(int64_t time_ms, const TimeBounds& bounds);
  // Takes the samples from `first` on that have one time.
  template <typename Source>
  void TakeRun(const Source& source, size_t first, const TimeBounds& bounds, Head::Run* run,
               model::AppendStats* stats) VEDETTE_REQUIRES(mutex_);
  template <typename Source>
  void TakeSample(const Source& source, size_t i, Head::Run* run, model::AppendStats* stats)
      VEDETTE_REQUIRES(mutex_);
  void TakeHistograms(const WireHistograms& source, const TimeBounds& bounds,
                      model::AppendStats* stats) VEDETTE_REQUIRES(mutex_);
  void TakeHistogram(const WireHistograms& source, size_t i, model::TimedHistogram timed,
                     Head::Run* run, model::AppendStats* stats) VEDETTE_REQUIRES(mutex_);
  bool MemoryIsFull() VEDETTE_REQUIRES(mutex_);
  template <typename Source>
  void Refuse(uint64_t* count, const Source& source, size_t i, int64_t time_ms,
              std::string_view why, model::AppendStats* stats) VEDETTE_REQUIRES(mutex_);
  template <typename Source>
  void RefuseForMemory(const Source& source, size_t i, Head::Run* run, model::AppendStats* stats)
      VEDETTE_REQUIRES(mutex_);
  // kOther or kTooOld.
  template <typename Source>
  void NoteRefusal(Verdict verdict, const Source& source, size_t i, const Head::Run& run,
                   model::AppendStats* stats) VEDETTE_REQUIRES(mutex_);
  template <typename Source>
  HeadSeries* FindOrAdd(const Source& source, size_t i, Head::Run* run, model::AppendStats* stats)
      VEDETTE_REQUIRES(mutex_);
  template <typename Source>
  HeadSeries* FindKnown(const Source& source, size_t i, const Head::Run& run)
      VEDETTE_REQUIRES(mutex_);
  HeadSeries* FindByRef(model::SeriesRef* ref) VEDETTE_REQUIRES(mutex_);
  template <typename Source>
  HeadSeries* FindByLabels(const Source& source, size_t i, Head::Run* run,
                           model::AppendStats* stats) VEDETTE_REQUIRES(mutex_);
  // Of batch_, which is undone by who called when it fails.
  base::Status WriteLog() VEDETTE_REQUIRES(mutex_);
  base::StatusOr<base::WalPosition> WriteRecord() VEDETTE_REQUIRES(mutex_);
  // The head holds what may be missing in the log: a sync failed or the log's files vanished.
  bool LogLacksSome() VEDETTE_REQUIRES(mutex_);
  void StartEpoch(uint64_t segment) VEDETTE_REQUIRES(mutex_);
  void Count(const model::AppendStats& stats);
  // Samples older than this are beyond the retention.
  int64_t OldestMs() VEDETTE_REQUIRES(mutex_);
  uint64_t MemoryBytes() VEDETTE_REQUIRES(mutex_);

  // store_wire.cc
  base::Status AppendExemplars(const model::WireBatch& batch, model::AppendStats* stats)
      VEDETTE_EXCLUDES(mutex_);
  bool TakeExemplar(const model::Labels& series, model::Exemplar exemplar,
                    std::vector<LoggedExemplar>* added) VEDETTE_REQUIRES(mutex_);
  static base::Status LogExemplars(std::span<const LoggedExemplar> added, base::Wal* log);
  // Writes all that are in memory to the log once more, before what holds them is dropped. False
  // when that must wait, since they could not be written; a full disk lets nothing wait.
  bool CarryExemplars(base::Wal* log) VEDETTE_REQUIRES(mutex_);
  base::Status ReplayExemplars(base::WalPosition position, std::string_view payload)
      VEDETTE_EXCLUDES(mutex_);
  base::Status ReplayCarryMark(std::string_view payload) VEDETTE_EXCLUDES(mutex_);
  // Drops what the replay has put into parts from the log that it opened.
  void DropReplayed(base::Wal* log) VEDETTE_EXCLUDES(mutex_);

  // store_flush.cc
  base::Status FlushLocked() VEDETTE_REQUIRES(maintenance_mutex_) VEDETTE_EXCLUDES(mutex_);
  // Takes the samples out of the head if no earlier ones still wait to be written.
  base::Status FreezeHead() VEDETTE_EXCLUDES(mutex_);
  base::Status WriteFrozen() VEDETTE_REQUIRES(maintenance_mutex_) VEDETTE_EXCLUDES(mutex_);
  base::StatusOr<StoredPart> WriteDay(const FrozenHead& frozen, int64_t day);
  // The segments whose rows are in parts.
  base::Status DropLog(uint64_t log_from) VEDETTE_EXCLUDES(mutex_);
  bool FlushIsDue() VEDETTE_EXCLUDES(mutex_);
  // Samples in memory that make a flush worth while before its time.
  uint64_t EarlyFlushBytes() VEDETTE_REQUIRES(mutex_);

  // store_maintain.cc
  // The folder is there and ours, also after somebody removed it.
  base::Status KeepFolder() VEDETTE_REQUIRES(maintenance_mutex_);
  // Locks it, made if it is not there.
  base::Status TakeFolder() VEDETTE_REQUIRES(maintenance_mutex_);
  // Sets aside what has the name of the log or of its files and is something else.
  void TidyLogFolder() VEDETTE_REQUIRES(maintenance_mutex_);
  // A merge that is due, else a deletion that waits.
  base::Status TidyOnce() VEDETTE_REQUIRES(maintenance_mutex_) VEDETTE_EXCLUDES(mutex_);
  // True when there was something to merge.
  base::StatusOr<bool> MergeOnce(int64_t now_ms) VEDETTE_REQUIRES(maintenance_mutex_)
      VEDETTE_EXCLUDES(mutex_);
  // Puts one part in the place of the inputs, without what was deleted. After DataLoss, which is
  // reported, they stay and are left alone from then on.
  base::Status Replace(const PartList& inputs, PartLevel level) VEDETTE_REQUIRES(maintenance_mutex_)
      VEDETTE_EXCLUDES(mutex_);
  // Nothing when deletions left no sample.
  base::StatusOr<std::optional<StoredPart>> MergeParts(const PartList& inputs, PartLevel level);
  // Runs `work`; when the disk is full gives up the reserve and runs it once more.
  base::Status WithReserve(const std::function<base::Status()>& work);
  void NoteProblem(const base::Status& status) VEDETTE_REQUIRES(maintenance_mutex_);
  void SetGauges() VEDETTE_EXCLUDES(mutex_);

  // store_retention.cc
  base::Status DropOld() VEDETTE_REQUIRES(maintenance_mutex_) VEDETTE_EXCLUDES(mutex_);
  // Once a minute: measures the folder and drops the oldest parts while it is too large.
  base::Status KeepSize() VEDETTE_REQUIRES(maintenance_mutex_);
  void SayOverSize(uint64_t bytes) VEDETTE_REQUIRES(maintenance_mutex_);

  // store_import.cc; nothing for a day without series
  base::StatusOr<std::optional<StoredPart>> ImportDay(int64_t day, int64_t first_ms,
                                                      const ReadDayFn& read_day);

  // store_history.cc
  // After samples went from memory into parts.
  void ExtendHistory() VEDETTE_REQUIRES(mutex_);
  // After samples were taken: some may lie in the past that stood.
  void CheckHistory() VEDETTE_REQUIRES(mutex_);
  // Around anything else that changes the past: nothing stands meanwhile, and who asked before sees
  // another version from the beginning on.
  class HistoryChange {
   public:
    explicit HistoryChange(Impl* store) : store_(store) {
      ++store_->history_changes_;
      ++store_->history_version_;
    }
    ~HistoryChange() {
      ++store_->history_version_;
      --store_->history_changes_;
    }
    HistoryChange(const HistoryChange&) = delete;
    HistoryChange& operator=(const HistoryChange&) = delete;

   private:
    Impl* const store_;
  };

  // store_backup.cc
  // Leaves nothing in memory of what was there at the call.
  base::Status FlushAll() VEDETTE_REQUIRES(maintenance_mutex_) VEDETTE_EXCLUDES(mutex_);

  // store_delete.cc
  // What a tombstone still has to take away.
  struct Remains {
    std::unique_ptr<StoredPart> part;  // the first with series that it matches
    bool unreadable = false;           // a part that cannot be rewritten
  };
  // Flushes if memory holds any of these samples.
  base::Status FlushMatching(const std::vector<model::Matcher>& matchers, int64_t min_ms,
                             int64_t max_ms) VEDETTE_REQUIRES(maintenance_mutex_)
      VEDETTE_EXCLUDES(mutex_);
  // Rewrites one part or drops one tombstone that is done with; false when nothing is to be done.
  base::StatusOr<bool> CarryOutDeletion(int64_t min_age_ms) VEDETTE_REQUIRES(maintenance_mutex_)
      VEDETTE_EXCLUDES(mutex_);
  base::StatusOr<bool> CarryOutDeletions() VEDETTE_REQUIRES(maintenance_mutex_)
      VEDETTE_EXCLUDES(mutex_);
  base::StatusOr<Remains> RemainsOf(const Tombstone& tombstone)
      VEDETTE_REQUIRES(maintenance_mutex_);
  base::Status Rewrite(const StoredPart& part) VEDETTE_REQUIRES(maintenance_mutex_)
      VEDETTE_EXCLUDES(mutex_);

  // store_read.cc
  // ResourceExhausted, naming the selector, when a query would hold more than it may.
  base::Status CheckQueryBytes(uint64_t bytes, const std::vector<model::Matcher>& matchers) const;
  // Of the head no more than a little over `max_head_bytes`, which who asks then refuses.
  View TakeView(const std::vector<model::Matcher>& matchers, int64_t min_ms, int64_t max_ms,
                uint64_t max_head_bytes = UINT64_MAX) VEDETTE_EXCLUDES(mutex_);
  uint64_t QueryBytes() const {
    return options_.query_bytes == 0 ? UINT64_MAX : options_.query_bytes;
  }
  base::StatusOr<std::vector<std::unique_ptr<SeriesCursor>>> MakeCursors(
      View view, const std::vector<model::Matcher>& matchers, int64_t min_ms, int64_t max_ms);
  base::Status ForEachLabels(const SeriesQuery& query,
                             const std::function<base::Status(const model::Labels&)>& visit);
  // Values of the label, or the names of all where it is empty.
  LabelsView TakeLabelsView(std::string_view label, const SeriesQuery& query)
      VEDETTE_EXCLUDES(mutex_);
  base::StatusOr<std::unique_ptr<SeriesCursor>> MakePartCursor(
      const StoredPart& stored, const std::vector<model::Matcher>& matchers, int64_t min_ms,
      int64_t max_ms, size_t readers);
  // The labels of a part of which something was deleted: those with samples left.
  base::Status ForEachLabelsLeft(const StoredPart& stored, const SeriesQuery& query,
                                 const std::function<base::Status(const model::Labels&)>& visit);
  base::Status ReportDamage(const base::Status& damage) VEDETTE_EXCLUDES(damage_mutex_);

  const Options options_;
  const std::string wal_dir_;
  DiskGuard guard_;
  Quarantine quarantine_;
  LogKeeper keeper_;
  PartSelections part_selections_;
  std::unique_ptr<PartSet> parts_;  // set by Open
  SeriesPageCache series_pages_;
  ReplayMeter replay_meter_;
  std::unique_ptr<base::Wal> wal_owner_;  // set once, before wal_
  uint64_t run_segment_ = 0;              // likewise
  std::atomic<base::Wal*> wal_{nullptr};
  std::atomic<bool> ending_{false};  // long work is to be left undone
  // Queries that want mutex_: the replay, which takes it again and again, lets them go first.
  std::atomic<int> readers_waiting_{0};

  base::Mutex maintenance_mutex_;
  std::unique_ptr<base::FileLock> folder_lock_ VEDETTE_GUARDED_BY(maintenance_mutex_);
  bool folder_was_removed_ VEDETTE_GUARDED_BY(maintenance_mutex_) = false;  // to be dealt with
  absl::flat_hash_set<uint64_t> damaged_ VEDETTE_GUARDED_BY(maintenance_mutex_);  // not merged
  std::string last_problem_ VEDETTE_GUARDED_BY(maintenance_mutex_);
  // Tombstone and part: looked up, the part has no series that the tombstone matches.
  absl::flat_hash_set<std::pair<uint64_t, uint64_t>> untouched_
      VEDETTE_GUARDED_BY(maintenance_mutex_);
  bool measured_ VEDETTE_GUARDED_BY(maintenance_mutex_) = false;
  int64_t measured_at_ns_ VEDETTE_GUARDED_BY(maintenance_mutex_) = 0;
  bool over_size_ VEDETTE_GUARDED_BY(maintenance_mutex_) = false;

  base::Mutex mutex_;
  std::unique_ptr<Head> head_ VEDETTE_GUARDED_BY(mutex_);
  std::unique_ptr<ExemplarRing> exemplars_ VEDETTE_GUARDED_BY(mutex_);
  // While the log is replayed: those since the mark before ones that were written once more.
  std::unique_ptr<ExemplarRing> carried_ VEDETTE_GUARDED_BY(mutex_);
  // The first segment in which the replay found some.
  uint64_t exemplars_from_ VEDETTE_GUARDED_BY(mutex_) = UINT64_MAX;
  std::shared_ptr<const FrozenHead> frozen_ VEDETTE_GUARDED_BY(mutex_);  // null: none waits
  std::optional<uint64_t> frozen_log_from_ VEDETTE_GUARDED_BY(mutex_);
  // wal()->losses() when the exemplars were written once more, from that segment on; null: they
  // could not be, and what holds them stays.
  std::optional<uint64_t> carried_losses_ VEDETTE_GUARDED_BY(mutex_);
  // wal()->losses() as of the frozen head, and as of the last one that was written to parts.
  uint64_t frozen_losses_ VEDETTE_GUARDED_BY(mutex_) = 0;
  uint64_t repaired_losses_ VEDETTE_GUARDED_BY(mutex_) = 0;
  // Of what the log says all holds for one epoch; it ends whenever the segment changes.
  LogWriter log_writer_ VEDETTE_GUARDED_BY(mutex_);
  uint64_t segment_ VEDETTE_GUARDED_BY(mutex_) = 0;
  // While the log is replayed: the segment of the newest record that is in the head.
  uint64_t replayed_segment_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::string replay_problem_ VEDETTE_GUARDED_BY(mutex_);  // why it failed the last time
  std::vector<std::function<void()>> replay_waiters_ VEDETTE_GUARDED_BY(mutex_);
  base::CondVar replay_gives_way_;
  HeadBatch batch_ VEDETTE_GUARDED_BY(mutex_);  // of the Append that is under way
  // How late its histograms may be: its floats, taken before them, make none too old.
  int64_t late_histogram_ms_ VEDETTE_GUARDED_BY(mutex_) = 0;
  int64_t last_flush_ns_ VEDETTE_GUARDED_BY(mutex_) = 0;
  int64_t retry_flush_ns_ VEDETTE_GUARDED_BY(mutex_) = 0;  // not before, after a failure
  base::BelievedClock believed_clock_ VEDETTE_GUARDED_BY(mutex_);
  int64_t parts_max_ms_ VEDETTE_GUARDED_BY(mutex_) = INT64_MIN;
  int64_t history_ms_ VEDETTE_GUARDED_BY(mutex_) = INT64_MIN;  // up to there the past stands
  std::atomic<uint64_t> history_version_{0};
  std::atomic<int> history_changes_{0};  // under way
  bool stopped_ VEDETTE_GUARDED_BY(mutex_) = false;

  base::Mutex damage_mutex_;
  std::set<std::string> damage_seen_ VEDETTE_GUARDED_BY(damage_mutex_);  // said once each
  std::atomic<uint64_t> log_damage_{0};  // what the replay could not read

  base::Counter* appended_ = nullptr;
  base::Counter* histograms_ = nullptr;  // of these
  base::Counter* out_of_order_ = nullptr;
  base::Counter* invalid_ = nullptr;
  base::Counter* duplicate_ = nullptr;
  base::Counter* refused_ = nullptr;
  base::Counter* replay_lost_ = nullptr;
  base::Counter* damaged_reads_ = nullptr;
  base::Counter* flushes_ = nullptr;
  base::Counter* flush_failures_ = nullptr;
  base::Counter* merges_ = nullptr;
  base::Counter* size_retentions_ = nullptr;
  base::Counter* deletions_ = nullptr;
  base::Counter* rewrites_ = nullptr;
  base::Gauge* head_series_ = nullptr;
  base::Gauge* head_samples_ = nullptr;
  base::Gauge* head_bytes_ = nullptr;
  base::Gauge* part_count_ = nullptr;
  base::Gauge* part_bytes_ = nullptr;
  base::Gauge* selection_bytes_ = nullptr;
  base::Gauge* wal_bytes_ = nullptr;
  base::Gauge* storage_bytes_ = nullptr;
  base::Gauge* tombstones_ = nullptr;
  base::Gauge* disk_full_ = nullptr;

  std::jthread thread_;  // last: stops first
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_STORE_IMPL_H_
