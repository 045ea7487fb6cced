#ifndef VEDETTE_COLLECTOR_API_TAIL_HUB_H_
#define VEDETTE_COLLECTOR_API_TAIL_HUB_H_

#include <functional>
#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "collector/api/tail.h"
#include "model/sinks.h"

namespace vedette::api {

// Between pushes and the store: shows to clients that follow a query what the store has taken.
// Lines that the store leaves out of a push are not shown: where a source's mark or their time says
// so it tells, and of lines without a source a tail knows those that it has shown (kMaxShown).
// Without clients a push costs nothing. Owned by app; store and clock outlive it. Thread-safe.
class TailHub final : public model::LogSink {
 public:
  TailHub(model::LogSink* store, base::Clock* clock);
  ~TailHub() override;
  TailHub(const TailHub&) = delete;
  TailHub& operator=(const TailHub&) = delete;

  void Push(model::LogPush push, std::function<void(const base::Status&)> done) override;

  // Begins to collect; null when kMaxTails do so already. Until Keep it does so as long as the
  // caller holds it.
  std::shared_ptr<Tail> Open(TailQuery query) VEDETTE_EXCLUDES(mutex_);
  // A tail that has begun to send is held until its client is gone.
  void Keep(std::shared_ptr<Tail> tail) VEDETTE_EXCLUDES(mutex_);

  // What its thread does each 200 ms, for tests whose clock stands.
  void DeliverAll(const std::stop_token& stop = {}) VEDETTE_EXCLUDES(mutex_);

  static constexpr size_t kMaxTails = 32;

 private:
  std::vector<std::shared_ptr<Tail>> Tails() VEDETTE_EXCLUDES(mutex_);
  void Run(std::stop_token stop);

  model::LogSink* const store_;
  base::Clock* const clock_;
  const std::shared_ptr<TailMemory> memory_ = std::make_shared<TailMemory>();
  base::Mutex mutex_;
  std::vector<std::weak_ptr<Tail>> tails_ VEDETTE_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<Tail>> kept_ VEDETTE_GUARDED_BY(mutex_);
  std::jthread sender_;  // last: joined first
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_TAIL_HUB_H_
