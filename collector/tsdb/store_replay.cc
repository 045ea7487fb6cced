#include <algorithm>
#include <chrono>
#include <utility>

#include "base/strings.h"
#include "collector/tsdb/store_impl.h"

// After a start: what the log holds and no part does goes back into the head, while queries are
// answered already.

namespace vedette::tsdb {
namespace {

constexpr std::chrono::seconds kRetry{10};
// How long the replay steps aside for a query that wants the lock.
constexpr std::chrono::microseconds kGiveWay{200};
// Of head_bytes: with fewer samples than this a flush only makes small parts.
constexpr uint64_t kLeastShare = 16;

}  // namespace

base::Wal::Options Store::Impl::WalOptions() {
  base::Wal::Options options;
  options.dir = wal_dir_;
  options.name = "metrics";
  options.min_segment = std::max<uint64_t>(parts_->log_from(), 1);
  // The log ends before the keeper does.
  options.retire = [this](uint64_t number, const std::string& path) {
    return keeper_.Retire(number, path);
  };
  options.fs = options_.fs;
  options.clock = options_.clock;
  options.log = options_.log;
  options.telemetry = options_.telemetry;
  return options;
}

base::Status Store::Impl::CheckReplayed() {
  if (wal() != nullptr) return {};
  base::MutexLock lock(mutex_);
  return NotReplayed();
}

base::Status Store::Impl::NotReplayed() {
  if (!replay_problem_.empty()) {
    return base::Unavailable(
        base::Concat({"metrics store: the log cannot be replayed: ", replay_problem_}));
  }
  return base::Unavailable(base::Concat({"metrics store: the log is being replayed after a start, ",
                                         replay_meter_.ToString(), ": try again soon"}));
}

ReplayProgress Store::Impl::Replay() {
  ReplayProgress progress;
  progress.done = wal() != nullptr;
  progress.done_bytes = replay_meter_.done_bytes();
  progress.all_bytes = replay_meter_.all_bytes();
  base::MutexLock lock(mutex_);
  progress.problem = replay_problem_;
  return progress;
}

void Store::Impl::OnReplayed(std::function<void()> done) {
  {
    base::MutexLock lock(mutex_);
    if (wal() == nullptr) {
      replay_waiters_.push_back(std::move(done));
      return;
    }
  }
  done();
}

bool Store::Impl::ReplayUntilDone(const std::stop_token& stop) {
  while (true) {
    const base::Status status = ReplayLog(stop);
    if (status.ok()) break;
    if (stop.stop_requested()) return false;
    replay_meter_.Fail();
    options_.log->Error("metrics store: the log cannot be replayed, samples are refused",
                        {{"dir", wal_dir_}, {"reason", base::Message(status)}});
    {
      base::MutexLock lock(mutex_);
      replay_problem_ = std::string(base::Message(status));
    }
    if (absl::IsInvalidArgument(status)) return false;  // a newer version's log
    if (!options_.clock->SleepFor(kRetry, stop)) return false;
    ForgetReplayed();
  }
  std::vector<std::function<void()>> waiters;
  {
    base::MutexLock lock(mutex_);
    waiters.swap(replay_waiters_);
  }
  for (const std::function<void()>& done : waiters) done();
  return true;
}

void Store::Impl::ForgetReplayed() {
  base::MutexLock lock(maintenance_mutex_);
  {
    base::MutexLock head_lock(mutex_);
    head_ = std::make_unique<Head>(parts_->hash_seed());
    frozen_.reset();
    frozen_log_from_.reset();
  }
  // The disk may be full: what is too old makes room.
  NoteProblem(WithReserve([this]() VEDETTE_NO_THREAD_SAFETY_ANALYSIS {
    VEDETTE_RETURN_IF_ERROR(DropOld());
    return KeepSize();
  }));
}

base::Status Store::Impl::ReplayLog(const std::stop_token& stop) {
  VEDETTE_ASSIGN_OR_RETURN(const base::Wal::Extent extent, base::Wal::Look(WalOptions()));
  replay_meter_.Begin(extent.bytes);
  LogReplay replay;
  VEDETTE_ASSIGN_OR_RETURN(
      std::unique_ptr<base::Wal> log,
      base::Wal::Open(WalOptions(),
                      [&](base::WalPosition position, uint8_t type, std::string_view payload) {
                        if (stop.stop_requested()) return base::Cancelled("stopped");
                        return ReplayRecord(position, type, payload, &replay);
                      }));
  const base::Wal::ReplayStats stats = log->replay_stats();
  const uint64_t segment = log->next_segment();
  DropReplayed(log.get());
  replay_meter_.Finish();
  TakeLog(std::move(log), segment, replay);
  ReportReplay(stats, replay);
  return {};
}

void Store::Impl::DropReplayed(base::Wal* log) {
  const uint64_t log_from = parts_->log_from();
  bool any = false;
  {
    base::MutexLock lock(mutex_);
    carried_.reset();
    any = exemplars_from_ < log_from;
    if (any && !CarryExemplars(log)) return;
  }
  base::Status status = any ? log->Sync() : base::Status();
  if (status.ok()) status = log->DropBefore(log_from);
  if (status.ok()) return;
  // They go with those of the next flush.
  options_.log->Warn("metrics store: segments of the log that are in parts cannot be removed",
                     {{"dir", wal_dir_}, {"reason", base::Message(status)}});
}

void Store::Impl::TakeLog(std::unique_ptr<base::Wal> log, uint64_t segment,
                          const LogReplay& replay) {
  base::MutexLock lock(mutex_);
  log_writer_.StartEpoch(replay.epoch());
  StartEpoch(segment);
  replay_problem_.clear();
  wal_owner_ = std::move(log);
  run_segment_ = segment;
  wal_.store(wal_owner_.get(), std::memory_order_release);
  ExtendHistory();
}

base::Status Store::Impl::ReplayRecord(base::WalPosition position, uint8_t type,
                                       std::string_view payload, LogReplay* replay) {
  if (!IsWalBatch(type) && type != kWalExemplars && type != kWalCarryMark) {
    return base::InvalidArgument("log record of unknown type " + std::to_string(type) +
                                 ": a newer version wrote it");
  }
  replay_meter_.Advance(position);
  // They are in no part, wherever the log's rows begin.
  if (type == kWalExemplars) return ReplayExemplars(position, payload);
  if (type == kWalCarryMark) return ReplayCarryMark(payload);
  if (position.segment < parts_->log_from()) return {};
  const base::StatusOr<WalBatch> batch = DecodeBatch(type, payload);
  if (!batch.ok()) return ReportDamage(base::Annotate(batch.status(), wal_dir_));
  return ReplayBatch(position, *batch, replay);
}

base::Status Store::Impl::ReplayBatch(base::WalPosition position, const WalBatch& batch,
                                      LogReplay* replay) {
  bool full = false;
  {
    base::MutexLock lock(mutex_);
    if (readers_waiting_ > 0) replay_gives_way_.WaitFor(mutex_, kGiveWay);
    replay->Apply(batch, head_.get());
    replayed_segment_ = position.segment;
    full = ReplayIsFull();
  }
  return full ? FlushReplayed() : base::Status();
}

bool Store::Impl::ReplayIsFull() {
  if (head_->samples() == 0 || head_->sample_bytes() < options_.head_bytes / kLeastShare) {
    return false;
  }
  return MemoryBytes() > options_.head_bytes / 2 || head_->series() > options_.max_series;
}

base::Status Store::Impl::FlushReplayed() {
  base::MutexLock lock(maintenance_mutex_);
  const base::Status status = FlushLocked();
  SetGauges();
  VEDETTE_RETURN_IF_ERROR(status);
  base::MutexLock head_lock(mutex_);
  if (head_->registry_bytes() > options_.head_bytes / 4 || head_->series() > options_.max_series) {
    // Those without samples at two in a row are forgotten; who comes again is known by the replay.
    static_cast<void>(head_->Freeze());
    static_cast<void>(head_->Freeze());
  }
  return {};
}

void Store::Impl::ReportReplay(const base::Wal::ReplayStats& stats, const LogReplay& replay) {
  replay_lost_->Add(replay.lost_rows());
  options_.log->Info("metrics store: log replayed",
                     {{"dir", options_.dir},
                      {"segments", stats.segments},
                      {"records", stats.records},
                      {"bytes", stats.bytes},
                      {"ms", static_cast<int64_t>(replay_meter_.seconds() * 1000)}});
  if (!stats.damaged() && replay.lost_rows() == 0) return;
  log_damage_ = stats.corrupt_frames + stats.bad_headers + stats.quarantined_segments +
                stats.missing_segments + (replay.lost_rows() > 0 ? 1 : 0);
  options_.log->Error("metrics store: parts of the log were damaged",
                      {{"dir", wal_dir_},
                       {"corrupt_frames", stats.corrupt_frames},
                       {"quarantined_segments", stats.quarantined_segments},
                       {"missing_segments", stats.missing_segments},
                       {"lost_rows", replay.lost_rows()}});
}

}  // namespace vedette::tsdb
