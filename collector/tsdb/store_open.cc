#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "collector/tsdb/part_format.h"
#include "collector/tsdb/store_impl.h"

namespace vedette::tsdb {
namespace {

constexpr std::chrono::seconds kTick{1};

uint64_t NewSeed() {
  std::random_device random;
  return (static_cast<uint64_t>(random()) << 32) | random();
}

Options Bounded(Options options) {
  options.retention_ms = std::clamp<int64_t>(options.retention_ms, 1, kMaxTimeMs);
  options.out_of_order_window_ms =
      std::clamp<int64_t>(options.out_of_order_window_ms, 0, kMaxTimeMs);
  return options;
}

}  // namespace

Store::Impl::Impl(const Options& options)
    : options_(Bounded(options)),
      wal_dir_(base::JoinPath(options.dir, "wal")),
      guard_(options.fs, options.clock, options.log, options.dir, options.min_free_bytes,
             options.reserve_bytes),
      exemplars_(options.exemplars) {
  MakeTelemetry();
}

Store::Impl::~Impl() { Stop(); }

void Store::Impl::MakeTelemetry() {
  base::Telemetry& telemetry = *options_.telemetry;
  const std::string p = "vedette_tsdb_";
  appended_ = telemetry.NewCounter(p + "samples_appended_total", "Samples taken.");
  out_of_order_ = telemetry.NewCounter(p + "samples_out_of_order_total",
                                       "Samples refused because they were too old.");
  invalid_ = telemetry.NewCounter(
      p + "samples_invalid_total",
      "Samples refused because of their labels or because their time was too far ahead.");
  duplicate_ = telemetry.NewCounter(p + "samples_duplicate_total",
                                    "Samples refused because their time had another value.");
  refused_ = telemetry.NewCounter(p + "samples_refused_total", "Samples refused over a limit.");
  replay_lost_ =
      telemetry.NewCounter(p + "replay_lost_rows_total",
                           "Log rows whose series or value was lost with a damaged record.");
  quarantined_ =
      telemetry.NewCounter(p + "quarantined_files_total", "Broken files set aside as NAME.broken.");
  damaged_reads_ =
      telemetry.NewCounter(p + "damaged_reads_total", "Reads that met damaged bytes in a part.");
  flushes_ = telemetry.NewCounter(p + "flushes_total", "Heads written to parts.");
  flush_failures_ = telemetry.NewCounter(p + "flush_failures_total", "Flushes that failed.");
  merges_ = telemetry.NewCounter(p + "merges_total", "Merges of parts.");
  size_retentions_ = telemetry.NewCounter(p + "size_retentions_total",
                                          "Times parts were dropped to keep the size limit.");
  deletions_ = telemetry.NewCounter(p + "deletions_total", "Deletions by matcher.");
  rewrites_ =
      telemetry.NewCounter(p + "rewrites_total", "Parts rewritten without deleted samples.");
  head_series_ = telemetry.NewGauge(p + "head_series", "Live series.");
  head_samples_ = telemetry.NewGauge(p + "head_samples", "Samples in memory.");
  head_bytes_ = telemetry.NewGauge(p + "head_bytes", "Estimated memory of registry and samples.");
  part_count_ = telemetry.NewGauge(p + "parts", "Parts on disk.");
  part_bytes_ = telemetry.NewGauge(p + "part_bytes", "Bytes of the parts on disk.");
  wal_bytes_ = telemetry.NewGauge(p + "wal_bytes", "Bytes of the write-ahead log on disk.");
  storage_bytes_ =
      telemetry.NewGauge(p + "storage_bytes", "Bytes of everything in the folder, once a minute.");
  tombstones_ = telemetry.NewGauge(p + "tombstones", "Deletions whose samples still take room.");
  telemetry.NewGauge(p + "retention_limit_bytes", "Size limit of the folder; 0: none.")
      ->Set(static_cast<double>(options_.retention_bytes));
  telemetry.NewGauge(p + "retention_limit_seconds", "How long samples are kept.")
      ->Set(static_cast<double>(options_.retention_ms) / 1000);
  disk_full_ =
      telemetry.NewGauge(p + "disk_full", "1 while samples are refused for lack of space.");
}

base::Status Store::Impl::Open() {
  {
    base::MutexLock lock(maintenance_mutex_);
    VEDETTE_RETURN_IF_ERROR(KeepFolder());
  }
  VEDETTE_RETURN_IF_ERROR(OpenParts());
  VEDETTE_RETURN_IF_ERROR(OpenLog());
  guard_.KeepReserve();
  SetGauges();
  if (options_.background) {
    thread_ = std::jthread([this](std::stop_token stop) { RunBackground(std::move(stop)); });
  }
  return {};
}

base::Status Store::Impl::OpenParts() {
  PartSet::Options options;
  options.dir = options_.dir;
  options.fs = options_.fs;
  options.clock = options_.clock;
  options.log = options_.log;
  options.quarantined = quarantined_;
  options.new_seed = NewSeed();
  VEDETTE_ASSIGN_OR_RETURN(parts_, PartSet::Open(options));
  base::MutexLock lock(mutex_);
  head_ = std::make_unique<Head>(parts_->hash_seed());
  last_flush_ns_ = options_.clock->MonotonicNanos();
  for (const StoredPart& part : *parts_->Snapshot()) {
    parts_max_ms_ = std::max(parts_max_ms_, part.meta.max_ms);
  }
  return {};
}

base::Status Store::Impl::OpenLog() {
  base::Wal::Options options;
  options.dir = wal_dir_;
  options.name = "metrics";
  options.min_segment = std::max<uint64_t>(parts_->log_from(), 1);
  options.fs = options_.fs;
  options.clock = options_.clock;
  options.log = options_.log;
  options.telemetry = options_.telemetry;
  LogReplay replay;
  VEDETTE_ASSIGN_OR_RETURN(
      wal_, base::Wal::Open(
                options, [&](base::WalPosition position, uint8_t type, std::string_view payload) {
                  return ReplayRecord(position, type, payload, &replay);
                }));
  {
    base::MutexLock lock(mutex_);
    log_writer_.StartEpoch(replay.epoch());
    StartEpoch(wal_->next_segment());
  }
  ReportReplay(replay);
  return wal_->DropBefore(parts_->log_from());
}

base::Status Store::Impl::ReplayRecord(base::WalPosition position, uint8_t type,
                                       std::string_view payload, LogReplay* replay) {
  if (!IsWalBatch(type) && type != kWalExemplars) {
    return base::InvalidArgument("log record of unknown type " + std::to_string(type) +
                                 ": a newer version wrote it");
  }
  if (position.segment < parts_->log_from()) return {};
  if (type == kWalExemplars) return ReplayExemplars(payload);
  const base::StatusOr<WalBatch> batch = DecodeBatch(type, payload);
  if (!batch.ok()) return ReportDamage(base::Annotate(batch.status(), wal_dir_));
  bool memory_full = false;
  {
    base::MutexLock lock(mutex_);
    replay->Apply(*batch, head_.get());
    memory_full = MemoryBytes() > options_.head_bytes / 2 && head_->samples() > 0;
  }
  return memory_full ? Flush() : base::Status();
}

void Store::Impl::ReportReplay(const LogReplay& replay) {
  const base::Wal::ReplayStats& stats = wal_->replay_stats();
  replay_lost_->Add(replay.lost_rows());
  options_.log->Info("metrics store: log replayed", {{"dir", options_.dir},
                                                     {"segments", stats.segments},
                                                     {"records", stats.records},
                                                     {"bytes", stats.bytes}});
  if (!stats.damaged() && replay.lost_rows() == 0) return;
  options_.log->Error("metrics store: parts of the log were damaged",
                      {{"dir", wal_dir_},
                       {"corrupt_frames", stats.corrupt_frames},
                       {"quarantined_segments", stats.quarantined_segments},
                       {"missing_segments", stats.missing_segments},
                       {"lost_rows", replay.lost_rows()}});
}

void Store::Impl::RunBackground(std::stop_token stop) {
  while (options_.clock->SleepFor(kTick, stop)) static_cast<void>(Maintain());
}

void Store::Impl::OnDurable(std::function<void(const base::Status&)> done) {
  wal_->OnDurable(std::move(done));
}

void Store::Impl::Stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  {
    base::MutexLock lock(mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  if (wal_ == nullptr) return;
  const base::Status synced = wal_->Sync();
  if (synced.ok()) return;
  options_.log->Error("metrics store: cannot sync the log at the end",
                      {{"reason", base::Message(synced)}});
}

}  // namespace vedette::tsdb
