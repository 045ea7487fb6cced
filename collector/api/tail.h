#ifndef VEDETTE_COLLECTOR_API_TAIL_H_
#define VEDETTE_COLLECTOR_API_TAIL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/clock.h"
#include "base/http/websocket.h"
#include "base/mutex.h"
#include "base/status.h"
#include "collector/api/loki_json.h"
#include "collector/logql/engine.h"
#include "model/log_entry.h"
#include "model/matcher.h"

namespace vedette::api {

struct TailQuery {
  std::string query;  // of lines, checked
  std::vector<model::Matcher> matchers;
  int64_t delay_ns = 0;  // lines wait so long for older ones to come before them
  uint32_t limit = 100;  // lines of one frame
  LokiEncoding encoding;
};

// What the tails of a hub hold together of what was pushed and not filtered yet. Thread-safe.
class TailMemory {
 public:
  // False: there is no room.
  bool Take(size_t bytes) {
    if ((held_ += bytes) <= kMaxBytes) return true;
    held_ -= bytes;
    return false;
  }
  void Give(size_t bytes) { held_ -= bytes; }

  static constexpr size_t kMaxBytes = 32 << 20;

 private:
  std::atomic<size_t> held_{0};
};

// One client that follows a query: what is pushed waits here until it is sent. Memory is bounded:
// what a client is too slow for is dropped, and the next frame that reaches it says so. Shared by
// the hub and the request that began it; thread-safe.
class Tail {
 public:
  // Streams are those that match, as they were pushed; all of one push.
  using Streams = std::vector<std::shared_ptr<const model::LogStream>>;

  Tail(TailQuery query, base::Clock* clock, std::shared_ptr<TailMemory> memory)
      : query_(std::move(query)), clock_(clock), memory_(std::move(memory)) {}
  ~Tail();
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  const TailQuery& query() const { return query_; }

  // Any thread; does not block. `once`: the store keeps equal lines of equal time once, so those
  // that were shown already are not shown again.
  void Collect(const Streams& streams, int64_t now_mono_ns, bool once = false)
      VEDETTE_EXCLUDES(mutex_);

  // From now on what is delivered goes to `socket`, first the lines that were there before; those
  // of them that were collected meanwhile, up to `until_mono_ns`, are not sent twice. Does not
  // block.
  void Begin(std::shared_ptr<base::http::WebSocket> socket, logql::Lines history,
             int64_t until_mono_ns) VEDETTE_EXCLUDES(mutex_);
  // One thread: sends what has waited long enough; what was there before as fast as the client
  // takes it. False when the client is gone, or what it asks for takes too long.
  bool Deliver(int64_t now_mono_ns, std::stop_token stop = {}) VEDETTE_EXCLUDES(mutex_);

  static constexpr size_t kMaxWaitingBytes = 4 << 20;
  // Of the lines that were there before, one at least: who wants older ones asks for them.
  static constexpr size_t kMaxHistoryBytes = 512 << 10;
  static constexpr size_t kMaxFrameBytes = 512 << 10;  // of lines and labels; one line may be more
  static constexpr size_t kMaxDroppedTold = 100;       // of one frame
  static constexpr size_t kMaxShown = 16'384;          // lines that are known again, half at least

 private:
  struct Waiting {
    int64_t arrived_mono_ns = 0;
    size_t bytes = 0;
    std::shared_ptr<const model::LogStream> stream;
    bool once = false;
  };
  struct Dropped {
    model::Labels labels;
    int64_t timestamp_ns = 0;
  };

  std::vector<Waiting> TakeDue(int64_t now_mono_ns) VEDETTE_EXCLUDES(mutex_);
  // The lines of these streams that the query keeps, oldest first.
  base::StatusOr<logql::Lines> Filter(const std::vector<Waiting>& due, std::stop_token stop);
  // Whether a line was not shown yet, of the newest kMaxShown; it counts as shown from then on.
  bool IsNew(uint64_t hash);
  void TakeHistory() VEDETTE_EXCLUDES(mutex_);
  // False: the client takes no more just now.
  bool SendHistory() VEDETTE_EXCLUDES(mutex_);
  void Send(const logql::Lines& lines) VEDETTE_EXCLUDES(mutex_);
  size_t FrameEnd(const logql::Lines& lines, size_t begin) const;
  bool SendFrame(const logql::Lines& lines) VEDETTE_EXCLUDES(mutex_);
  void Drop(const logql::Lines& lines) VEDETTE_EXCLUDES(mutex_);
  void NoteDropped(const model::Labels& labels, int64_t timestamp_ns) VEDETTE_REQUIRES(mutex_);

  const TailQuery query_;
  base::Clock* const clock_;
  const std::shared_ptr<TailMemory> memory_;

  base::Mutex mutex_;
  std::shared_ptr<base::http::WebSocket> socket_ VEDETTE_GUARDED_BY(mutex_);  // null: not yet
  logql::Lines begun_with_ VEDETTE_GUARDED_BY(mutex_);
  int64_t begun_ns_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::deque<Waiting> waiting_ VEDETTE_GUARDED_BY(mutex_);
  size_t waiting_bytes_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::vector<Dropped> dropped_ VEDETTE_GUARDED_BY(mutex_);  // since the last frame

  // Of the thread that delivers, once begun: lines of the history by their hash, and until when
  // they may come again; those that are still to be sent, and how often the next were in vain.
  absl::flat_hash_set<uint64_t> history_;
  int64_t history_until_ns_ = 0;
  // Of the same thread: lines by their hash, the newer half and the older one.
  absl::flat_hash_set<uint64_t> shown_;
  absl::flat_hash_set<uint64_t> shown_before_;
  logql::Lines unsent_;
  size_t sent_ = 0;  // of these
  int tries_ = 0;
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_TAIL_H_
