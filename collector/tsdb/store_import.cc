#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "collector/tsdb/merge_plan.h"
#include "collector/tsdb/sample_merge.h"
#include "collector/tsdb/store_impl.h"

// Parts made of what another store held, past the head and the log.

namespace vedette::tsdb {

base::Status Store::Impl::Import(const ImportDays& days, const ReadDayFn& read_day) {
  VEDETTE_RETURN_IF_ERROR(CheckReplayed());
  base::MutexLock lock(maintenance_mutex_);
  PartSet::Change change;
  base::Status status;
  for (const auto& [day, first_ms] : days) {
    base::StatusOr<std::optional<StoredPart>> part = ImportDay(day, first_ms, read_day);
    status = part.status();
    if (!status.ok()) break;
    if (part->has_value()) change.added.push_back(**std::move(part));
  }
  if (!status.ok()) {
    for (const StoredPart& done : change.added) parts_->Discard(done.part->path());
    return status;
  }
  if (change.added.empty()) return {};
  int64_t max_ms = INT64_MIN;
  for (const StoredPart& part : change.added) max_ms = std::max(max_ms, part.meta.max_ms);
  const HistoryChange history(this);
  VEDETTE_RETURN_IF_ERROR(parts_->Commit(std::move(change)));
  {
    base::MutexLock head_lock(mutex_);
    parts_max_ms_ = std::max(parts_max_ms_, max_ms);
    ExtendHistory();
  }
  SetGauges();
  return {};
}

base::StatusOr<std::optional<StoredPart>> Store::Impl::ImportDay(int64_t day, int64_t first_ms,
                                                                 const ReadDayFn& read_day) {
  VEDETTE_ASSIGN_OR_RETURN(PartSet::NewPart part, parts_->StartPart(first_ms));
  base::Status status = read_day(day, [&](const model::SeriesSamples& series) {
    if (series.empty() || DayOf(FirstMs(series)) != day || DayOf(LastMs(series)) != day) {
      return base::InvalidArgument(
          base::Concat({"import: samples of ", series.labels.ToString(), " outside the day"}));
    }
    return part.writer->Add(series);
  });
  if (status.ok() && part.writer->series() > 0) {
    auto finished = parts_->FinishPart(part, PartLevel::kMerged);
    if (finished.ok()) return std::optional<StoredPart>(*std::move(finished));
    status = finished.status();
  }
  parts_->Discard(part.path);
  if (!status.ok()) return status;
  return std::optional<StoredPart>();
}

}  // namespace vedette::tsdb
