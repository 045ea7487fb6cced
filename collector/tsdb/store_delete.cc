#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "collector/tsdb/selector_text.h"
#include "collector/tsdb/store_impl.h"

// Deletion by matcher: a tombstone hides samples at once, rewriting the parts removes them.

namespace vedette::tsdb {
namespace {

// Time for the day's merge to take the deleted samples along, which costs nothing extra.
constexpr int64_t kRewriteAfterMs = 10 * 60 * 1000;

}  // namespace

base::Status Store::Impl::Delete(const std::vector<model::Matcher>& matchers, int64_t min_ms,
                                 int64_t max_ms) {
  if (matchers.empty()) {
    return base::InvalidArgument("metrics store: a deletion needs at least one matcher");
  }
  if (min_ms > max_ms) {
    return base::InvalidArgument("metrics store: a deletion's start is after its end");
  }
  VEDETTE_RETURN_IF_ERROR(CheckReplayed());
  base::MutexLock lock(maintenance_mutex_);
  if (parts_->Tombstones().size() >= kMaxTombstones) {
    return base::ResourceExhausted(
        base::Concat({"metrics store: ", std::to_string(kMaxTombstones),
                      " deletions wait to be carried out, as many as there may be; clean the "
                      "tombstones first"}));
  }
  VEDETTE_RETURN_IF_ERROR(FlushMatching(matchers, min_ms, max_ms));
  PartSet::Change change;
  change.deletion = Tombstone{0, min_ms, max_ms, options_.clock->WallMillis(), matchers};
  options_.log->Info(
      "metrics store: series are deleted",
      {{"selector", SelectorText(matchers)}, {"min_ms", min_ms}, {"max_ms", max_ms}});
  const HistoryChange history(this);
  VEDETTE_RETURN_IF_ERROR(
      WithReserve([&]() VEDETTE_NO_THREAD_SAFETY_ANALYSIS { return parts_->Commit(change); }));
  {
    base::MutexLock head_lock(mutex_);
    head_->NoteDeletion(matchers);
  }
  deletions_->Add();
  SetGauges();
  return {};
}

base::Status Store::Impl::FlushMatching(const std::vector<model::Matcher>& matchers, int64_t min_ms,
                                        int64_t max_ms) {
  // Twice at most: once for a head that waited to be written, once for the one since.
  for (int round = 0; round < 2; ++round) {
    bool in_memory = false;
    {
      View view = TakeView(matchers, min_ms, max_ms);
      in_memory = view.frozen != nullptr;
      if (!in_memory && !view.head.series.empty()) {
        VEDETTE_ASSIGN_OR_RETURN(in_memory,
                                 NewHeadCursor(std::move(view.head), min_ms, max_ms)->Next());
      }
    }
    if (!in_memory) return {};
    VEDETTE_RETURN_IF_ERROR(FlushLocked());
  }
  return {};
}

base::Status Store::Impl::CleanTombstones() {
  VEDETTE_RETURN_IF_ERROR(CheckReplayed());
  base::MutexLock lock(maintenance_mutex_);
  bool more = true;
  while (more) {
    VEDETTE_ASSIGN_OR_RETURN(more, CarryOutDeletion(/*min_age_ms=*/INT64_MIN));
  }
  SetGauges();
  return {};
}

base::StatusOr<bool> Store::Impl::CarryOutDeletions() { return CarryOutDeletion(kRewriteAfterMs); }

base::StatusOr<bool> Store::Impl::CarryOutDeletion(int64_t min_age_ms) {
  const int64_t now_ms = options_.clock->WallMillis();
  for (const auto& tombstone : parts_->Tombstones()) {
    const bool future = tombstone->created_ms > now_ms;  // before the clock stepped back
    if (!future && now_ms - tombstone->created_ms < min_age_ms) continue;
    VEDETTE_ASSIGN_OR_RETURN(const Remains remains, RemainsOf(*tombstone));
    if (remains.part != nullptr) {
      const base::Status status = Rewrite(*remains.part);
      if (absl::IsDataLoss(status)) continue;  // the part stays as it is, and so the tombstone
      if (!status.ok()) return status;
      return true;
    }
    if (remains.unreadable) continue;
    PartSet::Change change;
    change.removed_tombstones.push_back(tombstone->id);
    VEDETTE_RETURN_IF_ERROR(parts_->Commit(std::move(change)));
    absl::erase_if(untouched_, [&](const auto& key) { return key.first == tombstone->id; });
    return true;
  }
  return false;
}

base::StatusOr<Store::Impl::Remains> Store::Impl::RemainsOf(const Tombstone& tombstone) {
  Remains remains;
  for (const StoredPart& stored : *parts_->Snapshot()) {
    const PartMeta& meta = stored.meta;
    if (!tombstone.HoldsFor(meta.id, meta.min_ms, meta.max_ms)) continue;
    if (damaged_.contains(meta.id)) {
      remains.unreadable = true;
      continue;
    }
    const std::pair<uint64_t, uint64_t> key(tombstone.id, meta.id);
    if (untouched_.contains(key)) continue;
    const auto series = stored.part->Match(tombstone.matchers);
    if (absl::IsDataLoss(series.status())) {
      damaged_.insert(meta.id);
      VEDETTE_RETURN_IF_ERROR(ReportDamage(series.status()));
      remains.unreadable = true;
      continue;
    }
    if (!series.ok()) return series.status();
    if (!(*series)->empty()) {
      remains.part = std::make_unique<StoredPart>(stored);
      return remains;
    }
    untouched_.insert(key);
  }
  return remains;
}

base::Status Store::Impl::Rewrite(const StoredPart& part) {
  VEDETTE_RETURN_IF_ERROR(Replace({part}, part.meta.level));
  rewrites_->Add();
  return {};
}

}  // namespace vedette::tsdb
