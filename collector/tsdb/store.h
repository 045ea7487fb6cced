#ifndef VEDETTE_COLLECTOR_TSDB_STORE_H_
#define VEDETTE_COLLECTOR_TSDB_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/hard_link.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "collector/tsdb/backup.h"
#include "collector/tsdb/exemplar_ring.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/sample.h"
#include "model/sample_log.h"
#include "model/series_view.h"
#include "model/sinks.h"
#include "model/wire_batch.h"

namespace vedette::tsdb {

struct Options {
  std::string dir;  // created if absent; the store owns all that is in it
  int64_t retention_ms = 90ll * 24 * 3600 * 1000;
  // Of everything in the folder: parts, log, reserve, what is being written or was set aside. While
  // it is larger the oldest parts go, the newest part never; looked at once a minute. 0: no limit.
  uint64_t retention_bytes = 0;
  // A sample may be this much older than the newest of its series; older ones are refused.
  int64_t out_of_order_window_ms = 10 * 60 * 1000;
  int64_t flush_interval_ms = 30 * 60 * 1000;
  // Samples and registry in memory. From half of it on a flush starts early; at all of it new
  // samples are refused.
  uint64_t head_bytes = 256ull << 20;
  // Series with samples since the last flush or the one before. The newest beyond are refused.
  uint64_t max_series = 1'000'000;
  ExemplarRing::Limits exemplars;
  // What one Select may hold in memory at once: its series in the head and the one being handed
  // out. Beyond it is refused with an error that names the selector. 0: no limit. Reading parts
  // takes 10 to 30 MiB beside it, however many they are.
  uint64_t query_bytes = 0;
  // Of what is kept of the parts that queries asked for: which series are where.
  uint64_t page_cache_bytes = 16ull << 20;
  // Of what selectors and label queries found in the parts, for all parts together.
  uint64_t selection_cache_bytes = 16ull << 20;
  // Kept allocated on disk and given up so that a flush can finish when the disk is full; 0: none.
  uint64_t reserve_bytes = 32ull << 20;
  // With less free space than this samples are refused (queries and retention go on); 0: no limit.
  uint64_t min_free_bytes = 64ull << 20;
  // Of log that is kept for those that read it (NeedLog) after the store is done with it. With
  // little disk left, or an eighth of retention_bytes, it is less.
  uint64_t max_sending_bytes = 4ull << 30;
  // False: no thread. Open replays the log before it returns and the owner calls Maintain() itself
  // (tools, tests).
  bool background = true;

  base::FileSystem* fs = nullptr;
  base::Clock* clock = nullptr;
  base::Logger* log = nullptr;
  base::Telemetry* telemetry = nullptr;
};

struct StoreStats {
  uint64_t head_series = 0;
  uint64_t head_samples = 0;
  uint64_t head_bytes = 0;
  uint64_t parts = 0;
  uint64_t part_bytes = 0;
  uint64_t part_samples = 0;
  uint64_t wal_bytes = 0;
  uint64_t tombstones = 0;  // deletions whose samples still take room
  // Since Open: files set aside or missing, places of the log or of parts that could not be read.
  uint64_t damage = 0;
  // Of the samples held; INT64_MAX and INT64_MIN when there are none.
  int64_t min_time_ms = INT64_MAX;
  int64_t max_time_ms = INT64_MIN;
};

// How far the log has been replayed since Open.
struct ReplayProgress {
  bool done = false;
  uint64_t done_bytes = 0;
  uint64_t all_bytes = 0;
  // Why it failed the last time; it is tried again unless only a newer version can read the log.
  std::string problem;
};

// What LabelNames, LabelValues and Series look at: series that match every matcher (none: all) and
// have samples in [min_ms, max_ms]. Without matchers the range is kept by part, not by series.
struct SeriesQuery {
  std::vector<model::Matcher> matchers;
  int64_t min_ms = INT64_MIN;
  int64_t max_ms = INT64_MAX;
  size_t limit = 0;  // 0: none; the first `limit` in order
  // Called for every series and for every name that is looked at, with the bytes that the answer
  // grows by; an error ends the query and is its answer. May be null.
  std::function<base::Status(size_t bytes)> note = {};
};

// What of the past stands: samples at or before `boundary_ms` are in parts and the same for as long
// as the version is. Another version comes with every sample taken there (late ones, imports), with
// deletions, retention and damage; merging parts changes nothing. Versions are of one process.
struct History {
  // INT64_MIN: nothing stands; the log is being replayed, no part is there, a change is under way.
  int64_t boundary_ms = INT64_MIN;
  uint64_t version = 0;
};

// The metrics store: samples by series, for as long as the retention, in one folder.
//
// A sample goes to the write-ahead log and the head in memory; every flush interval the head
// becomes an immutable part on disk, parts of a closed UTC day become one. Formats: FORMAT.md.
//
// Thread-safe: one writer lock for Append, readers work on a snapshot. Owned by app; the pointers
// in Options outlive it. One thread of its own flushes, merges and drops what is too old.
class Store final : public model::SampleSink, public model::WireSink, public model::SampleLog {
 public:
  // Called once a series. An error ends the query and is its answer.
  using Visitor = std::function<base::Status(model::SeriesSamples series)>;

  // Opens the parts; those that are broken are set aside as NAME.broken and reported, the rest
  // answers. Fails when another process holds the folder or a newer version wrote it.
  //
  // The log is replayed on the store's thread, under the same caps, flushing as it goes. Queries
  // see at once the parts and what has been replayed so far; what changes the store (Append,
  // Delete, Backup ...) answers Unavailable until all has been: a sample can be judged only beside
  // those that came before it.
  static base::StatusOr<std::unique_ptr<Store>> Open(const Options& options);
  // Stops as Stop() does.
  ~Store() override;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Of two samples of one series and time the first stands: the same value again is accepted
  // silently, another one refused where the first is still in the head or the newest of its series
  // (otherwise it is taken and never seen, and the first value is refused should it come once more
  // before the next flush). Rows are judged one by one.
  base::StatusOr<model::AppendStats> Append(std::span<const model::LentSample> samples) override;
  base::StatusOr<model::AppendStats> Append(std::span<model::SampleRow> rows) {
    return AppendRows(rows);
  }
  // The same for a remote write request. Labels are compared on the wire; a series that is known,
  // and comes where it came last time, costs neither a look-up nor an allocation. Native
  // histograms are samples as floats are: one time of a series has one or the other; the same one
  // again may have another reset hint. Start timestamps are kept with what first brought them.
  // Its exemplars are kept.
  base::StatusOr<model::AppendStats> Append(const model::WireBatch& batch) override;
  void OnDurable(std::function<void(const base::Status&)> done) override;

  // What was appended, for those that pass it on. Callable once the log has been replayed.
  base::WalPosition LogEnd() const override;
  base::WalPosition LogRunBegin() const override;
  std::unique_ptr<model::SampleLogReader> OpenLog(base::WalPosition from) const override;
  int64_t NewestMs() const override;
  void NeedLog(std::optional<uint64_t> segment) override;

  // Visits every series that matches all matchers and has samples in [min_ms, max_ms], both ends
  // included, sorted by labels, stale markers among the values. The answer is a snapshot of the
  // moment of the call; `visit` runs on the calling thread without a lock held.
  base::Status Select(const std::vector<model::Matcher>& matchers, int64_t min_ms, int64_t max_ms,
                      const Visitor& visit) const;

  // The same without copies: what `visit` gets is good for the call. What is in the head costs the
  // asker the places of its samples alone, and ingest the time to note these.
  struct LendRequest {
    std::vector<model::Matcher> matchers;
    int64_t min_ms = 0;
    int64_t max_ms = 0;
    bool newest_only = false;  // all but the newest sample of each series may be left out
  };
  using ViewVisitor = std::function<base::Status(const model::SeriesView& series)>;
  base::Status Lend(const LendRequest& request, const ViewVisitor& visit) const;

  // Sorted and unique.
  base::StatusOr<std::vector<std::string>> LabelNames(const SeriesQuery& query) const;
  base::StatusOr<std::vector<std::string>> LabelValues(std::string_view name,
                                                       const SeriesQuery& query) const;
  base::StatusOr<std::vector<model::Labels>> Series(const SeriesQuery& query) const;

  // Deletes the samples in [min_ms, max_ms] of the series that match every matcher (at least one)
  // and were appended before the call; durable when it returns. They are not seen from then on and
  // leave the disk with the next merge, or when the store is idle. ResourceExhausted when
  // kMaxTombstones deletions wait for that.
  base::Status Delete(const std::vector<model::Matcher>& matchers, int64_t min_ms, int64_t max_ms);
  // Takes what was deleted off the disk now.
  base::Status CleanTombstones();
  static constexpr size_t kMaxTombstones = 1000;

  // The newest exemplars that came by remote write: see ExemplarRing::Select. They are kept in
  // memory and in the log, also when a flush drops that.
  std::vector<SeriesExemplars> Exemplars(const std::vector<std::vector<model::Matcher>>& selectors,
                                         int64_t min_ms, int64_t max_ms) const;

  // UTC days, each with the time of its first sample or one before it.
  using ImportDays = std::map<int64_t, int64_t>;
  // Gives `add` the series of one day, sorted by labels, each with its samples of that day, times
  // ascending.
  using ReadDayFn = std::function<base::Status(int64_t day, const Visitor& add)>;
  // Makes parts of what another store held: past log and head, all of them or, after an error,
  // none. For tools: flushes and merges wait until it is through.
  base::Status Import(const ImportDays& days, const ReadDayFn& read_day);

  // A copy of the store as it is now (without what is in memory alone when `skip_head`) in the new
  // or empty folder `to`: parts are linked by `linker` (may be null) or copied. Appends and queries
  // go on meanwhile. See backup.h for restoring it.
  base::StatusOr<CopyReport> Backup(const std::string& to, base::HardLinker* linker,
                                    bool skip_head = false);

  ReplayProgress Replay() const;
  // Runs `done` once the log has been replayed: now if it has been, else on the store's thread,
  // which it must not keep; never if the store stops before.
  void OnReplayed(std::function<void()> done);

  StoreStats Stats() const;

  // What was read between two calls that give the same version, the first with a boundary, is as of
  // one time up to that boundary.
  tsdb::History History() const;

  // Makes a part of what is in the head and drops the log of it.
  base::Status Flush();
  // Flush, then one part a day, today's too, without what was deleted. Days with damage stay as
  // they are. For tools: maintenance waits until it is through.
  base::Status Compact();
  // One round of what the background thread does each second: flush when due, merge, retention.
  base::Status Maintain();
  // Ends the thread and syncs the log. The head stays in the log for the next Open. Appends fail
  // with Unavailable afterwards, queries go on. May be called twice.
  void Stop();

 private:
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_STORE_H_
