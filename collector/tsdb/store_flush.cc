#include <algorithm>
#include <utility>

#include "collector/tsdb/merge_plan.h"
#include "collector/tsdb/store_impl.h"

namespace vedette::tsdb {
namespace {

constexpr int64_t kNanosPerMs = 1'000'000;
constexpr int64_t kRetryNs = 10'000 * kNanosPerMs;
// Flushing for lack of memory more often than this only makes small parts.
constexpr int64_t kMinFlushGapNs = 10'000 * kNanosPerMs;
// Less than this in memory never makes a flush come early.
constexpr uint64_t kEarlyFlushBytes = 32 << 20;

}  // namespace

base::Status Store::Impl::Flush() {
  VEDETTE_RETURN_IF_ERROR(CheckReplayed());
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
  if (status.ok() || ending_) return status;
  flush_failures_->Add();
  base::MutexLock lock(mutex_);
  retry_flush_ns_ = options_.clock->MonotonicNanos() + kRetryNs;
  return base::Annotate(status, "metrics store: flush");
}

base::Status Store::Impl::FreezeHead() {
  base::MutexLock lock(mutex_);
  if (frozen_ != nullptr) return {};
  const uint64_t losses = wal() == nullptr ? 0 : wal()->losses();
  // Then what the log still has is not to be asked for after a start, though nothing be written.
  const bool log_lost = wal() != nullptr && LogLacksSome();
  uint64_t segment = segment_;
  if (wal() == nullptr) {
    // In the middle of the replay: what was read before this segment needs no reading any more.
    frozen_log_from_ = replayed_segment_;
  } else if (head_->samples() > 0 || log_lost) {
    VEDETTE_ASSIGN_OR_RETURN(segment, wal()->Roll());
    frozen_log_from_ = segment;
    carried_losses_.reset();
    if (CarryExemplars(wal())) carried_losses_ = losses;
  }
  last_flush_ns_ = options_.clock->MonotonicNanos();
  std::shared_ptr<const FrozenHead> frozen = head_->Freeze();
  // Slots may mean other series from here on.
  StartEpoch(segment);
  if (frozen->empty() && !log_lost) return {};
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
  for (const int64_t day : frozen->Days()) {
    base::StatusOr<StoredPart> part = WriteDay(*frozen, day);
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
    parts_max_ms_ = std::max(parts_max_ms_, frozen->max_ms());
    frozen_.reset();
    repaired_losses_ = frozen_losses_;
    frozen_log_from_.reset();
    ExtendHistory();
  }
  flushes_->Add();
  return log_from && wal() != nullptr ? DropLog(*log_from) : base::Status();
}

base::Status Store::Impl::DropLog(uint64_t log_from) {
  std::optional<uint64_t> losses;
  bool any = false;
  {
    base::MutexLock lock(mutex_);
    losses = carried_losses_;
    any = exemplars_->size() > 0;
  }
  // Exemplars that were written once more are on disk before what else has them goes. Else the next
  // flush, which comes at once where the log lost something, drops it.
  if (any) {
    if (!losses) return {};
    VEDETTE_RETURN_IF_ERROR(wal()->Sync());
    if (wal()->losses() != *losses) return {};
  }
  return wal()->DropBefore(log_from);
}

base::StatusOr<StoredPart> Store::Impl::WriteDay(const FrozenHead& frozen, int64_t day) {
  const int64_t first_ms = day * kDayMs;
  const int64_t last_ms = first_ms + kDayMs - 1;
  VEDETTE_ASSIGN_OR_RETURN(PartSet::NewPart part,
                           parts_->StartPart(frozen.FirstMs(first_ms, last_ms)));
  base::Status status =
      frozen.VisitSorted(first_ms, last_ms, [&](const model::SeriesSamples& series) {
        if (ending_) return base::Cancelled("metrics store is stopping");
        return part.writer->Add(series);
      });
  if (status.ok()) {
    auto finished = parts_->FinishPart(part, PartLevel::kFlush);
    if (finished.ok()) return finished;
    status = finished.status();
  }
  parts_->Discard(part.path);
  return status;
}

bool Store::Impl::FlushIsDue() {
  base::MutexLock lock(mutex_);
  const int64_t now_ns = options_.clock->MonotonicNanos();
  if (now_ns < retry_flush_ns_) return false;
  if (frozen_ != nullptr || LogLacksSome()) return true;
  const int64_t since_ns = now_ns - last_flush_ns_;
  if (since_ns / kNanosPerMs >= options_.flush_interval_ms) return true;
  if (head_->samples() == 0) return false;
  if (head_->sample_bytes() >= EarlyFlushBytes()) return true;
  // Half of what the registry leaves to samples.
  const uint64_t room =
      options_.head_bytes - std::min(options_.head_bytes, head_->registry_bytes());
  return head_->sample_bytes() > room / 2 && since_ns >= kMinFlushGapNs;
}

// As much as the registry takes: samples that come fast never hold more memory than the series that
// they are of, and a flush always has many samples a series to write.
uint64_t Store::Impl::EarlyFlushBytes() {
  return std::min(options_.head_bytes / 4, std::max(kEarlyFlushBytes, head_->registry_bytes()));
}

}  // namespace vedette::tsdb
