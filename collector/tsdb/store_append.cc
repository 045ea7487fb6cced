#include <algorithm>
#include <utility>

#include "collector/tsdb/part_format.h"
#include "collector/tsdb/store_impl.h"

namespace vedette::tsdb {
namespace {

// Bounds what one series costs registry, log and index.
constexpr size_t kMaxLabelBytes = 64 << 10;
constexpr uint64_t kMaxVarintBytes = 10;

void Refuse(uint64_t* count, const model::SampleRow& row, std::string_view why,
            model::AppendStats* stats) {
  ++*count;
  if (!stats->first_error.empty()) return;
  stats->first_error = row.labels.bytes().size() <= kMaxLabelBytes
                           ? row.labels.ToString()
                           : std::string(row.labels.MetricName().substr(0, 256));
  stats->first_error += " at " + std::to_string(row.timestamp_ms) + ": ";
  stats->first_error += why;
}

// As Prometheus has it for scrapes and remote write.
constexpr int64_t kMaxAheadMs = 10 * 60 * 1000;

}  // namespace

base::StatusOr<model::AppendStats> Store::Impl::Append(std::span<model::SampleRow> rows) {
  VEDETTE_RETURN_IF_ERROR(guard_.Check());
  Batch batch;
  {
    base::MutexLock lock(mutex_);
    if (stopped_) return base::Unavailable("metrics store is stopping");
    const int64_t oldest_ms = OldestMs();
    for (model::SampleRow& row : rows) Judge(&row, oldest_ms, &batch);
    if (const base::Status status = WriteLog(batch); !status.ok()) {
      Undo(batch);
      return status;
    }
  }
  Count(batch.stats);
  return batch.stats;
}

void Store::Impl::Judge(model::SampleRow* row, int64_t oldest_ms, Batch* batch) {
  model::AppendStats& stats = batch->stats;
  if (row->labels.empty()) return Refuse(&stats.invalid, *row, "sample without labels", &stats);
  if (row->labels.bytes().size() > kMaxLabelBytes) {
    return Refuse(&stats.invalid, *row, "labels of more than 64 KiB", &stats);
  }
  if (row->timestamp_ms > kMaxTimeMs || row->timestamp_ms < -kMaxTimeMs) {
    return Refuse(&stats.invalid, *row, "time beyond what the store holds", &stats);
  }
  // One sample far ahead would keep its series' others out until that time comes.
  if (row->timestamp_ms > options_.clock->WallMillis() + kMaxAheadMs) {
    return Refuse(&stats.invalid, *row, "more than 10 minutes in the future", &stats);
  }
  if (row->timestamp_ms < oldest_ms) {
    return Refuse(&stats.out_of_order, *row, "older than the retention", &stats);
  }
  if (MemoryBytes() >= options_.head_bytes) {
    return Refuse(&stats.refused, *row,
                  "memory limit of " + std::to_string(options_.head_bytes) + " bytes reached",
                  &stats);
  }
  HeadSeries* series = FindOrAdd(row, batch);
  if (series == nullptr) {
    return Refuse(
        &stats.refused, *row,
        "new series refused, limit of " + std::to_string(options_.max_series) + " series reached",
        &stats);
  }
  row->ref = series->ref;
  const Batch::Logged::Newest before{series->newest_ms, series->newest_value};
  switch (head_->Insert(series, row->timestamp_ms, row->value, options_.out_of_order_window_ms)) {
    case Verdict::kStored:
      batch->logged.push_back({series, before});
      batch->rows.push_back({series->ref, row->timestamp_ms, row->value});
      ++stats.accepted;
      break;
    case Verdict::kSame:
      ++stats.accepted;
      if (!LogLacksSome()) break;
      // Sent again by one who was not told OK: in memory since then, on disk perhaps not.
      batch->logged.push_back({series, std::nullopt});
      batch->rows.push_back({series->ref, row->timestamp_ms, row->value});
      break;
    case Verdict::kOther:
      Refuse(&stats.duplicate, *row, "another value is stored for this time", &stats);
      break;
    case Verdict::kTooOld:
      Refuse(&stats.out_of_order, *row,
             "older than the newest sample of its series by more than the out-of-order window",
             &stats);
      break;
  }
}

HeadSeries* Store::Impl::FindOrAdd(model::SampleRow* row, Batch* batch) {
  HeadSeries* series = head_->Find(row->ref, row->labels);
  if (series != nullptr) return series;
  if (head_->series() >= options_.max_series) return nullptr;
  series = head_->Add(row->labels);
  batch->created.push_back(series);
  return series;
}

bool Store::Impl::LogLacksSome() { return wal_->losses() != repaired_losses_; }

// Epochs grow with the segments' numbers, which are never used twice: also one of whose records
// none could be replayed is never taken for a later one.
void Store::Impl::StartEpoch(uint64_t segment) {
  segment_ = segment;
  epoch_ = std::max(epoch_ + 1, segment << kEpochsOfSegmentBits);
}

// In its first records of an epoch, so that a single damaged one cannot take the name along, and in
// every kNamedEvery-th after, each series in its turn.
bool Store::Impl::MustName(HeadSeries* series) {
  if (series->logged_epoch != epoch_) {
    series->logged_epoch = epoch_;
    series->logged_records = 0;
  } else if (series->logged_last == log_records_) {
    return false;  // with another row of this record
  }
  series->logged_last = log_records_;
  const uint64_t n = series->logged_records++;
  return n < kNamedFirst || (n + series->ref) % kNamedEvery == 0;
}

base::StatusOr<base::WalPosition> Store::Impl::WriteRecord(const Batch& batch) {
  std::vector<WalSeries> named;
  uint64_t names_bytes = 0;
  ++log_records_;
  for (const Batch::Logged& logged : batch.logged) {
    if (!MustName(logged.series)) continue;
    named.push_back({logged.series->ref, &logged.series->labels});
    names_bytes += logged.series->labels.bytes().size() + 2 * kMaxVarintBytes;
  }
  base::StatusOr<base::WalPosition> position =
      base::ResourceExhausted("names of more series than a log record holds");
  if (names_bytes <= kMaxNamesBytes) {
    position = wal_->Append(kWalBatch, EncodeBatch(epoch_, named, batch.rows));
  }
  // What a failed write left in the log is unknown: name the series again in what follows.
  if (!position.ok()) StartEpoch(segment_);
  return position;
}

base::Status Store::Impl::WriteLog(const Batch& batch) {
  if (batch.rows.empty()) return {};
  base::StatusOr<base::WalPosition> position = WriteRecord(batch);
  if (position.ok() && position->segment != segment_) {
    // The log went on in another segment, full or after a failure; the names may lie in one that is
    // lost. Say all again there: rows that come twice are one.
    StartEpoch(position->segment);
    position = WriteRecord(batch);
    if (position.ok() && position->segment != segment_) StartEpoch(position->segment);
  }
  if (position.ok()) return {};
  const base::Status& failure = position.status();
  if (base::IsNoSpace(failure)) guard_.NoteNoSpace();
  if (base::IsNoSpace(failure) || absl::IsInvalidArgument(failure) ||
      absl::IsResourceExhausted(failure)) {
    return base::Annotate(failure, "metrics store: log");
  }
  return base::Unavailable("metrics store: log: " + std::string(base::Message(failure)));
}

void Store::Impl::Undo(const Batch& batch) {
  for (size_t i = batch.logged.size(); i > 0; --i) {
    const Batch::Logged& logged = batch.logged[i - 1];
    if (!logged.before) continue;
    head_->Undo(logged.series, batch.rows[i - 1].time_ms, logged.before->ms, logged.before->value);
  }
  for (HeadSeries* series : batch.created) head_->Remove(series);
}

void Store::Impl::Count(const model::AppendStats& stats) {
  appended_->Add(stats.accepted);
  out_of_order_->Add(stats.out_of_order);
  invalid_->Add(stats.invalid);
  duplicate_->Add(stats.duplicate);
  refused_->Add(stats.refused);
}

int64_t Store::Impl::OldestMs() {
  const int64_t newest_ms = std::max(head_->max_ms(), parts_max_ms_);
  if (newest_ms == INT64_MIN) return INT64_MIN;
  // Relative to the newest sample where the clock is ahead of it: a clock that jumps forward, or a
  // store that nobody fills, throws nothing away.
  return std::min(options_.clock->WallMillis(), newest_ms) - options_.retention_ms;
}

uint64_t Store::Impl::MemoryBytes() {
  return head_->bytes() + (frozen_ == nullptr ? 0 : frozen_->bytes);
}

}  // namespace vedette::tsdb
