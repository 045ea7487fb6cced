#include <algorithm>
#include <limits>
#include <utility>

#include "base/wal_format.h"
#include "collector/tsdb/deletion_cursor.h"
#include "collector/tsdb/merge_plan.h"
#include "collector/tsdb/part_cursor.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/store_impl.h"

namespace vedette::tsdb {
namespace {

std::vector<uint32_t> AllSeries(const Part& part) {
  std::vector<uint32_t> all;
  for (uint32_t i = 0; i < part.series(); ++i) all.push_back(i);
  return all;
}

PartList Chosen(const PartList& list, const std::vector<uint64_t>& ids) {
  PartList chosen;
  for (const StoredPart& part : list) {
    if (std::find(ids.begin(), ids.end(), part.meta.id) != ids.end()) chosen.push_back(part);
  }
  return chosen;
}

}  // namespace

base::Status Store::Impl::WithReserve(const std::function<base::Status()>& work) {
  base::Status status = work();
  if (!base::IsNoSpace(status)) return status;
  guard_.NoteNoSpace();
  return guard_.ReleaseReserve() ? work() : status;
}

base::StatusOr<bool> Store::Impl::MergeOnce(int64_t now_ms) {
  const std::shared_ptr<const PartList> list = parts_->Snapshot();
  std::vector<PartMeta> metas;
  for (const StoredPart& part : *list) metas.push_back(part.meta);
  const std::optional<MergePlan> plan = PlanMerge(metas, damaged_, now_ms);
  if (!plan) return false;
  const base::Status status = Replace(Chosen(*list, plan->parts), plan->level);
  if (absl::IsDataLoss(status)) return true;
  if (!status.ok()) return status;
  merges_->Add();
  return true;
}

base::Status Store::Impl::Replace(const PartList& inputs, PartLevel level) {
  PartSet::Change change;
  for (const StoredPart& input : inputs) change.removed.push_back(input.meta.id);
  base::StatusOr<std::optional<StoredPart>> merged = MergeParts(inputs, level);
  if (absl::IsDataLoss(merged.status())) {
    // Reading goes on around the damage; a merge would throw away what it could not read.
    for (const uint64_t id : change.removed) damaged_.insert(id);
    VEDETTE_RETURN_IF_ERROR(ReportDamage(merged.status()));
  }
  if (!merged.ok()) return merged.status();
  if (merged->has_value()) change.added.push_back(**std::move(merged));
  return parts_->Commit(std::move(change));
}

base::StatusOr<std::optional<StoredPart>> Store::Impl::MergeParts(const PartList& inputs,
                                                                  PartLevel level) {
  std::vector<std::unique_ptr<SeriesCursor>> sources;
  int64_t min_ms = INT64_MAX;
  for (const StoredPart& input : inputs) {
    min_ms = std::min(min_ms, input.part->min_ms());
    auto cursor = std::make_unique<PartCursor>(input.part, AllSeries(*input.part),
                                               std::vector<model::Matcher>(), INT64_MIN, INT64_MAX,
                                               [](const base::Status& damage) { return damage; });
    sources.push_back(WithoutDeleted(std::move(cursor), input.deleted, INT64_MIN, INT64_MAX));
  }
  VEDETTE_ASSIGN_OR_RETURN(PartSet::NewPart part, parts_->StartPart(min_ms));
  base::Status status = MergeSeries(std::move(sources), [&](const model::SeriesSamples& series) {
    if (ending_) return base::Cancelled("metrics store is stopping");
    return part.writer->Add(series);
  });
  if (status.ok() && part.writer->series() == 0) {
    parts_->Discard(part.path);  // deletions took everything
    return std::optional<StoredPart>();
  }
  if (status.ok()) {
    auto finished = parts_->FinishPart(part, level);
    if (finished.ok()) return std::optional<StoredPart>(*std::move(finished));
    status = finished.status();
  }
  parts_->Discard(part.path);
  return status;
}

base::Status Store::Impl::KeepFolder() {
  if (folder_lock_ == nullptr) return TakeFolder();
  if (absl::IsNotFound(folder_lock_->StillNamed())) {
    VEDETTE_RETURN_IF_ERROR(TakeFolder());
    options_.log->Error("metrics store: the folder was removed while in use and is made again",
                        {{"dir", options_.dir}});
    folder_was_removed_ = true;
  }
  if (!folder_was_removed_) return {};
  const HistoryChange history(this);
  VEDETTE_RETURN_IF_ERROR(parts_->DropMissing());
  folder_was_removed_ = false;
  return {};
}

base::Status Store::Impl::TakeFolder() {
  const std::string lock = base::JoinPath(options_.dir, "LOCK");
  quarantine_.ExpectFolder(options_.dir);
  VEDETTE_RETURN_IF_ERROR(options_.fs->CreateDirs(options_.dir));
  quarantine_.ExpectFile(lock);
  VEDETTE_ASSIGN_OR_RETURN(folder_lock_, options_.fs->Lock(lock));
  quarantine_.ExpectFile(base::JoinPath(options_.dir, "reserve"));
  TidyLogFolder();
  return {};
}

void Store::Impl::TidyLogFolder() {
  quarantine_.ExpectFolder(wal_dir_);
  quarantine_.ExpectFile(base::JoinPath(wal_dir_, "LOCK"));
  const base::StatusOr<std::vector<std::string>> names = options_.fs->List(wal_dir_);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    if (!base::wal_format::ParseSegmentName(name)) continue;
    quarantine_.ExpectFile(base::JoinPath(wal_dir_, name));
  }
}

base::Status Store::Impl::Maintain() {
  VEDETTE_RETURN_IF_ERROR(CheckReplayed());
  base::MutexLock lock(maintenance_mutex_);
  if (const base::Status kept = KeepFolder(); !kept.ok()) {
    NoteProblem(kept);
    return kept;
  }
  // Samples that nobody waits for reach the disk within a second.
  wal()->OnDurable([](const base::Status&) {});
  base::Status status = FlushIsDue() ? FlushLocked() : base::Status();
  status.Update(WithReserve([this]() VEDETTE_NO_THREAD_SAFETY_ANALYSIS {
    VEDETTE_RETURN_IF_ERROR(DropOld());
    return KeepSize();
  }));
  if (status.ok()) status.Update(TidyOnce());
  if (status.ok() && guard_.Check().ok()) guard_.KeepReserve();
  NoteProblem(status);
  SetGauges();
  return status;
}

base::Status Store::Impl::Compact() {
  VEDETTE_RETURN_IF_ERROR(Flush());
  {
    base::MutexLock lock(maintenance_mutex_);
    // As the plan will be when every day is long over.
    for (bool more = true; more;) {
      VEDETTE_ASSIGN_OR_RETURN(more, MergeOnce(std::numeric_limits<int64_t>::max()));
    }
  }
  return CleanTombstones();
}

base::Status Store::Impl::TidyOnce() {
  VEDETTE_ASSIGN_OR_RETURN(const bool merged, MergeOnce(options_.clock->WallMillis()));
  return merged ? base::Status() : CarryOutDeletions().status();
}

void Store::Impl::NoteProblem(const base::Status& status) {
  const std::string problem(base::Message(status));
  if (!status.ok() && !ending_ && problem != last_problem_) {
    options_.log->Error("metrics store: maintenance failed", {{"reason", problem}});
  }
  last_problem_ = problem;
}

void Store::Impl::SetGauges() {
  const StoreStats stats = Stats();
  head_series_->Set(static_cast<double>(stats.head_series));
  head_samples_->Set(static_cast<double>(stats.head_samples));
  head_bytes_->Set(static_cast<double>(stats.head_bytes));
  part_count_->Set(static_cast<double>(stats.parts));
  part_bytes_->Set(static_cast<double>(stats.part_bytes));
  selection_bytes_->Set(static_cast<double>(part_selections_.bytes()));
  wal_bytes_->Set(static_cast<double>(stats.wal_bytes));
  tombstones_->Set(static_cast<double>(stats.tombstones));
  disk_full_->Set(guard_.full() ? 1 : 0);
}

StoreStats Store::Impl::Stats() {
  StoreStats stats;
  std::shared_ptr<const PartList> parts;
  {
    base::MutexLock lock(mutex_);
    stats.head_series = head_->series();
    stats.head_samples = head_->samples();
    stats.head_bytes = MemoryBytes();
    stats.min_time_ms = head_->min_ms();
    stats.max_time_ms = std::max(head_->max_ms(), parts_max_ms_);
    if (frozen_ != nullptr) {
      stats.head_samples += frozen_->samples();
      stats.min_time_ms = std::min(stats.min_time_ms, frozen_->min_ms());
    }
    parts = parts_->Snapshot();
  }
  for (const StoredPart& part : *parts) {
    ++stats.parts;
    stats.part_bytes += part.meta.bytes;
    stats.part_samples += part.meta.samples;
    stats.min_time_ms = std::min(stats.min_time_ms, part.meta.min_ms);
  }
  stats.tombstones = parts_->Tombstones().size();
  if (wal() != nullptr) stats.wal_bytes = wal()->BytesOnDisk();
  stats.damage = quarantine_.found() + log_damage_;
  base::MutexLock lock(damage_mutex_);
  stats.damage += damage_seen_.size();
  return stats;
}

}  // namespace vedette::tsdb
