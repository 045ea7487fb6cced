#include <algorithm>
#include <chrono>
#include <utility>

#include "base/strings.h"
#include "base/wal.h"
#include "collector/remote/queue.h"
#include "model/histogram.h"

// The reading thread of a queue: the log's records become requests of shards.

namespace vedette::remote {
namespace {

// A request ends with the item that brings it here, whatever max_samples_per_send says: receivers
// take 32 MiB at most.
constexpr size_t kMaxRequestBytes = 2 << 20;
constexpr int64_t kNanosPerMs = 1'000'000;
constexpr int64_t kSettleEveryNs = 1'000 * kNanosPerMs;

// Segments between are reckoned full: what one lacks to that is less than a record.
double BytesBetween(const base::WalPosition& from, const base::WalPosition& to) {
  const auto segment_bytes = static_cast<double>(base::Wal::Options().segment_bytes);
  return static_cast<double>(to.segment - from.segment) * segment_bytes +
         static_cast<double>(to.offset) - static_cast<double>(from.offset);
}

Place At(const model::SampleRecord& record, size_t item) { return {record.end, item + 1}; }

}  // namespace

void Queue::Read() {
  const auto reader = deps_.log->OpenLog(fed_.record);
  SendMetadata();  // 2.0: so that the first samples have theirs
  while (true) {
    ReadOnce(reader.get());
    base::MutexLock lock(mutex_);
    if (!stopping_) room_.WaitFor(mutex_, std::chrono::milliseconds(deps_.poll_ms));
    if (stopping_) break;
  }
  SealRest();
}

void Queue::ReadOnce(model::SampleLogReader* reader) {
  const base::Status status =
      reader->ReadOn([this](const model::SampleRecord& record) { return Feed(record); });
  NoteLost(*reader);
  const std::string problem(absl::IsCancelled(status) ? "" : base::Message(status));
  if (!problem.empty() && problem != read_problem_) {
    deps_.logger->Error("remote write: the log cannot be read",
                        {{"queue", config_.name}, {"reason", problem}});
  }
  read_problem_ = problem;
  if (status.ok()) Settle();
}

void Queue::NoteLost(const model::SampleLogReader& reader) {
  if (reader.missing_segments() > missing_) {
    const uint64_t gone = reader.missing_segments() - missing_;
    missing_ += gone;
    metrics_.lost_segments->Add(gone);
    deps_.logger->Error("remote write: log was gone before it was sent",
                        {{"queue", config_.name}, {"segments", gone}});
  }
  if (reader.damaged_places() > damaged_) {
    const uint64_t places = reader.damaged_places() - damaged_;
    damaged_ += places;
    metrics_.damaged_places->Add(places);
    deps_.logger->Error("remote write: what damaged places of the log held is not sent",
                        {{"queue", config_.name}, {"places", places}});
  }
}

base::Status Queue::Feed(const model::SampleRecord& record) {
  if (record.epoch != epoch_) {
    epoch_ = record.epoch;
    table_.StartEpoch();
    for (RequestWriter& writer : writers_) writer.StartEpoch();
    metadata_said_ = metadata_said_ && !config_.is_v2;  // to be looked up anew
  }
  for (const auto& [number, labels] : record.named) table_.Add(number, labels);
  {
    base::MutexLock lock(mutex_);
    if (stopping_) return base::Cancelled("stopping");
  }
  now_ms_ = deps_.clock->WallMillis();
  if (Behind(record.end) > start_min_) {
    whole_ = false;
    VEDETTE_RETURN_IF_ERROR(FeedSamples(record));
    VEDETTE_RETURN_IF_ERROR(FeedHistograms(record));
    VEDETTE_RETURN_IF_ERROR(FeedExemplars(record));
    metrics_.lost_samples->Add(record.lost);
    whole_ = true;
  }
  fed_ = std::max(fed_, Behind(record.end));
  const int64_t now_ns = deps_.clock->MonotonicNanos();
  if (now_ns - settled_ns_ >= kSettleEveryNs) Settle();
  return {};
}

bool Queue::Wanted(uint32_t shard, const Place& place, int64_t time_ms, base::Counter* too_old) {
  if (place <= start_max_ && place <= start_[shard]) return false;
  highest_ms_ = std::max(highest_ms_, time_ms);
  const int64_t limit_ms = config_.queue.sample_age_limit_ms;
  if (limit_ms == 0 || time_ms >= now_ms_ - limit_ms) return true;
  too_old->Add();
  return false;
}

base::Status Queue::FeedSamples(const model::SampleRecord& record) {
  uint64_t dropped = 0;
  for (size_t i = 0; i < record.samples.size(); ++i) {
    const model::SeriesSample& sample = record.samples[i];
    const SeriesTable::Entry& entry = table_[sample.series];
    const Place place = At(record, i);
    if (entry.shard == SeriesTable::kDropped) {
      if (place > start_max_) ++dropped;
      continue;
    }
    if (!Wanted(entry.shard, place, sample.time_ms, metrics_.too_old.samples)) continue;
    writers_[entry.shard].AddSample(table_, entry, sample);
    VEDETTE_RETURN_IF_ERROR(Added(entry.shard, place));
  }
  metrics_.dropped_series.samples->Add(dropped);
  return {};
}

base::Status Queue::FeedHistograms(const model::SampleRecord& record) {
  if (!config_.send_native_histograms) return {};
  for (size_t i = 0; i < record.histograms.size(); ++i) {
    const model::SeriesHistogram& histogram = record.histograms[i];
    const SeriesTable::Entry& entry = table_[histogram.series];
    const Place place = At(record, record.samples.size() + i);
    if (entry.shard == SeriesTable::kDropped) {
      if (place > start_max_) metrics_.dropped_series.histograms->Add();
      continue;
    }
    if (!Wanted(entry.shard, place, histogram.sample.time_ms, metrics_.too_old.histograms))
      continue;
    if (!config_.is_v2 && histogram.sample.histogram->is_custom()) {
      metrics_.nhcb_in_v1->Add();
      continue;
    }
    writers_[entry.shard].AddHistogram(table_, entry, histogram.sample);
    VEDETTE_RETURN_IF_ERROR(Added(entry.shard, place));
  }
  return {};
}

base::Status Queue::FeedExemplars(const model::SampleRecord& record) {
  if (!config_.send_exemplars) return {};
  const size_t before = record.samples.size() + record.histograms.size();
  for (size_t i = 0; i < record.exemplars.size(); ++i) {
    const model::SeriesExemplar& one = record.exemplars[i];
    const Place place = At(record, before + i);
    const std::optional<model::Labels> shaped = shaper_.Shape(one.series);
    if (!shaped) {
      if (place > start_max_) metrics_.dropped_series.exemplars->Add();
      continue;
    }
    const uint32_t shard = table_.ShardOf(*shaped);
    if (!Wanted(shard, place, one.exemplar.time_ms, metrics_.too_old.exemplars)) continue;
    writers_[shard].AddExemplar(table_, *shaped, one.exemplar);
    VEDETTE_RETURN_IF_ERROR(Added(shard, place));
  }
  return {};
}

base::Status Queue::Added(uint32_t shard, const Place& place) {
  Batch& batch = writers_[shard].batch();
  if (batch.began_ns == 0) batch.began_ns = deps_.clock->MonotonicNanos();
  if (batch.counts.all() < static_cast<uint64_t>(config_.queue.max_samples_per_send) &&
      batch.bytes() < kMaxRequestBytes) {
    return {};
  }
  VEDETTE_RETURN_IF_ERROR(WaitForRoom(shard));
  Seal(shard, place);
  return {};
}

base::Status Queue::WaitForRoom(uint32_t shard) {
  while (true) {
    {
      base::MutexLock lock(mutex_);
      if (stopping_) return base::Cancelled("stopping");
      if (!IsFull(shards_[shard])) return {};
      metrics_.enqueue_retries->Add();
      room_.WaitFor(mutex_, std::chrono::milliseconds(deps_.poll_ms));
    }
    // The others may have work done and nothing new for long.
    if (deps_.clock->MonotonicNanos() - settled_ns_ >= kSettleEveryNs) NoteIdle();
  }
}

void Queue::Seal(uint32_t shard, const Place& place) {
  Batch batch = writers_[shard].Take();
  batch.done = place;
  batch.accounted_items = batch.counts.all();
  batch.accounted_bytes = batch.bytes();
  base::MutexLock lock(mutex_);
  Shard& own = shards_[shard];
  own.waiting_items += batch.accounted_items;
  own.waiting_bytes += batch.accounted_bytes;
  own.waiting.push_back(std::move(batch));
  NotePending();
  work_.NotifyAll();
}

void Queue::Settle() {
  const int64_t now_ns = deps_.clock->MonotonicNanos();
  const int64_t deadline_ns = config_.queue.batch_send_deadline_ms * kNanosPerMs;
  for (uint32_t shard = 0; shard < shard_count_; ++shard) {
    const Batch& batch = writers_[shard].batch();
    if (batch.empty() || now_ns - batch.began_ns < deadline_ns) continue;
    bool full = false;
    {
      base::MutexLock lock(mutex_);
      full = IsFull(shards_[shard]);
    }
    if (!full) Seal(shard, fed_);
  }
  SendMetadata();
  if (now_ns - settled_ns_ >= kSettleEveryNs) NoteIdle();
}

void Queue::NoteIdle() {
  settled_ns_ = deps_.clock->MonotonicNanos();
  if (highest_ms_ != INT64_MIN) {
    metrics_.highest_read_s->Set(static_cast<double>(highest_ms_) / 1000);
  }
  const base::WalPosition end = deps_.log->LogEnd();
  metrics_.behind_bytes->Set(BytesBetween(fed_.record, end));
  base::MutexLock lock(mutex_);
  bool moved = false;
  for (uint32_t shard = 0; shard < shard_count_; ++shard) {
    Shard& own = shards_[shard];
    if (!own.waiting.empty() || own.sending || !writers_[shard].batch().empty()) continue;
    if (own.acked >= fed_) continue;
    own.acked = fed_;
    moved = true;
  }
  if (moved) KeepPlaces();
}

void Queue::SendMetadata() {
  if (!config_.metadata.send || !deps_.families) return;
  const int64_t now_ns = deps_.clock->MonotonicNanos();
  if (metadata_said_ && now_ns - metadata_ns_ < config_.metadata.send_interval_ms * kNanosPerMs) {
    return;
  }
  if (!config_.is_v2) {
    base::MutexLock lock(mutex_);
    if (!shards_[0].waiting.empty()) return;  // the receiver is away, or slow
  }
  const Families families = deps_.families();
  if (families.empty()) return;
  if (config_.is_v2) {
    table_.SetFamilies(families);
  } else {
    base::MutexLock lock(mutex_);
    const auto most = static_cast<size_t>(config_.metadata.max_samples_per_send);
    for (Batch& batch : MetadataRequests(families, most)) {
      shards_[0].waiting.push_back(std::move(batch));
    }
    work_.NotifyAll();
  }
  metadata_said_ = true;
  metadata_ns_ = now_ns;
}

// Nothing where a record was fed by half: it comes again.
void Queue::SealRest() {
  if (!whole_) return;
  for (uint32_t shard = 0; shard < shard_count_; ++shard) {
    if (!writers_[shard].batch().empty()) Seal(shard, fed_);
  }
}

}  // namespace vedette::remote
