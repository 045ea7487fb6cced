#include <algorithm>
#include <array>
#include <tuple>

#include "collector/logstore/ahead.h"
#include "collector/logstore/block_opener.h"
#include "collector/logstore/deleted_blocks.h"
#include "collector/logstore/merge.h"
#include "collector/logstore/spread.h"
#include "collector/logstore/store.h"

// Scans by block: granules that no other rows reach into are given column by column, everything
// else is merged row by row.

namespace vedette::logstore {
namespace {

// Rows further apart are looked at by themselves: one late line must not reach over the granules of
// all the time in between.
constexpr int64_t kApartNs = 600'000'000'000;

// Rows of a block of a part, or of memory, between two times.
struct ScanSource {
  int64_t min_ns = 0;
  int64_t max_ns = 0;
  std::shared_ptr<const Part> part;  // null: memory
  size_t index = 0;                  // of the block, or of the run of memory
  bool alone = true;                 // no rows of others at its times that it has to be merged with
  bool deletes = false;              // some of its rows may be deleted: all are looked at

  bool IsGranule() const { return part != nullptr && part->blocks()[index].IsGranule(); }
};

// Sources that are read together: one that is alone, or neighbours that are merged.
using SourceGroup = std::vector<ScanSource>;

std::vector<SourceGroup> GroupSources(std::vector<ScanSource> sources) {
  std::vector<SourceGroup> groups;
  int64_t end_ns = INT64_MIN;  // of the last group
  for (ScanSource& source : sources) {
    const bool joins =
        !groups.empty() && !source.alone && !groups.back().back().alone && source.min_ns <= end_ns;
    if (!joins) {
      groups.emplace_back();
      end_ns = INT64_MIN;
    }
    end_ns = std::max(end_ns, source.max_ns);
    groups.back().push_back(std::move(source));
  }
  return groups;
}

// Where each of the runs begins that `rows` fall into, and their number at the end.
std::vector<size_t> BordersOf(std::span<const Row> rows) {
  std::vector<size_t> borders;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i == 0 || rows[i].timestamp_ns - rows[i - 1].timestamp_ns > kApartNs) borders.push_back(i);
  }
  borders.push_back(rows.size());
  return borders;
}

bool HasStream(const BlockMeta& meta, const std::vector<bool>& matching) {
  return std::any_of(meta.stream_ids.begin(), meta.stream_ids.end(),
                     [&](uint32_t id) { return matching[id]; });
}

}  // namespace

// Reads the groups of one scan. Thread-safe but for what a worker has of its own.
class BlockScanner {
 public:
  // What a store keeps between scans, and the time.
  struct Kept {
    GranuleCache* cache;
    Coincidences* coincidences;
    int64_t now_mono_ns;
  };
  BlockScanner(const Store& store, const BlockScan& scan,
               const std::vector<MemtableView>& memtables, const Tombstones& tombstones,
               const Kept& kept, BlockVisitor* visitor)
      : store_(store),
        scan_(scan),
        memtables_(memtables),
        tombstones_(tombstones),
        kept_(kept),
        visitor_(visitor) {}

  void Add(const std::shared_ptr<const Part>& part, StreamFilter& filter) {
    std::vector<bool> matching = MatchingStreams(*part, scan_.select, filter);
    const DeletedBlocks deleted(tombstones_, *part, matching);
    for (size_t i = 0; i < part->blocks().size(); ++i) {
      const BlockMeta& meta = part->blocks()[i];
      if (InTime(meta.min_ns, meta.max_ns) && HasStream(meta, matching)) {
        sources_.push_back({meta.min_ns, meta.max_ns, part, i, true, deleted.MayTouch(meta)});
      }
    }
    matching_.emplace(part.get(), std::move(matching));
  }

  base::Status Run() {
    StreamFilter filter(scan_.select.matchers);
    SplitWideBlocks(filter);
    for (const MemtableView& view : memtables_) {
      if (InTime(view.min_ns, view.max_ns)) AddMemory(OpenMemtable(view, scan_.select, filter));
    }
    std::stable_sort(sources_.begin(), sources_.end(),
                     [](const ScanSource& a, const ScanSource& b) {
                       return std::tie(a.min_ns, a.max_ns) < std::tie(b.min_ns, b.max_ns);
                     });
    MarkShared();
    std::vector<SourceGroup> groups = GroupSources(std::move(sources_));
    if (scan_.select.direction == Direction::kBackward) std::reverse(groups.begin(), groups.end());
    const size_t workers = std::max<size_t>(1, scan_.workers);
    files_.resize(workers);
    for (size_t i = 0; i < workers; ++i) judges_.emplace_back(scan_.select.required);
    return scan_.ordered ? RunOrdered(groups, workers) : RunAnyhow(groups, workers);
  }

 private:
  // A part's file, open as long as its granules are read one after the other.
  struct OpenFile {
    const Part* part = nullptr;
    std::shared_ptr<const base::RandomAccessFile> file;
  };

  base::Status RunAnyhow(const std::vector<SourceGroup>& groups, size_t workers) {
    std::vector<base::Status> statuses(workers);
    Spread(groups.size(), workers, scan_.pool, [&](size_t i, size_t worker) {
      bool go_on = false;
      statuses[worker] = Read(groups[i], Judge(groups[i], worker), worker, &go_on);
      return statuses[worker].ok() && go_on;
    });
    for (const base::Status& status : statuses) VEDETTE_RETURN_IF_ERROR(status);
    return {};
  }

  base::Status RunOrdered(const std::vector<SourceGroup>& groups, size_t workers) {
    std::vector<std::unique_ptr<GranuleScan>> judged(groups.size());
    base::Status status;
    PrepareAhead(
        groups.size(), workers, scan_.pool,
        [&](size_t i, size_t worker) { judged[i] = Judge(groups[i], worker); },
        [&](size_t i) {
          bool go_on = false;
          status = Read(groups[i], std::move(judged[i]), 0, &go_on);
          return status.ok() && go_on;
        });
    return status;
  }

  void AddMemory(const logstore::Run& run) {
    const std::vector<size_t> borders = BordersOf(run.rows);
    for (size_t i = 0; i + 1 < borders.size(); ++i) {
      const auto rows = std::span(run.rows).subspan(borders[i], borders[i + 1] - borders[i]);
      sources_.push_back(
          {rows.front().timestamp_ns, rows.back().timestamp_ns, nullptr, memory_.size()});
      memory_.push_back({{rows.begin(), rows.end()}, run.holder, run.unique});
    }
  }

  // Level-0 blocks that reach over granules become several sources if their rows lie apart.
  void SplitWideBlocks(StreamFilter& filter) {
    const auto is_granule = [](const ScanSource& source) { return source.IsGranule(); };
    if (std::none_of(sources_.begin(), sources_.end(), is_granule)) return;
    std::vector<ScanSource> split;
    for (const ScanSource& source : sources_) {
      if (source.IsGranule() || source.max_ns - source.min_ns <= kApartNs ||
          scan_.select.stop.stop_requested() || !Split(source, filter, &split)) {
        split.push_back(source);
      }
    }
    sources_ = std::move(split);
  }

  // False, with nothing added, when the block cannot be read.
  static bool Split(const ScanSource& source, StreamFilter& filter,
                    std::vector<ScanSource>* split) {
    const auto block = source.part->ReadBlock(source.index);
    if (!block.ok()) return false;
    std::vector<Row> rows;
    for (const Row& row : (*block)->rows()) {
      if (filter.Matches(row.stream)) rows.push_back(row);
    }
    const std::vector<size_t> borders = BordersOf(rows);
    for (size_t i = 0; i + 1 < borders.size(); ++i) {
      ScanSource piece = source;
      piece.min_ns = rows[borders[i]].timestamp_ns;
      piece.max_ns = rows[borders[i + 1] - 1].timestamp_ns;
      split->push_back(std::move(piece));
    }
    return true;
  }

  // `sources_` stand in the order of their beginnings.
  void MarkShared() {
    for (size_t i = 0; i < sources_.size(); ++i) {
      ScanSource& source = sources_[i];
      for (size_t k = i + 1; k < sources_.size(); ++k) {
        ScanSource& next = sources_[k];
        if (next.min_ns > source.max_ns) break;
        if (next.part == source.part && next.part != nullptr) continue;
        if (!scan_.ordered && HaveNothingInCommon(source, next)) continue;
        source.alone = next.alone = false;
      }
    }
  }

  // Nothing of either can be a repetition of the other's.
  bool HaveNothingInCommon(const ScanSource& a, const ScanSource& b) {
    if (!a.IsGranule() || !b.IsGranule()) return false;
    const auto left = RefOf(a, &first_files_[0]);
    const auto right = RefOf(b, &first_files_[1]);
    return left.ok() && right.ok() && !kept_.coincidences->Have(*left, *right, kept_.now_mono_ns);
  }

  static base::StatusOr<GranuleRef> RefOf(const ScanSource& source, OpenFile* open) {
    if (open->part != source.part.get()) {
      VEDETTE_ASSIGN_OR_RETURN(open->file, source.part->OpenFile());
      open->part = source.part.get();
    }
    return GranuleRef{
        &source.part->name(),         source.index, &source.part->blocks()[source.index],
        source.part->streams_by_id(), open->file,   source.part->HasPlainValues()};
  }

  bool InTime(int64_t min_ns, int64_t max_ns) const {
    return TimesOverlap(min_ns, max_ns, scan_.select.start_ns, scan_.select.end_ns);
  }

  static bool IsOneGranule(const SourceGroup& group) {
    return group.front().alone && group.front().IsGranule() && !group.front().deletes;
  }

  // `granule`: what is selected of a group that is one, null for nothing.
  base::Status Read(const SourceGroup& group, std::unique_ptr<GranuleScan> granule, size_t worker,
                    bool* go_on) {
    if (scan_.select.stop.stop_requested()) return base::Cancelled("query cancelled");
    if (!IsOneGranule(group)) return ReadRows(group, worker, go_on);
    *go_on = granule == nullptr || visitor_->Columns(*granule, worker);
    return {};
  }

  // The rows that are selected of a group that is one granule; null: none, or not such a group.
  std::unique_ptr<GranuleScan> Judge(const SourceGroup& group, size_t worker) {
    return IsOneGranule(group) ? Select(group.front(), worker) : nullptr;
  }

  // The rows that are selected of a granule; null: none, or they cannot be read.
  std::unique_ptr<GranuleScan> Select(const ScanSource& source, size_t worker) {
    const SelectRequest& select = scan_.select;
    if (select.stop.stop_requested()) return nullptr;
    const RowFilter filter{select.start_ns,  select.end_ns, &matching_.at(source.part.get()),
                           &select.required, true,          select.stop};
    const auto ref = RefOf(source, &files_[worker]);
    if (!ref.ok()) {
      NoteUnlessGone(source, ref.status());
      return nullptr;
    }
    auto granule = std::make_unique<GranuleScan>(*ref, kept_.cache, kept_.now_mono_ns);
    if (const base::Status status = granule->Select(filter, &judges_[worker]); !status.ok()) {
      granule->Spoil();
      NoteUnlessGone(source, status);
      return nullptr;
    }
    return granule->selected().empty() ? nullptr : std::move(granule);
  }

  // The file of a part that retention dropped after the snapshot was taken is gone: no damage.
  void NoteUnlessGone(const ScanSource& source, const base::Status& status) const {
    if (status.code() == absl::StatusCode::kNotFound || scan_.select.stop.stop_requested()) return;
    store_.NoteDamage(source.part->name(), status);
  }

  // Of what is merged: most granules have nothing, and what is kept of them between scans tells.
  bool MaySelect(const ScanSource& source, size_t worker) {
    if (!source.IsGranule() || scan_.select.required.empty()) return true;
    return Select(source, worker) != nullptr;
  }

  logstore::Run OpenRun(const ScanSource& source, const BlockOpener& opener, size_t worker) {
    if (source.part == nullptr) return std::move(memory_[source.index]);
    if (!MaySelect(source, worker)) return {};
    logstore::Run run =
        opener.Open(source.part, source.index, matching_.at(source.part.get()), true);
    std::erase_if(run.rows, [&](const Row& row) {
      return row.timestamp_ns < source.min_ns || row.timestamp_ns > source.max_ns;
    });
    return run;
  }

  base::Status ReadRows(const SourceGroup& group, size_t worker, bool* go_on) {
    StreamFilter filter(scan_.select.matchers);
    SelectStats stats;
    DeletedRows deleted(tombstones_, scan_.select.start_ns, scan_.select.end_ns);
    const BlockOpener opener(
        scan_.select, filter, &deleted, &stats,
        [this](const Part& part, const base::Status& why) { store_.NoteDamage(part.name(), why); });
    std::vector<PendingRun> pending;
    for (const ScanSource& source : group) {
      PendingRun& run = pending.emplace_back();
      run.min_ns = source.min_ns;
      run.max_ns = source.max_ns;
      run.lane = source.part.get();
      run.open = [&] { return OpenRun(source, opener, worker); };
    }
    Merge merge(std::move(pending), scan_.select.direction == Direction::kBackward);
    *go_on = true;
    return merge.Run(
        [&](std::span<const Row> rows) {
          *go_on = rows.empty() || visitor_->Rows(rows, worker);
          return *go_on;
        },
        scan_.select.stop);
  }

  const Store& store_;
  const BlockScan& scan_;
  const std::vector<MemtableView>& memtables_;
  const Tombstones& tombstones_;
  const Kept kept_;
  BlockVisitor* const visitor_;
  std::array<OpenFile, 2> first_files_;
  std::vector<OpenFile> files_;    // one a worker
  std::vector<LineJudge> judges_;  // the same
  std::vector<ScanSource> sources_;
  std::vector<logstore::Run> memory_;                             // each read once
  absl::flat_hash_map<const Part*, std::vector<bool>> matching_;  // streams by id
};

base::Status Store::ScanBlocks(const BlockScan& scan, BlockVisitor* visitor) const {
  const Snapshot snapshot = Read();
  StreamFilter filter(scan.select.matchers);
  const BlockScanner::Kept kept{&granules_, &coincidences_, options_.clock->MonotonicNanos()};
  BlockScanner scanner(*this, scan, snapshot.memtables, snapshot.tombstones, kept, visitor);
  for (const auto& part : snapshot.parts) scanner.Add(part, filter);
  return scanner.Run();
}

}  // namespace vedette::logstore
