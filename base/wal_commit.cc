#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/wal_impl.h"

// Group commit: one thread syncs for all who wait, and looks whether the files are still there.

namespace vedette::base {
namespace {

// Unsynced records older than this are synced though nobody waits.
constexpr int64_t kMaxUnsyncedNs = std::chrono::nanoseconds(std::chrono::seconds(1)).count();
constexpr int64_t kLookEveryNs = std::chrono::nanoseconds(Wal::kLookEvery).count();

}  // namespace

void WalImpl::OnDurable(DurableFn done) {
  MutexLock lock(mutex_);
  waiters_.push_back(std::move(done));
  work_.NotifyOne();
}

Status WalImpl::Sync() {
  Mutex mutex;
  CondVar changed;
  bool finished = false;
  Status result;
  OnDurable([&](const Status& status) {
    MutexLock lock(mutex);
    result = status;
    finished = true;
    changed.NotifyOne();
  });
  MutexLock lock(mutex);
  while (!finished) changed.Wait(mutex);
  return result;
}

bool WalImpl::WaitForWork() {
  while (waiters_.empty() && !stopping_) {
    const int64_t now_ns = options_.clock->MonotonicNanos();
    int64_t left_ns = looked_ns_ + kLookEveryNs - now_ns;
    if (appended_ != synced_) {
      left_ns = std::min(left_ns, dirty_since_ns_ + kMaxUnsyncedNs - now_ns);
    }
    if (left_ns <= 0) return true;
    work_.WaitFor(mutex_, std::chrono::nanoseconds(left_ns));
  }
  return !stopping_ || !waiters_.empty() || appended_ != synced_;
}

WalImpl::Round WalImpl::TakeRound() {
  Round round;
  round.target = appended_;
  round.waiters = std::exchange(waiters_, {});
  if (appended_ != synced_) {
    round.synced = std::exchange(retired_, {});
    if (file_) round.synced.push_back({current_, file_});
    round.sync_dir = std::exchange(dir_dirty_, false);
    round.looked_at = round.synced;
  }
  const int64_t now_ns = options_.clock->MonotonicNanos();
  if (now_ns - looked_ns_ < kLookEveryNs) return round;
  looked_ns_ = now_ns;
  for (const auto& [number, segment] : segments_) {
    round.looked_at.push_back({number, file_ && number == current_ ? file_ : nullptr});
  }
  return round;
}

Status WalImpl::SyncFiles(const Round& round) const {
  for (const Named& segment : round.synced) VEDETTE_RETURN_IF_ERROR(segment.file->Sync());
  return round.sync_dir ? options_.fs->SyncDir(options_.dir) : Status();
}

bool WalImpl::IsLost(const Named& segment) const {
  return absl::IsNotFound(segment.file ? segment.file->StillNamed()
                                       : options_.fs->Stat(PathOf(segment.number)).status());
}

// Unavailable when a segment's name no longer leads to it: what it holds is gone with the process.
Status WalImpl::LookForLost(const Round& round) {
  std::vector<uint64_t> lost;
  for (const Named& segment : round.looked_at) {
    if (IsLost(segment)) lost.push_back(segment.number);
  }
  Status status;
  MutexLock lock(mutex_);
  for (const uint64_t number : lost) {
    // Meanwhile it may have been dropped by ourselves.
    const auto known = segments_.find(number);
    if (known == segments_.end()) continue;
    report_.lost_segments->Add();
    report_.Error("a segment was removed while in use, what it held is on disk no more",
                  {{"segment", PathOf(number)}, {"bytes", known->second.bytes}});
    status = Unavailable(Concat({"log segment ", PathOf(number), " was removed while in use"}));
    segments_.erase(known);
  }
  return status;
}

// Nothing unsynced can be trusted now, also not what was appended while the fsync ran.
void WalImpl::Doubt(const Status& status) {
  ++losses_;
  doubt_ = status;
  doubt_until_ns_ = options_.clock->MonotonicNanos() + std::chrono::nanoseconds(kDoubt).count();
  file_ = nullptr;
  retired_.clear();
  synced_ = appended_;
}

// What those who wait are told.
Status WalImpl::Finish(Round* round, Status status) {
  MutexLock lock(mutex_);
  const int64_t now_ns = options_.clock->MonotonicNanos();
  if (status.ok()) {
    if (synced_ < round->target) report_.syncs->Add();
    synced_ = std::max(synced_, round->target);
    dirty_since_ns_ = now_ns;
    return now_ns < doubt_until_ns_ ? doubt_ : Status();
  }
  if (round->sync_dir) dir_dirty_ = true;
  Doubt(status);
  // Those who came while the fsync ran share its fate.
  for (DurableFn& waiter : waiters_) round->waiters.push_back(std::move(waiter));
  waiters_.clear();
  return doubt_;
}

void WalImpl::RunSyncThread() {
  for (;;) {
    Round round;
    {
      MutexLock lock(mutex_);
      if (!WaitForWork()) return;
      round = TakeRound();
    }
    Status status = Annotate(SyncFiles(round), "sync log");
    if (!status.ok()) {
      report_.sync_failures->Add();
      report_.Error("records cannot be synced",
                    {{"dir", options_.dir}, {"reason", Message(status)}});
    }
    status.Update(LookForLost(round));
    status = Finish(&round, std::move(status));
    for (const DurableFn& done : round.waiters) done(status);
  }
}

}  // namespace vedette::base
