#include "collector/api/tail_hub.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace vedette::api {
namespace {

// How often what was pushed is sent on.
constexpr std::chrono::milliseconds kRound{200};

// Copies of the streams that somebody follows; of the others nothing is kept.
Tail::Streams Followed(const model::LogPush& push,
                       const std::vector<std::shared_ptr<Tail>>& tails) {
  Tail::Streams streams;
  for (const model::LogStream& stream : push.streams) {
    const bool is_followed = std::any_of(tails.begin(), tails.end(), [&](const auto& tail) {
      return model::MatchesAll(tail->query().matchers, stream.labels);
    });
    if (is_followed) streams.push_back(std::make_shared<const model::LogStream>(stream));
  }
  return streams;
}

}  // namespace

TailHub::TailHub(model::LogSink* store, base::Clock* clock)
    : store_(store), clock_(clock), sender_([this](std::stop_token stop) { Run(stop); }) {}

TailHub::~TailHub() {
  sender_.request_stop();
  if (sender_.joinable()) sender_.join();
}

void TailHub::Push(model::LogPush push, std::function<void(const base::Status&)> done) {
  const std::vector<std::shared_ptr<Tail>> tails = Tails();
  Tail::Streams streams = Followed(push, tails);
  if (streams.empty()) return store_->Push(std::move(push), std::move(done));
  store_->Push(std::move(push), [clock = clock_, tails, streams = std::move(streams),
                                 done = std::move(done)](const base::Status& status) {
    // InvalidArgument: the store took the rest.
    if (status.ok() || absl::IsInvalidArgument(status)) {
      const int64_t now = clock->MonotonicNanos();
      for (const std::shared_ptr<Tail>& tail : tails) tail->Collect(streams, now);
    }
    done(status);
  });
}

std::shared_ptr<Tail> TailHub::Open(TailQuery query) {
  auto tail = std::make_shared<Tail>(std::move(query), clock_);
  base::MutexLock lock(mutex_);
  std::erase_if(tails_, [](const auto& one) { return one.expired(); });
  if (tails_.size() >= kMaxTails) return nullptr;
  tails_.push_back(tail);
  return tail;
}

void TailHub::Keep(std::shared_ptr<Tail> tail) {
  base::MutexLock lock(mutex_);
  kept_.push_back(std::move(tail));
}

std::vector<std::shared_ptr<Tail>> TailHub::Tails() {
  std::vector<std::shared_ptr<Tail>> tails;
  base::MutexLock lock(mutex_);
  for (const std::weak_ptr<Tail>& one : tails_) {
    if (auto tail = one.lock()) tails.push_back(std::move(tail));
  }
  return tails;
}

void TailHub::Run(std::stop_token stop) {
  while (clock_->SleepFor(kRound, stop)) DeliverAll(stop);
}

void TailHub::DeliverAll(const std::stop_token& stop) {
  std::vector<std::shared_ptr<Tail>> kept;
  {
    base::MutexLock lock(mutex_);
    kept = kept_;
  }
  const int64_t now = clock_->MonotonicNanos();
  for (const std::shared_ptr<Tail>& tail : kept) {
    if (tail->Deliver(now, stop)) continue;
    base::MutexLock lock(mutex_);
    std::erase(kept_, tail);
  }
}

}  // namespace vedette::api
