#ifndef VEDETTE_COLLECTOR_LOGSTORE_STORE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_STORE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/believed_clock.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "base/thread_pool.h"
#include "base/wal.h"
#include "collector/logstore/block_visitor.h"
#include "collector/logstore/coincidences.h"
#include "collector/logstore/deletes.h"
#include "collector/logstore/granule_cache.h"
#include "collector/logstore/manifest.h"
#include "collector/logstore/memtable.h"
#include "collector/logstore/part.h"
#include "collector/logstore/push_pick.h"
#include "collector/logstore/push_record.h"
#include "collector/logstore/refusal_notice.h"
#include "collector/logstore/row.h"
#include "collector/logstore/row_filter.h"
#include "collector/logstore/source_marks.h"
#include "collector/logstore/stream_table.h"
#include "collector/logstore/volumes.h"
#include "model/matcher.h"
#include "model/sinks.h"

namespace vedette::logstore {

struct Options {
  std::string dir;  // created if absent; one Store at a time (locked)
  int64_t retention_ms = 90ll * 24 * 3600 * 1000;
  uint64_t retention_bytes = 0;                   // of parts; the oldest go first; 0: no limit
  int64_t max_future_ms = 10ll * 60 * 1000;       // entries further ahead of the clock are refused
  uint64_t memtable_bytes = 16ull << 20;          // flushed when it holds this much
  int64_t flush_interval_ms = 2ll * 3600 * 1000;  // ... or is this old
  uint64_t max_line_bytes = 1ull << 20;           // longer lines are cut (64 at least)
  uint64_t max_streams = 100'000;                 // with lines in memory; more are refused
  uint64_t max_stream_bytes = 64ull << 20;        // of the label sets of these
  // Of all streams that there are lines of and of the parts' indexes: as much memory do they take.
  // Streams that are new then are refused.
  uint64_t max_index_bytes = 256ull << 20;
  uint64_t min_free_bytes = 64ull << 20;  // below this much free disk pushes are refused
  uint64_t reserve_bytes = 16ull << 20;   // file given up when a flush finds the disk full
  size_t rewrite_rows_parts = 16;         // level-0 parts of a day that are rewritten; 0: never
  int64_t rewrite_settled_ms = 600'000;   // of a day that is over fewer, after so long without one
  int64_t delete_cancel_ms = 86'400'000;  // so long a delete may be taken back
  DeleteParser delete_parser;             // none: no deletes are taken
  uint64_t cache_bytes = 80ull << 20;     // granules kept for the next scan, for a minute
  bool background = true;                 // false: the owner calls Maintain() itself (tests)
  base::FileSystem* fs = nullptr;
  base::Clock* clock = nullptr;
  base::Logger* logger = nullptr;
  base::Telemetry* telemetry = nullptr;  // may be null
};

enum class Direction { kForward, kBackward };

// What to read: rows of streams that satisfy all matchers, start <= time < end, whose line has at
// least one substring of every list of `required`.
struct SelectRequest {
  std::vector<model::Matcher> matchers;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  Direction direction = Direction::kForward;
  Substrings required;
  bool lines = true;  // false: lines may come empty, which saves putting them together
  std::stop_token stop;
};

struct SelectStats {
  uint64_t blocks_read = 0;
  uint64_t blocks_skipped = 0;  // by time or stream set
  uint64_t corrupt_blocks = 0;  // left out of the answer
  uint64_t bytes_decompressed = 0;
};

// A scan by blocks: in the order of `select`, or in none, which costs least; then up to `workers`
// threads take part, the caller's and idle ones of `pool` (may be null).
struct BlockScan {
  SelectRequest select;
  bool ordered = true;
  base::ThreadPool* pool = nullptr;
  size_t workers = 1;
};

// Takes rows in reading order (reversed for kBackward), some at a time; they live until it returns.
// False ends the reading.
using VisitFn = std::function<bool(std::span<const Row>)>;

// Counts of index/stats, of all minutes that a range touches.
struct VolumeStats {
  uint64_t streams = 0;
  uint64_t chunks = 0;
  uint64_t entries = 0;
  uint64_t bytes = 0;
};

// The log store: write-ahead log, memtable, immutable level-0 row blocks in parts of one UTC day.
// Format: FORMAT.md. Thread-safe: one writer lock, readers work on immutable snapshots. Owned by
// app; fs, clock, logger and telemetry outlive it.
//
// Promise: a push whose callback ran with OK is read by every later Select, also after a crash or
// power cut, until retention drops its day; sourced entries exactly once by position, others once
// by (stream, time, line, metadata).
class Store final : public model::LogSink {
 public:
  // Replays the log. Parts that are broken are moved to DIR/quarantine, logged and counted.
  static base::StatusOr<std::unique_ptr<Store>> Open(const Options& options);
  // Stops the background thread and syncs the log; what is in memory is replayed next time.
  ~Store() override;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Entries are judged one by one: those that are too old or too new are left out, the
  // rest is stored, and `done` gets InvalidArgument naming the first such entry. New streams beyond
  // what Options allow are left out as well, without a source: ResourceExhausted. Unavailable
  // (IsNoSpace when the disk is full): nothing of the push was taken, or where the log failed in
  // the middle of a large one without a source a part, whose lines are no others when they come
  // again. Nothing too when an entry of a push with a source is too new: a clock is wrong, ours or
  // the source's, which keeps what is not taken. Others are let in between the pieces of a large
  // push without a source. `done` runs on the log's sync thread or, after a failure, on the
  // caller's; it must not block or call into the store. `push.left_out` gets what is too old or too
  // new and what its source's mark says is here already; what comes again without a source is left
  // out by those who read.
  void Push(model::LogPush push, std::function<void(const base::Status&)> done) override;

  // Cancelled when `request.stop` was requested. Unreadable blocks are skipped and counted.
  base::Status Select(const SelectRequest& request, const VisitFn& visit,
                      SelectStats* stats = nullptr) const;

  // The rows of Select, those of granules by column where no other rows may lie between. Rows whose
  // line misses what is required may come.
  base::Status ScanBlocks(const BlockScan& scan, BlockVisitor* visitor) const;
  // What a visitor found damaged is counted and logged.
  void NoteDamage(std::string_view part, const base::Status& why) const;

  // Label sets of the streams that may have rows in [start, end) and satisfy any of `selectors`
  // (all of a selector's matchers; no selector: every stream). Sorted.
  std::vector<model::Labels> Series(const std::vector<std::vector<model::Matcher>>& selectors,
                                    int64_t start_ns, int64_t end_ns) const;
  std::vector<std::string> LabelNames(const std::vector<model::Matcher>& matchers, int64_t start_ns,
                                      int64_t end_ns) const;
  std::vector<std::string> LabelValues(const std::string& name,
                                       const std::vector<model::Matcher>& matchers,
                                       int64_t start_ns, int64_t end_ns) const;
  VolumeStats Volume(const std::vector<model::Matcher>& matchers, int64_t start_ns,
                     int64_t end_ns) const;
  // How many rows there are, and bytes of their lines, each row once, as Select would bring them:
  // from the counts of parts where bounds allow it, from columns of times else, by reading rows
  // where repetitions may be. One item a group; groups at the end may be missing. Nothing when
  // groups depend on metadata of lines (VolumeRequest). ResourceExhausted for too many groups and
  // bins, Cancelled when `request.stop` was requested.
  base::StatusOr<std::optional<std::vector<VolumeBins>>> Volumes(const VolumeRequest& request,
                                                                 const VolumeGroupFn& group) const;

  // Deletes the rows of [start, end) that came before this call and that `query` keeps, as the
  // delete parser reads it: durable and in force for all readers when it returns the request's id.
  // They are taken off the disk once the request cannot be taken back any more. InvalidArgument for
  // a query that is none, ResourceExhausted when too many requests wait.
  base::StatusOr<std::string> Delete(const std::string& query, int64_t start_ns, int64_t end_ns);
  // All requests, in the order they came; of those carried out the newest.
  std::vector<DeleteRequest> Deletes() const;
  // Takes a request back: its rows are there again. NotFound for an unknown id, InvalidArgument
  // when it is too late.
  base::Status CancelDelete(const std::string& id);

  // Writes what is in memory to parts, whatever its size.
  base::Status Flush();
  // One round of the background work: flush when due, retention, reserve file, one rewrite.
  base::Status Maintain();

 private:
  // What a reader sees; never changes once published.
  struct Snapshot {
    std::vector<MemtableView> memtables;
    std::vector<std::shared_ptr<const Part>> parts;
    Tombstones tombstones;  // of rows of parts: memory has none that is deleted
  };

  explicit Store(const Options& options);

  // store_open.cc
  base::Status OpenFolder();
  base::Status LoadManifest() VEDETTE_REQUIRES(flush_mutex_);
  base::Status RebuildManifest() VEDETTE_REQUIRES(flush_mutex_);
  base::Status OpenParts() VEDETTE_EXCLUDES(mutex_) VEDETTE_REQUIRES(flush_mutex_);
  base::Status RemoveUnnamed() VEDETTE_REQUIRES(flush_mutex_);
  base::Status OpenDeletes() VEDETTE_REQUIRES(flush_mutex_) VEDETTE_EXCLUDES(mutex_);
  base::Status OpenLog() VEDETTE_EXCLUDES(mutex_, flush_mutex_);
  base::Status Replay(base::WalPosition floor, base::WalPosition position, std::string_view payload)
      VEDETTE_EXCLUDES(mutex_, flush_mutex_);
  void Quarantine(const std::string& folder, const std::string& name, const base::Status& reason);

  // store.cc
  base::Status Check(const model::LogPush& push) const;
  TakenTimes Taken() VEDETTE_REQUIRES(mutex_);
  base::Status CheckAhead(const TakenTimes& times, const model::LogPush& push)
      VEDETTE_REQUIRES(mutex_);
  // `begun`: part of the push is stored, the rest must not wait for a flush.
  base::Status CheckRoom(bool begun) const VEDETTE_REQUIRES(mutex_);
  struct Verdict {
    base::Status left_out;  // why the first entry that was left out was; OK: none
    bool ahead = false;     // refused whole for a clock
  };
  base::Status AppendPush(const model::LogPush& push, Verdict* verdict) VEDETTE_EXCLUDES(mutex_);
  // One piece of a push, from `at`, which is moved behind it.
  base::Status AppendPiece(const model::LogPush& push, PushPlace* at, Verdict* verdict)
      VEDETTE_EXCLUDES(mutex_);
  base::StatusOr<PickRules> RulesOf(const model::LogPush& push, bool begun, Verdict* verdict)
      VEDETTE_REQUIRES(mutex_);
  // `streams`: the piece's, encoded.
  base::Status StorePiece(const model::LogPush& push, PickedPiece* piece, std::string* streams,
                          Verdict* verdict) VEDETTE_REQUIRES(mutex_);
  base::Status AppendRecord(const PushRecord& record, std::string* streams)
      VEDETTE_REQUIRES(mutex_);
  // Why a stream has no room; OK: it has.
  base::Status CheckStream(const model::Labels& labels, uint64_t count, uint64_t bytes)
      VEDETTE_REQUIRES(mutex_);
  // The record's streams. Those of them that have no room are refused: all of the push when it has
  // a source, which keeps what is not taken; else their lines, and `over` says why.
  base::Status InternStreams(PushRecord* record, std::vector<StreamPtr>* streams,
                             base::Status* over) VEDETTE_REQUIRES(mutex_);
  void Apply(const PushRecord& record, const std::vector<StreamPtr>& streams)
      VEDETTE_REQUIRES(mutex_);
  // What is older is dropped: counted back from the clock or the newest line, whichever is earlier.
  int64_t OldestNs() VEDETTE_REQUIRES(mutex_);
  bool Recovering() const { return sync_failures_.load() != sync_recovered_.load(); }

  // store_flush.cc
  void RunBackground(std::stop_token stop);
  bool FlushDue() VEDETTE_EXCLUDES(mutex_);
  base::Status FlushAll() VEDETTE_REQUIRES(flush_mutex_) VEDETTE_EXCLUDES(mutex_);
  void Freeze(base::WalPosition floor) VEDETTE_REQUIRES(mutex_);
  base::Status WriteFrozen() VEDETTE_REQUIRES(flush_mutex_) VEDETTE_EXCLUDES(mutex_);
  base::Status WriteParts(const Memtable& table) VEDETTE_REQUIRES(flush_mutex_);
  base::Status WritePartsOnce(std::span<const Row> rows) VEDETTE_REQUIRES(flush_mutex_);
  base::Status SaveManifest(const Manifest& manifest) VEDETTE_REQUIRES(flush_mutex_);
  base::Status Upkeep();
  void MeasureIndexes() VEDETTE_EXCLUDES(mutex_);
  base::Status DropExpired() VEDETTE_EXCLUDES(mutex_, flush_mutex_);
  void KeepReserve();

  // store_rewrite.cc
  using Parts = std::vector<std::shared_ptr<const Part>>;
  void RunRewrites(std::stop_token stop);
  Parts PartsToRewrite() const VEDETTE_EXCLUDES(mutex_);
  // False when nothing was due.
  base::StatusOr<bool> RewriteOnce(std::stop_token stop) VEDETTE_EXCLUDES(mutex_, flush_mutex_);
  // False when there is no room.
  base::StatusOr<bool> Rewrite(const Parts& parts, std::stop_token stop)
      VEDETTE_EXCLUDES(mutex_, flush_mutex_);
  // Null when no row is left.
  base::StatusOr<std::shared_ptr<const Part>> WriteDayPart(const Parts& parts,
                                                           const std::string& name,
                                                           std::stop_token stop)
      VEDETTE_EXCLUDES(mutex_, flush_mutex_);
  base::Status Replace(const Parts& old_parts, std::shared_ptr<const Part> part)
      VEDETTE_EXCLUDES(mutex_, flush_mutex_);
  void RemoveDoomed() VEDETTE_EXCLUDES(mutex_, flush_mutex_);

  // store_delete.cc
  base::StatusOr<std::shared_ptr<const Tombstone>> MakeTombstone(
      const DeleteRequest& request) const;
  base::Status SaveDeletes(std::vector<DeleteRequest> requests) VEDETTE_REQUIRES(flush_mutex_);
  bool IsDue(const DeleteRequest& request) const;
  Tombstones DueTombstones() const VEDETTE_EXCLUDES(mutex_);
  bool IsLeftAlone(const std::string& part) const;
  base::StatusOr<bool> HasDeleted(const Part& part,
                                  const std::shared_ptr<const Tombstone>& tombstone) const;
  static bool IsWhollyDeleted(const Snapshot& snapshot, const Part& part,
                              const StreamSummary& summary);
  // True when something was done: a part rewritten, or the request finished.
  base::StatusOr<bool> CarryOut(const std::shared_ptr<const Tombstone>& tombstone,
                                std::stop_token stop) VEDETTE_EXCLUDES(mutex_, flush_mutex_);
  base::StatusOr<bool> CarryOutDeletes(std::stop_token stop) VEDETTE_EXCLUDES(mutex_, flush_mutex_);
  base::Status FinishDelete(const std::string& id) VEDETTE_EXCLUDES(mutex_, flush_mutex_);

  // store_read.cc
  Snapshot Read() const VEDETTE_EXCLUDES(mutex_);
  Snapshot TakeSnapshot() const VEDETTE_REQUIRES(mutex_);
  std::vector<StreamSummary> SummariesIn(int64_t start_ns, int64_t end_ns) const
      VEDETTE_EXCLUDES(mutex_);

  // Const after construction.
  const Options options_;
  const std::string parts_dir_;
  base::Telemetry own_telemetry_;  // counts where the owner gave none
  struct Counters {
    explicit Counters(base::Telemetry* telemetry);
    base::Counter* const entries;
    base::Counter* const bytes;
    base::Counter* const skipped;
    base::Counter* const rejected;
    base::Counter* const cut;
    base::Counter* const refused;
    base::Counter* const flushes;
    base::Counter* const flush_failures;
    base::Counter* const corrupt_blocks;
    base::Counter* const quarantined;
    base::Counter* const rewrites;
    base::Counter* const unfaithful;
  };
  const Counters counters_;
  RefusalNotice refusal_notice_;  // own lock
  StreamTable streams_;           // own lock
  // What scans keep for one another; own locks.
  mutable GranuleCache granules_;
  mutable Coincidences coincidences_{&granules_};
  std::unique_ptr<base::FileLock> lock_;

  // Counted by the log's sync thread when an fsync failed, and by the flush that put on disk what
  // was in memory then. While they differ pushes are refused: their source's mark may rest on
  // records that are not on disk.
  std::atomic<uint64_t> sync_failures_{0};
  std::atomic<uint64_t> sync_recovered_{0};

  // Taken before mutex_: one flush or retention round at a time.
  mutable base::Mutex flush_mutex_;
  Manifest manifest_ VEDETTE_GUARDED_BY(flush_mutex_);  // as on disk, but for next_part
  // Parts of the frozen memtable that are written and wait for a manifest to name them.
  std::vector<std::shared_ptr<const Part>> written_ VEDETTE_GUARDED_BY(flush_mutex_);
  bool parts_written_ VEDETTE_GUARDED_BY(flush_mutex_) = false;
  // Parts that are not the store's any more and are removed when no reader has them.
  Parts doomed_ VEDETTE_GUARDED_BY(flush_mutex_);
  // Files that a manifest names which was written with an error: on disk or not.
  std::vector<std::string> unsure_files_ VEDETTE_GUARDED_BY(flush_mutex_);
  std::vector<DeleteRequest> deletes_ VEDETTE_GUARDED_BY(flush_mutex_);  // as on disk
  // Parts that have no row of a delete: names and ids. Of whoever rewrites, one thread at a time.
  std::set<std::pair<std::string, std::string>> clean_;
  // Parts that could not be read for a delete, and when (monotonic) that is tried again. As clean_.
  absl::flat_hash_map<std::string, int64_t> try_again_ns_;

  mutable base::Mutex mutex_;
  base::CondVar wake_;
  bool flush_asked_ VEDETTE_GUARDED_BY(mutex_) = false;
  bool stopping_ VEDETTE_GUARDED_BY(mutex_) = false;
  std::shared_ptr<Memtable> active_ VEDETTE_GUARDED_BY(mutex_);
  std::shared_ptr<const Memtable> frozen_ VEDETTE_GUARDED_BY(mutex_);  // being flushed
  Checkpoint frozen_checkpoint_ VEDETTE_GUARDED_BY(mutex_);
  SourceMarks marks_ VEDETTE_GUARDED_BY(mutex_);
  uint64_t next_sequence_ VEDETTE_GUARDED_BY(mutex_) = 1;
  uint64_t floor_segment_ VEDETTE_GUARDED_BY(mutex_) = 0;  // of the manifest's floor
  std::vector<std::shared_ptr<const Part>> parts_ VEDETTE_GUARDED_BY(mutex_);
  Tombstones tombstones_ VEDETTE_GUARDED_BY(mutex_);  // of deletes_ that are not carried out
  // When a day last got a part, by the monotonic clock. Days of earlier runs have none.
  absl::flat_hash_map<int64_t, int64_t> part_came_ns_ VEDETTE_GUARDED_BY(mutex_);
  // Names of parts that could not be read whole: they are not rewritten.
  absl::flat_hash_set<std::string> unsound_ VEDETTE_GUARDED_BY(mutex_);
  base::BelievedClock believed_clock_ VEDETTE_GUARDED_BY(mutex_);
  int64_t newest_ns_ VEDETTE_GUARDED_BY(mutex_) = INT64_MIN;  // of the lines; INT64_MIN: no line
  int64_t said_ahead_mono_ns_ VEDETTE_GUARDED_BY(mutex_) = INT64_MIN;
  uint64_t part_index_bytes_ VEDETTE_GUARDED_BY(mutex_) = 0;  // as of the last upkeep
  uint64_t losses_seen_ VEDETTE_GUARDED_BY(mutex_) = 0;       // of wal_->losses()

  std::unique_ptr<base::Wal> wal_;  // own lock; const after Open; its callbacks use what is above
  std::jthread background_;         // last: joined first
  std::jthread rewriter_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_STORE_H_
