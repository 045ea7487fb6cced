#include <algorithm>
#include <utility>

#include "collector/tsdb/deletion_cursor.h"
#include "collector/tsdb/merge_plan.h"
#include "collector/tsdb/part_cursor.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/store_impl.h"

namespace vedette::tsdb {
namespace {

constexpr int64_t kNanosPerMs = 1'000'000;
constexpr int64_t kRetryNs = 10'000 * kNanosPerMs;
// Flushing for lack of memory more often than this only makes small parts.
constexpr int64_t kMinFlushGapNs = 10'000 * kNanosPerMs;

using SeriesList = std::vector<const model::SeriesSamples*>;

SeriesList SortedByLabels(const FrozenHead& frozen) {
  SeriesList sorted;
  for (const model::SeriesSamples& series : frozen.series) sorted.push_back(&series);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->labels < b->labels; });
  return sorted;
}

std::set<int64_t> DaysOf(const SeriesList& list) {
  std::set<int64_t> days;
  for (const model::SeriesSamples* series : list) {
    const std::vector<int64_t>& times = series->timestamps_ms;
    for (auto at = times.begin(); at != times.end();) {
      const int64_t day = DayOf(*at);
      days.insert(day);
      at = std::lower_bound(at, times.end(), (day + 1) * kDayMs);
    }
  }
  return days;
}

// The samples of one day: [first, last) of the series' arrays.
std::pair<size_t, size_t> DayRange(const model::SeriesSamples& series, int64_t day) {
  const std::vector<int64_t>& times = series.timestamps_ms;
  const auto first = std::lower_bound(times.begin(), times.end(), day * kDayMs);
  const auto last = std::lower_bound(first, times.end(), (day + 1) * kDayMs);
  return {static_cast<size_t>(first - times.begin()), static_cast<size_t>(last - times.begin())};
}

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

base::Status Store::Impl::Flush() {
  base::MutexLock lock(maintenance_mutex_);
  const base::Status status = FlushLocked();
  SetGauges();
  return status;
}

base::Status Store::Impl::FlushLocked() {
  const base::Status status = WithReserve([this]() VEDETTE_NO_THREAD_SAFETY_ANALYSIS {
    VEDETTE_RETURN_IF_ERROR(FreezeHead());
    return WriteFrozen();
  });
  if (status.ok()) return status;
  flush_failures_->Add();
  base::MutexLock lock(mutex_);
  retry_flush_ns_ = options_.clock->MonotonicNanos() + kRetryNs;
  return base::Annotate(status, "metrics store: flush");
}

base::Status Store::Impl::FreezeHead() {
  base::MutexLock lock(mutex_);
  if (frozen_ != nullptr) return {};
  const uint64_t losses = wal_ == nullptr ? 0 : wal_->losses();
  if (head_->samples() > 0 && wal_ != nullptr) {
    VEDETTE_ASSIGN_OR_RETURN(const uint64_t segment, wal_->Roll());
    StartEpoch(segment);
    frozen_log_from_ = segment;
  }
  last_flush_ns_ = options_.clock->MonotonicNanos();
  std::shared_ptr<const FrozenHead> frozen = head_->Freeze();
  if (frozen->series.empty()) {
    repaired_losses_ = losses;
    return {};
  }
  frozen_ = std::move(frozen);
  frozen_losses_ = losses;
  return {};
}

base::Status Store::Impl::WriteFrozen() {
  std::shared_ptr<const FrozenHead> frozen;
  PartSet::Change change;
  {
    base::MutexLock lock(mutex_);
    frozen = frozen_;
    change.log_from = frozen_log_from_;
  }
  if (frozen == nullptr) return {};
  const SeriesList series = SortedByLabels(*frozen);
  for (const int64_t day : DaysOf(series)) {
    base::StatusOr<StoredPart> part = WriteDay(series, day);
    if (!part.ok()) {
      for (const StoredPart& done : change.added) parts_->Discard(done.part->path());
      return part.status();
    }
    change.added.push_back(std::move(part).value());
  }
  const std::optional<uint64_t> log_from = change.log_from;
  VEDETTE_RETURN_IF_ERROR(parts_->Commit(std::move(change)));
  {
    base::MutexLock lock(mutex_);
    parts_max_ms_ = std::max(parts_max_ms_, frozen->max_ms);
    frozen_.reset();
    repaired_losses_ = frozen_losses_;
    frozen_log_from_.reset();
  }
  flushes_->Add();
  return log_from ? wal_->DropBefore(*log_from) : base::Status();
}

base::StatusOr<StoredPart> Store::Impl::WriteDay(const SeriesList& series, int64_t day) {
  int64_t min_ms = INT64_MAX;
  for (const model::SeriesSamples* one : series) {
    const auto [first, last] = DayRange(*one, day);
    if (first != last) min_ms = std::min(min_ms, one->timestamps_ms[first]);
  }
  VEDETTE_ASSIGN_OR_RETURN(PartSet::NewPart part, parts_->StartPart(min_ms));
  base::Status status = FillDay(series, day, part.writer.get());
  if (status.ok()) {
    auto finished = parts_->FinishPart(part, PartLevel::kFlush);
    if (finished.ok()) return finished;
    status = finished.status();
  }
  parts_->Discard(part.path);
  return status;
}

base::Status Store::Impl::FillDay(const SeriesList& series, int64_t day, PartWriter* writer) {
  for (const model::SeriesSamples* one : series) {
    const auto [first, last] = DayRange(*one, day);
    if (first == last) continue;
    const std::span<const int64_t> times(one->timestamps_ms);
    const std::span<const double> values(one->values);
    VEDETTE_RETURN_IF_ERROR(writer->Add(one->labels, times.subspan(first, last - first),
                                        values.subspan(first, last - first)));
  }
  return {};
}

bool Store::Impl::FlushIsDue() {
  base::MutexLock lock(mutex_);
  const int64_t now_ns = options_.clock->MonotonicNanos();
  if (now_ns < retry_flush_ns_) return false;
  if (frozen_ != nullptr || LogLacksSome()) return true;
  const int64_t since_ns = now_ns - last_flush_ns_;
  if (since_ns / kNanosPerMs >= options_.flush_interval_ms) return true;
  return head_->bytes() > options_.head_bytes / 2 && head_->samples() > 0 &&
         since_ns >= kMinFlushGapNs;
}

base::Status Store::Impl::WithReserve(const std::function<base::Status()>& work) {
  base::Status status = work();
  if (!base::IsNoSpace(status)) return status;
  guard_.NoteNoSpace();
  return guard_.ReleaseReserve() ? work() : status;
}

base::StatusOr<bool> Store::Impl::MergeOnce() {
  const std::shared_ptr<const PartList> list = parts_->Snapshot();
  std::vector<PartMeta> metas;
  for (const StoredPart& part : *list) metas.push_back(part.meta);
  const std::optional<MergePlan> plan = PlanMerge(metas, damaged_, options_.clock->WallMillis());
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
  base::Status status =
      MergeSeries(std::move(sources), [&part](const model::SeriesSamples& series) {
        return part.writer->Add(series.labels, series.timestamps_ms, series.values);
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
  const bool first = folder_lock_ == nullptr;
  if (!first && !absl::IsNotFound(folder_lock_->StillNamed())) return {};
  VEDETTE_RETURN_IF_ERROR(options_.fs->CreateDirs(options_.dir));
  VEDETTE_ASSIGN_OR_RETURN(folder_lock_, options_.fs->Lock(base::JoinPath(options_.dir, "LOCK")));
  if (!first) {
    options_.log->Error("metrics store: the folder was removed while in use and is made again",
                        {{"dir", options_.dir}});
  }
  return {};
}

base::Status Store::Impl::Maintain() {
  base::MutexLock lock(maintenance_mutex_);
  if (const base::Status kept = KeepFolder(); !kept.ok()) {
    NoteProblem(kept);
    return kept;
  }
  // Samples that nobody waits for reach the disk within a second.
  wal_->OnDurable([](const base::Status&) {});
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

base::Status Store::Impl::TidyOnce() {
  VEDETTE_ASSIGN_OR_RETURN(const bool merged, MergeOnce());
  return merged ? base::Status() : CarryOutDeletions().status();
}

void Store::Impl::NoteProblem(const base::Status& status) {
  const std::string problem(base::Message(status));
  if (!status.ok() && problem != last_problem_) {
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
      for (const model::SeriesSamples& series : frozen_->series) {
        stats.head_samples += series.timestamps_ms.size();
        stats.min_time_ms = std::min(stats.min_time_ms, series.timestamps_ms.front());
      }
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
  if (wal_ != nullptr) stats.wal_bytes = wal_->BytesOnDisk();
  return stats;
}

}  // namespace vedette::tsdb
