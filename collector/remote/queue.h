#ifndef VEDETTE_COLLECTOR_REMOTE_QUEUE_H_
#define VEDETTE_COLLECTOR_REMOTE_QUEUE_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/telemetry.h"
#include "collector/remote/batch.h"
#include "collector/remote/config.h"
#include "collector/remote/delivery.h"
#include "collector/remote/label_shaper.h"
#include "collector/remote/place_log.h"
#include "collector/remote/queue_metrics.h"
#include "collector/remote/request_writer.h"
#include "collector/remote/series_table.h"
#include "model/labels.h"
#include "model/sample_log.h"

namespace vedette::remote {

// What is known of metric families, for metadata_config.
using FamiliesFn = std::function<Families()>;

// What queues need of the rest; outlives them.
struct QueueDeps {
  model::SampleLog* log = nullptr;
  PlaceLog* places = nullptr;
  FamiliesFn families = nullptr;  // null: there are none
  base::FileSystem* fs = nullptr;
  base::Clock* clock = nullptr;
  base::Logger* logger = nullptr;
  base::Telemetry* telemetry = nullptr;
  // How often the log is looked at, and how long a stop waits for what is under way.
  int64_t poll_ms = 200;
  int64_t drain_ms = 2'000;
};

// One item of remote_write at work: a thread reads the log and writes requests, one a shard at a
// time; a thread of each shard sends them in their order. While the receiver is away all of them
// wait, and the log on disk is the queue. Memory: the labels of the log's live series, and
// `capacity` samples a shard. Owned by the manager.
class Queue {
 public:
  // Goes on where the queue of this name was, or from now on where it is new.
  Queue(WriteConfig config, model::Labels external_labels, const QueueDeps& deps);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  void Start();
  // What was read is sent if that takes no longer than drain_ms; what was not acknowledged comes
  // again with the next queue of this name. May be called twice.
  void Stop();

  const WriteConfig& config() const { return config_; }
  const model::Labels& external_labels() const { return external_labels_; }
  // The first segment of the log that is not done with.
  uint64_t NeededSegment() const VEDETTE_EXCLUDES(mutex_);

 private:
  struct Shard {
    std::deque<Batch> waiting;
    uint64_t waiting_items = 0;
    uint64_t waiting_bytes = 0;
    bool sending = false;
    Place acked;
  };

  // The reading thread.
  void Read();
  void ReadOnce(model::SampleLogReader* reader);
  void NoteLost(const model::SampleLogReader& reader);
  base::Status Feed(const model::SampleRecord& record);
  base::Status FeedSamples(const model::SampleRecord& record);
  base::Status FeedHistograms(const model::SampleRecord& record);
  base::Status FeedExemplars(const model::SampleRecord& record);
  // Of an item with this place: false when it was acknowledged before, or is too old.
  bool Wanted(uint32_t shard, const Place& place, int64_t time_ms, base::Counter* too_old);
  base::Status Added(uint32_t shard, const Place& place);
  void Seal(uint32_t shard, const Place& place) VEDETTE_EXCLUDES(mutex_);
  // Waits for room in the shard; Cancelled when told to stop.
  base::Status WaitForRoom(uint32_t shard) VEDETTE_EXCLUDES(mutex_);
  bool IsFull(const Shard& shard) const VEDETTE_REQUIRES(mutex_);
  // Seals what has waited long enough, moves on the places of shards without work.
  void Settle() VEDETTE_EXCLUDES(mutex_);
  void NoteIdle() VEDETTE_EXCLUDES(mutex_);
  void SendMetadata() VEDETTE_EXCLUDES(mutex_);
  void SealRest() VEDETTE_EXCLUDES(mutex_);
  void NotePending() VEDETTE_REQUIRES(mutex_);

  // A shard's thread.
  void SendShard(uint32_t shard);
  std::optional<Batch> Next(uint32_t shard) VEDETTE_EXCLUDES(mutex_);
  void Finish(uint32_t shard, const Batch& batch, bool done) VEDETTE_EXCLUDES(mutex_);

  bool IsIdle() const VEDETTE_REQUIRES(mutex_);
  void KeepPlaces() VEDETTE_REQUIRES(mutex_);

  const WriteConfig config_;
  const model::Labels external_labels_;
  const QueueDeps deps_;
  const uint32_t shard_count_;
  const uint64_t shaping_;  // as PlaceLog has it
  const QueueMetrics metrics_;
  const LabelShaper shaper_;
  Delivery delivery_;

  // The reading thread's own.
  SeriesTable table_;
  std::vector<RequestWriter> writers_;
  Places start_;  // by shard: what was acknowledged before
  Place start_min_, start_max_;
  bool whole_ = true;  // no record is fed by half
  Place fed_;          // all before it has been fed, or was acknowledged before
  uint64_t epoch_ = 0;
  int64_t now_ms_ = 0;  // at the record under way
  int64_t highest_ms_ = INT64_MIN;
  int64_t settled_ns_ = 0;
  int64_t metadata_ns_ = 0;
  bool metadata_said_ = false;
  uint64_t missing_ = 0;
  uint64_t damaged_ = 0;
  std::string read_problem_;

  mutable base::Mutex mutex_;
  base::CondVar work_;  // for shards
  base::CondVar room_;  // for the reader, and for Stop
  std::vector<Shard> shards_ VEDETTE_GUARDED_BY(mutex_);
  int64_t highest_sent_ms_ VEDETTE_GUARDED_BY(mutex_) = INT64_MIN;
  bool stopping_ VEDETTE_GUARDED_BY(mutex_) = false;  // the reader
  bool read_all_ VEDETTE_GUARDED_BY(mutex_) = false;  // the reader has ended
  bool stopped_ = false;

  std::stop_source stop_sending_;
  std::thread reader_;
  std::vector<std::thread> senders_;
};

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_QUEUE_H_
