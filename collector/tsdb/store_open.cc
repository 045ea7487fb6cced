#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "collector/tsdb/log_tail.h"
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

LogKeeper::Options KeeperOptions(const Options& options, const std::string& wal_dir) {
  LogKeeper::Options out;
  out.wal_dir = wal_dir;
  out.kept_dir = base::JoinPath(options.dir, "sending");
  out.max_bytes = options.max_sending_bytes;
  if (options.retention_bytes > 0) {
    out.max_bytes = std::min(out.max_bytes, options.retention_bytes / 8);
  }
  // Samples are refused below the one: what is kept for others goes before.
  out.min_free_bytes = 4 * options.min_free_bytes;
  out.fs = options.fs;
  out.log = options.log;
  out.telemetry = options.telemetry;
  return out;
}

}  // namespace

Store::Impl::Impl(const Options& options)
    : options_(Bounded(options)),
      wal_dir_(base::JoinPath(options.dir, "wal")),
      guard_(options.fs, options.clock, options.log, options.dir, options.min_free_bytes,
             options.reserve_bytes),
      quarantine_(options.fs, options.log, options.telemetry),
      keeper_(KeeperOptions(options_, wal_dir_)),
      part_selections_(options.selection_cache_bytes),
      series_pages_(options.page_cache_bytes),
      replay_meter_(options.telemetry, options.clock, options.log, wal_dir_),
      exemplars_(std::make_unique<ExemplarRing>(options.exemplars)),
      believed_clock_(options.clock) {
  MakeTelemetry();
}

Store::Impl::~Impl() { Stop(); }

void Store::Impl::MakeTelemetry() {
  base::Telemetry& telemetry = *options_.telemetry;
  const std::string p = "vedette_tsdb_";
  appended_ = telemetry.NewCounter(p + "samples_appended_total", "Samples taken.");
  histograms_ = telemetry.NewCounter(p + "histograms_appended_total",
                                     "Samples taken that are native histograms.");
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
  selection_bytes_ = telemetry.NewGauge(
      p + "selection_cache_bytes", "Memory of what selectors and label queries found in parts.");
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
  keeper_.Open();
  // Before anything is answered: a log of a newer version is not to be started with.
  VEDETTE_ASSIGN_OR_RETURN(const base::Wal::Extent log, base::Wal::Look(WalOptions()));
  replay_meter_.Begin(log.bytes);
  SetGauges();
  if (!options_.background || log.bytes == 0) {
    VEDETTE_RETURN_IF_ERROR(ReplayLog(std::stop_token()));
    guard_.KeepReserve();
    SetGauges();
  }
  if (options_.background) {
    thread_ = std::jthread([this](const std::stop_token& stop) { RunBackground(stop); });
  }
  return {};
}

base::Status Store::Impl::OpenParts() {
  PartSet::Options options;
  options.dir = options_.dir;
  options.fs = options_.fs;
  options.clock = options_.clock;
  options.log = options_.log;
  options.quarantine = &quarantine_;
  options.lately = &part_selections_;
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

void Store::Impl::RunBackground(const std::stop_token& stop) {
  if (wal() == nullptr) {
    if (!ReplayUntilDone(stop)) return;
    guard_.KeepReserve();
    SetGauges();
  }
  while (options_.clock->SleepFor(kTick, stop)) static_cast<void>(Maintain());
}

void Store::Impl::OnDurable(std::function<void(const base::Status&)> done) {
  if (const base::Status replayed = CheckReplayed(); !replayed.ok()) return done(replayed);
  wal()->OnDurable(std::move(done));
}

base::WalPosition Store::Impl::LogEnd() const {
  return wal() == nullptr ? base::WalPosition() : wal()->end();
}

int64_t Store::Impl::NewestMs() {
  base::MutexLock lock(mutex_);
  const int64_t frozen_ms = frozen_ == nullptr ? INT64_MIN : frozen_->max_ms();
  return std::max({head_->max_ms(), frozen_ms, parts_max_ms_});
}

std::unique_ptr<model::SampleLogReader> Store::Impl::OpenLog(base::WalPosition from) const {
  return std::make_unique<LogTail>(
      &keeper_, [this] { return LogEnd(); }, from.segment, base::Wal::Options().max_record_bytes);
}

void Store::Impl::Stop() {
  ending_ = true;
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  {
    base::MutexLock lock(mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  if (wal() == nullptr) return;
  const base::Status synced = wal()->Sync();
  if (synced.ok()) return;
  options_.log->Error("metrics store: cannot sync the log at the end",
                      {{"reason", base::Message(synced)}});
}

}  // namespace vedette::tsdb
