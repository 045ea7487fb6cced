#include "collector/api/tail_hub.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace vedette::api {
namespace {

// How often what was pushed is sent on.
constexpr std::chrono::milliseconds kRound{200};

// A copy of a stream that somebody follows, and the index of its first entry in the push.
struct FollowedStream {
  std::shared_ptr<model::LogStream> stream;
  size_t first = 0;
};

// Of streams that nobody follows nothing is kept.
std::vector<FollowedStream> Followed(const model::LogPush& push,
                                     const std::vector<std::shared_ptr<Tail>>& tails) {
  std::vector<FollowedStream> followed;
  size_t first = 0;
  for (const model::LogStream& stream : push.streams) {
    const bool is_followed = std::any_of(tails.begin(), tails.end(), [&](const auto& tail) {
      return model::MatchesAll(tail->query().matchers, stream.labels);
    });
    if (is_followed) followed.push_back({std::make_shared<model::LogStream>(stream), first});
    first += stream.entries.size();
  }
  return followed;
}

// `left_out` are indexes of entries of the push, rising.
Tail::Streams Taken(const std::vector<FollowedStream>& followed,
                    const std::vector<size_t>& left_out) {
  Tail::Streams streams;
  for (const auto& [stream, first] : followed) {
    auto& entries = stream->entries;
    size_t index = first;
    const auto end = std::remove_if(entries.begin(), entries.end(), [&](const auto&) {
      return std::binary_search(left_out.begin(), left_out.end(), index++);
    });
    entries.erase(end, entries.end());
    if (!entries.empty()) streams.push_back(stream);
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
  std::vector<FollowedStream> followed = Followed(push, tails);
  if (followed.empty()) return store_->Push(std::move(push), std::move(done));
  auto left_out = std::make_shared<std::vector<size_t>>();
  push.left_out = left_out;
  const bool once = push.sources.empty();
  store_->Push(std::move(push), [clock = clock_, tails, followed = std::move(followed), left_out,
                                 once, done = std::move(done)](const base::Status& status) {
    // InvalidArgument: the store took the rest.
    if (status.ok() || absl::IsInvalidArgument(status)) {
      const Tail::Streams streams = Taken(followed, *left_out);
      const int64_t now = clock->MonotonicNanos();
      for (const std::shared_ptr<Tail>& tail : tails) {
        tail->Collect(streams, now, once);
      }
    }
    done(status);
  });
}

std::shared_ptr<Tail> TailHub::Open(TailQuery query) {
  auto tail = std::make_shared<Tail>(std::move(query), clock_, memory_);
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
