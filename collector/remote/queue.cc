#include "collector/remote/queue.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "base/codec/bytes.h"
#include "base/http/url.h"
#include "base/strings.h"

// A queue's making, its end and its sending; the reading of the log is in queue_read.cc.

namespace vedette::remote {
namespace {

// Of what waits in a shard, whatever `capacity` says.
constexpr uint64_t kMaxWaitingBytes = 8 << 20;

Delivery::Options DeliveryOptions(const WriteConfig* config, const QueueMetrics* metrics,
                                  const QueueDeps& deps) {
  return {config, metrics, deps.fs, deps.clock, deps.logger};
}

uint64_t ShapingOf(const WriteConfig& config, const model::Labels& external_labels) {
  return std::max<uint64_t>(
      1, base::Hash64(base::Concat({external_labels.ToString(), "\n", config.relabel_text})));
}

// Where each shard goes on. With another number of shards, or other labels, series may have come to
// other shards: from where all are done.
Places StartPlaces(const std::optional<Places>& kept, bool same_shaping, uint32_t shards,
                   base::WalPosition now) {
  if (!kept || kept->empty()) return Places(shards, Behind(now));
  if (kept->size() == shards && same_shaping) return *kept;
  return Places(shards, *std::min_element(kept->begin(), kept->end()));
}

}  // namespace

Queue::Queue(WriteConfig config, model::Labels external_labels, const QueueDeps& deps)
    : config_(std::move(config)),
      external_labels_(std::move(external_labels)),
      deps_(deps),
      shard_count_(static_cast<uint32_t>(config_.queue.shards())),
      shaping_(ShapingOf(config_, external_labels_)),
      metrics_(deps.telemetry, config_.name, base::http::OriginOf(config_.url)),
      shaper_(external_labels_, config_.relabel),
      delivery_(DeliveryOptions(&config_, &metrics_, deps)),
      table_(&shaper_, config_.is_v2, shard_count_),
      writers_(shard_count_, RequestWriter(config_.is_v2, config_.queue.sample_age_limit_ms > 0)) {
  start_ = StartPlaces(deps_.places->Get(config_.name),
                       deps_.places->ShapingOf(config_.name) == shaping_, shard_count_,
                       deps_.log->LogEnd());
  start_max_ = *std::max_element(start_.begin(), start_.end());
  start_min_ = *std::min_element(start_.begin(), start_.end());
  fed_ = start_min_;
  base::MutexLock lock(mutex_);
  for (const Place& place : start_) shards_.emplace_back().acked = place;
  KeepPlaces();
  metrics_.shards->Set(shard_count_);
  metrics_.shards_min->Set(shard_count_);
  metrics_.shards_max->Set(shard_count_);
  metrics_.shards_desired->Set(shard_count_);
  metrics_.capacity->Set(static_cast<double>(config_.queue.capacity));
  metrics_.max_per_send->Set(static_cast<double>(config_.queue.max_samples_per_send));
}

Queue::~Queue() { Stop(); }

void Queue::Start() {
  reader_ = std::thread([this] { Read(); });
  pthread_setname_np(reader_.native_handle(), "rw-read");
  for (uint32_t shard = 0; shard < shard_count_; ++shard) {
    senders_.emplace_back([this, shard] { SendShard(shard); });
    pthread_setname_np(senders_.back().native_handle(), "rw-send");
  }
}

void Queue::Stop() {
  if (std::exchange(stopped_, true)) return;
  {
    base::MutexLock lock(mutex_);
    stopping_ = true;
    room_.NotifyAll();
  }
  if (reader_.joinable()) reader_.join();
  delivery_.GiveUpSoon();
  {
    base::MutexLock lock(mutex_);
    read_all_ = true;
    work_.NotifyAll();
    const int64_t end_ns = deps_.clock->MonotonicNanos() + deps_.drain_ms * 1'000'000;
    while (!IsIdle()) {
      const int64_t left_ns = end_ns - deps_.clock->MonotonicNanos();
      if (left_ns <= 0) break;
      room_.WaitFor(mutex_, std::chrono::nanoseconds(left_ns));
    }
    // What waits is sent another time.
    for (Shard& shard : shards_) shard.waiting.clear();
  }
  stop_sending_.request_stop();
  for (std::thread& sender : senders_) sender.join();
  metrics_.NoteEnd();
}

bool Queue::IsIdle() const {
  return std::all_of(shards_.begin(), shards_.end(),
                     [](const Shard& shard) { return shard.waiting.empty() && !shard.sending; });
}

void Queue::KeepPlaces() {
  Places places;
  for (const Shard& shard : shards_) places.push_back(shard.acked);
  deps_.places->Set(config_.name, places, shaping_);
}

uint64_t Queue::NeededSegment() const {
  base::MutexLock lock(mutex_);
  uint64_t needed = std::numeric_limits<uint64_t>::max();
  for (const Shard& shard : shards_) needed = std::min(needed, shard.acked.record.segment);
  return needed;
}

bool Queue::IsFull(const Shard& shard) const {
  return shard.waiting_items >= static_cast<uint64_t>(config_.queue.capacity) ||
         shard.waiting_bytes >= kMaxWaitingBytes;
}

void Queue::NotePending() {
  uint64_t pending = 0;
  for (const Shard& shard : shards_) pending += shard.waiting_items;
  metrics_.pending->Set(static_cast<double>(pending));
}

void Queue::SendShard(uint32_t shard) {
  while (std::optional<Batch> batch = Next(shard)) {
    const bool done = delivery_.Send(&*batch, stop_sending_.get_token());
    Finish(shard, *batch, done);
    if (!done) return;  // the queue stops
  }
}

std::optional<Batch> Queue::Next(uint32_t shard) {
  base::MutexLock lock(mutex_);
  Shard& own = shards_[shard];
  while (own.waiting.empty()) {
    if (read_all_) return std::nullopt;
    work_.Wait(mutex_);
  }
  Batch batch = std::move(own.waiting.front());
  own.waiting.pop_front();
  own.sending = true;
  return batch;
}

void Queue::Finish(uint32_t shard, const Batch& batch, bool done) {
  base::MutexLock lock(mutex_);
  Shard& own = shards_[shard];
  own.sending = false;
  own.waiting_items -= batch.accounted_items;
  own.waiting_bytes -= batch.accounted_bytes;
  if (done) {
    if (batch.done > own.acked) {
      own.acked = batch.done;
      // Under the lock, so that no older word overtakes a newer one.
      KeepPlaces();
    }
    if (batch.newest_ms > highest_sent_ms_) {
      highest_sent_ms_ = batch.newest_ms;
      metrics_.highest_sent_s->Set(static_cast<double>(highest_sent_ms_) / 1000);
    }
  } else {
    own.waiting.clear();
  }
  NotePending();
  room_.NotifyAll();
}

}  // namespace vedette::remote
