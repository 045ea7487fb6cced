#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/once.h"
#include "collector/logstore/part_writer.h"
#include "collector/logstore/store.h"

// What happens behind pushes and queries: memory to parts, retention, the reserve file.

namespace vedette::logstore {
namespace {

constexpr std::chrono::seconds kRound{1};
// Granules that no scan has asked for in so long are not kept.
constexpr int64_t kGranulesKeptNs = 60'000'000'000;

// A memtable's rows in reading order, each once.
std::vector<Row> SortedRows(const Memtable& table) {
  std::vector<Row> rows;
  rows.reserve(table.rows());
  for (const std::span<const Row> chunk : table.View().chunks) {
    rows.insert(rows.end(), chunk.begin(), chunk.end());
  }
  std::sort(rows.begin(), rows.end(), Before);
  OnceFilter once;
  std::erase_if(rows, [&](const Row& row) { return !once.IsFirst(row); });
  return rows;
}

// Parts of days that are over for longer than the retention, and of what is left the oldest, until
// no more than `most_bytes` (0: any) are.
std::vector<std::shared_ptr<const Part>> PartsToDrop(std::vector<std::shared_ptr<const Part>> parts,
                                                     int64_t cutoff_ms, uint64_t most_bytes) {
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a->max_ns() < b->max_ns(); });
  uint64_t bytes = 0;
  for (const auto& part : parts) bytes += part->bytes();
  std::erase_if(parts, [&](const std::shared_ptr<const Part>& part) {
    const bool expired = (part->day() + 1) * (kNanosPerDay / 1'000'000) <= cutoff_ms;
    const bool dropped = expired || (most_bytes > 0 && bytes > most_bytes);
    if (dropped) bytes -= part->bytes();
    return !dropped;
  });
  return parts;
}

}  // namespace

void Store::RunBackground(std::stop_token stop) {
  while (!stop.stop_requested()) {
    {
      base::MutexLock lock(mutex_);
      if (!stopping_ && !flush_asked_) wake_.WaitFor(mutex_, kRound);
      if (stopping_) return;
    }
    if (const base::Status status = Upkeep(); !status.ok()) {
      options_.logger->Warn("log store upkeep failed, will be tried again",
                            {{"error", base::Message(status)}});
      options_.clock->SleepFor(kRound, stop);
    }
  }
}

bool Store::FlushDue() {
  base::MutexLock lock(mutex_);
  // Also when the log's files vanished and nobody waited for it: memory holds more than the disk.
  const uint64_t losses = wal_->losses();
  if (std::exchange(losses_seen_, losses) != losses) sync_failures_.fetch_add(1);
  if (frozen_ || flush_asked_ || Recovering()) return true;
  const int64_t age_ms = (options_.clock->MonotonicNanos() - active_->created_ns()) / 1'000'000;
  return active_->rows() > 0 && age_ms >= options_.flush_interval_ms;
}

base::Status Store::Maintain() {
  const base::Status status = Upkeep();
  const auto rewritten = RewriteOnce({});
  RemoveDoomed();
  return status.ok() ? rewritten.status() : status;
}

base::Status Store::Upkeep() {
  base::Status status;
  if (FlushDue()) status = Flush();
  const base::Status dropped = DropExpired();
  RemoveDoomed();
  streams_.Sweep();
  MeasureIndexes();
  granules_.DropOlder(options_.clock->MonotonicNanos() - kGranulesKeptNs);
  KeepReserve();
  return status.ok() ? dropped : status;
}

void Store::MeasureIndexes() {
  base::MutexLock lock(mutex_);
  part_index_bytes_ = 0;
  for (const auto& part : parts_) part_index_bytes_ += part->held();
}

base::Status Store::Flush() {
  base::MutexLock flush_lock(flush_mutex_);
  return FlushAll();
}

base::Status Store::FlushAll() {
  bool leftover = false;
  {
    base::MutexLock lock(mutex_);
    leftover = frozen_ != nullptr;
  }
  if (leftover) VEDETTE_RETURN_IF_ERROR(WriteFrozen());
  uint64_t failures = 0;
  {
    base::MutexLock lock(mutex_);
    failures = sync_failures_.load();
    const auto segment = wal_->Roll();
    if (!segment.ok()) return base::Annotate(segment.status(), "log store");
    Freeze({*segment, 0});
  }
  VEDETTE_RETURN_IF_ERROR(WriteFrozen());
  sync_recovered_.store(failures);
  return {};
}

void Store::Freeze(base::WalPosition floor) {
  frozen_ = active_;
  frozen_checkpoint_ = {floor, next_sequence_, marks_.ToList()};
  active_ = std::make_shared<Memtable>(options_.clock->MonotonicNanos());
  flush_asked_ = false;
}

base::Status Store::WriteFrozen() {
  std::shared_ptr<const Memtable> table;
  Manifest next = manifest_;
  {
    base::MutexLock lock(mutex_);
    table = frozen_;
    next.checkpoint = frozen_checkpoint_;
  }
  base::Status status = parts_written_ ? base::Status() : WriteParts(*table);
  if (status.ok()) {
    parts_written_ = true;
    next.next_part = manifest_.next_part;
    for (const auto& part : written_) next.parts.push_back(part->entry());
    status = SaveManifest(next);
  }
  if (!status.ok()) {
    counters_.flush_failures->Add();
    return base::Annotate(status, "log store: flush");
  }
  counters_.flushes->Add();
  {
    base::MutexLock lock(mutex_);
    parts_.insert(parts_.end(), written_.begin(), written_.end());
    for (const auto& part : written_) part_came_ns_[part->day()] = options_.clock->MonotonicNanos();
    frozen_ = nullptr;
    floor_segment_ = next.checkpoint.floor.segment;
  }
  written_.clear();
  parts_written_ = false;
  // During replay there is no log to drop from yet: the next flush does it.
  return wal_ ? wal_->DropBefore(next.checkpoint.floor.segment) : base::Status();
}

// A full disk gets the reserve file's room, once.
base::Status Store::WriteParts(const Memtable& table) {
  const std::vector<Row> rows = SortedRows(table);
  const base::Status status = WritePartsOnce(rows);
  if (!base::IsNoSpace(status)) return status;
  const std::string reserve = base::JoinPath(options_.dir, kReserveFile);
  if (!options_.fs->Remove(reserve).ok()) return status;
  options_.logger->Warn("disk full: the log store gave up its reserve file");
  return WritePartsOnce(rows);
}

base::Status Store::WritePartsOnce(std::span<const Row> rows) {
  base::Status status = options_.fs->CreateDirs(parts_dir_);  // somebody may have removed it
  while (!rows.empty() && status.ok()) {
    const int64_t day = DayOf(rows.front().timestamp_ns);
    const auto end = std::find_if(rows.begin(), rows.end(),
                                  [&](const Row& row) { return DayOf(row.timestamp_ns) != day; });
    const auto count = static_cast<size_t>(end - rows.begin());
    const std::string name = PartFileName(day, manifest_.next_part++);
    const auto entry = WritePart(options_.fs, parts_dir_, name, day, rows.first(count));
    status = entry.status();
    if (status.ok()) {
      auto part = Part::Open(options_.fs, parts_dir_, *entry, &streams_);
      status = part.status();
      if (part.ok()) written_.push_back(*std::move(part));
    }
    if (!status.ok()) options_.fs->Remove(base::JoinPath(parts_dir_, name)).IgnoreError();
    rows = rows.subspan(count);
  }
  if (status.ok()) status = options_.fs->SyncDir(parts_dir_);
  if (status.ok()) return {};
  for (const auto& part : written_) {
    options_.fs->Remove(base::JoinPath(parts_dir_, part->name())).IgnoreError();
  }
  written_.clear();
  return status;
}

base::Status Store::SaveManifest(const Manifest& manifest) {
  VEDETTE_RETURN_IF_ERROR(
      options_.fs->WriteFileAtomic(base::JoinPath(options_.dir, kManifestFile), manifest.Encode()));
  manifest_ = manifest;
  for (const std::string& name : std::exchange(unsure_files_, {})) {
    options_.fs->Remove(base::JoinPath(parts_dir_, name)).IgnoreError();
  }
  return {};
}

base::Status Store::DropExpired() {
  base::MutexLock flush_lock(flush_mutex_);
  int64_t cutoff_ms = 0;
  {
    base::MutexLock lock(mutex_);
    cutoff_ms = OldestNs() / 1'000'000;
    marks_.Expire(cutoff_ms);
  }
  Manifest next = manifest_;
  absl::flat_hash_set<std::string> names;
  {
    base::MutexLock lock(mutex_);
    for (const auto& part : PartsToDrop(parts_, cutoff_ms, options_.retention_bytes)) {
      names.insert(part->name());
    }
  }
  if (names.empty()) return {};
  std::erase_if(next.parts, [&](const PartEntry& part) { return names.contains(part.name); });
  VEDETTE_RETURN_IF_ERROR(SaveManifest(next));
  {
    base::MutexLock lock(mutex_);
    std::erase_if(parts_, [&](const auto& part) { return names.contains(part->name()); });
    absl::flat_hash_set<int64_t> days;
    for (const auto& part : parts_) days.insert(part->day());
    absl::erase_if(part_came_ns_, [&](const auto& came) { return !days.contains(came.first); });
  }
  base::Status status;
  for (const std::string& name : names) {
    options_.logger->Info("log part dropped by retention", {{"file", name}});
    const base::Status removed = options_.fs->Remove(base::JoinPath(parts_dir_, name));
    if (status.ok()) status = removed;
  }
  return status;
}

void Store::KeepReserve() {
  if (options_.reserve_bytes == 0) return;
  const std::string path = base::JoinPath(options_.dir, kReserveFile);
  if (options_.fs->Exists(path)) return;
  const auto free = options_.fs->FreeSpace(options_.dir);
  if (!free.ok() || *free < options_.min_free_bytes + 2 * options_.reserve_bytes) return;
  if (const base::Status status = options_.fs->Allocate(path, options_.reserve_bytes);
      !status.ok()) {
    options_.fs->Remove(path).IgnoreError();
  }
}

}  // namespace vedette::logstore
