#include "alerting/notify/outbox.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "alerting/notify/credentials.h"
#include "alerting/notify/signature.h"
#include "alerting/notify/summary.h"
#include "base/strings.h"

namespace vedette::notify {
namespace {

using Verdict = Outcome::Verdict;

constexpr int64_t kNanosPerMilli = 1'000'000;
constexpr int64_t kMaxAgeMs = 24 * 60 * 60 * 1000;
constexpr int64_t kLookAgainMs = 30'000;   // for a secret that is missing or was refused
constexpr size_t kLeastCharacters = 1000;  // a message refused as too long is not cut below this
constexpr std::chrono::milliseconds kPoll{200};

}  // namespace

// What one attempt takes along, copied so that nothing is locked while it is on the wire.
struct Outbox::Attempt {
  bool go = false;
  model::Integration integration;
  Credentials credentials;
  model::Notification notification;
  std::string delivery_id;
  size_t count = 0;  // messages in it, from the front of the queue
  size_t max_characters = 0;
};

Outbox::Outbox(const Options& options)
    : options_(options), sender_(options.client, options.external_url, options.user_agent) {
  if (options_.telemetry == nullptr) return;
  delivered_ = options_.telemetry->NewCounter("vedette_alerting_deliveries_total",
                                              "Messages that their receiver took.");
  failed_ = options_.telemetry->NewCounter("vedette_alerting_delivery_failures_total",
                                           "Attempts to deliver that failed.");
  dropped_ = options_.telemetry->NewCounter(
      "vedette_alerting_dropped_total",
      "Messages given up: refused for good, undeliverable for a day, or too many waiting.");
}

Outbox::~Outbox() { Stop(); }

base::StatusOr<std::unique_ptr<Outbox>> Outbox::Open(const Options& options) {
  std::unique_ptr<Outbox> outbox(new Outbox(options));
  outbox->Load();
  return outbox;
}

void Outbox::Load() {
  base::MutexLock lock(mutex_);
  for (const auto& [key, bytes] : options_.state->Scan("outbox/")) {
    auto item = DecodeItem(bytes);
    if (!item.ok() || item->notification.alerts.empty()) {
      options_.log->Error("a stored message cannot be read", {{"key", key}});
      continue;
    }
    next_number_ = std::max(next_number_, item->number + 1);
    item->give_up_ns = GiveUpAt(item->notification.created_at_ms);
    LaneOf(item->notification.integration)->queue.push_back(*std::move(item));
  }
  constexpr std::string_view kPrefix = "breaker/";
  for (const auto& [key, bytes] : options_.state->Scan(kPrefix)) {
    auto breaker = DecodeBreaker(bytes);
    if (!breaker.ok()) continue;
    LaneOf(key.substr(kPrefix.size()))->breaker = *std::move(breaker);
  }
}

Lane* Outbox::LaneOf(const std::string& integration) {
  std::unique_ptr<Lane>& lane = lanes_[integration];
  if (!lane) {
    lane = std::make_unique<Lane>();
    lane->key = integration;
  }
  return lane.get();
}

void Outbox::SetReceivers(const std::vector<model::Receiver>& receivers) {
  base::MutexLock lock(mutex_);
  for (const auto& [key, lane] : lanes_) lane->integration.reset();
  for (const model::Receiver& receiver : receivers) {
    for (const model::Integration& integration : receiver.integrations) {
      Lane* const lane = LaneOf(integration.key);
      lane->integration = integration;
      lane->due_ns = 0;
      const base::Status credentials = ReadCredentials(options_.fs, integration).status();
      SayEnabled(lane, credentials);
      SayUnusable(lane, credentials);
    }
  }
}

// Says whether the receiver is on, once each time that changes.
void Outbox::SayEnabled(Lane* lane, const base::Status& credentials) {
  const bool enabled = !absl::IsNotFound(credentials);
  if (lane->said_enabled == enabled) return;
  if (!enabled) {
    options_.log->Info("receiver is off: its secret is not given",
                       {{"receiver", lane->key}, {"reason", base::Message(credentials)}});
  } else if (lane->said_enabled.has_value()) {
    options_.log->Info("receiver is on: its secret is given", {{"receiver", lane->key}});
  }
  lane->said_enabled = enabled;
}

// What is given and cannot be used, a file that we may not read or no URL, is said before the first
// alert, too.
void Outbox::SayUnusable(Lane* lane, const base::Status& credentials) {
  if (credentials.ok() || absl::IsNotFound(credentials)) return;
  const std::string reason(base::Message(credentials));
  if (!lane->IsNews(reason)) return;
  options_.log->Error("receiver cannot be used", {{"receiver", lane->key}, {"reason", reason}});
}

bool Outbox::Enabled(const std::string& integration) {
  base::MutexLock lock(mutex_);
  const auto it = lanes_.find(integration);
  if (it == lanes_.end() || !it->second->integration) return false;
  const base::Status status = ReadCredentials(options_.fs, *it->second->integration).status();
  SayEnabled(it->second.get(), status);
  return !absl::IsNotFound(status);
}

void Outbox::Stage(const model::Notification& notification, base::DurableMap::Batch* batch) {
  base::MutexLock lock(mutex_);
  OutboxItem item;
  item.number = next_number_++;
  item.delivery_id = NewUlid(options_.clock->WallMillis());
  item.notification = notification;
  item.give_up_ns = GiveUpAt(notification.created_at_ms);
  batch->Put(ItemKey(notification.integration, item.number), EncodeItem(item));
  staged_.push_back(std::move(item));
}

void Outbox::Committed() {
  base::MutexLock lock(mutex_);
  for (OutboxItem& item : staged_) {
    // One that is not there was in a batch that failed: it is staged again by whoever wants it.
    const std::string& integration = item.notification.integration;
    if (!options_.state->Get(ItemKey(integration, item.number))) continue;
    LaneOf(integration)->queue.push_back(std::move(item));
  }
  staged_.clear();
}

void Outbox::Start() {
  for (size_t i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this](std::stop_token stop) { Loop(stop); });
  }
}

void Outbox::Stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

void Outbox::Loop(std::stop_token stop) {
  while (!stop.stop_requested()) {
    RunDue(stop);
    if (!options_.clock->SleepFor(kPoll, stop)) return;
  }
}

size_t Outbox::RunDue(std::stop_token stop) {
  size_t delivered = 0;
  while (!stop.stop_requested()) {
    Lane* const lane = TakeDueLane();
    if (lane == nullptr) break;
    delivered += Serve(lane, stop);
  }
  return delivered;
}

// Lanes are never removed, so the pointer holds; `busy` keeps other threads away.
Lane* Outbox::TakeDueLane() {
  base::MutexLock lock(mutex_);
  const int64_t now_ns = options_.clock->MonotonicNanos();
  for (const auto& [key, lane] : lanes_) {
    if (lane->busy) continue;
    DropExpired(lane.get());
    if (lane->queue.empty() || !lane->integration || lane->due_ns > now_ns) continue;
    lane->busy = true;
    return lane.get();
  }
  return nullptr;
}

// A day after it was made by the wall clock, which is asked once: one that jumps while a message
// waits makes it no older.
int64_t Outbox::GiveUpAt(int64_t created_at_ms) const {
  const int64_t age_ms =
      std::clamp<int64_t>(options_.clock->WallMillis() - created_at_ms, 0, kMaxAgeMs);
  return options_.clock->MonotonicNanos() + (kMaxAgeMs - age_ms) * kNanosPerMilli;
}

void Outbox::DropExpired(Lane* lane) {
  const int64_t now_ns = options_.clock->MonotonicNanos();
  size_t expired = 0;
  while (expired < lane->queue.size() && lane->queue[expired].give_up_ns <= now_ns) ++expired;
  GiveUp(lane, expired, "messages given up after a day");
  if (lane->queue.size() > options_.max_waiting) {
    GiveUp(lane, lane->queue.size() - options_.max_waiting,
           "too many messages wait; the oldest are given up");
  }
}

void Outbox::GiveUp(Lane* lane, size_t count, std::string_view why) {
  if (count == 0) return;
  options_.log->Error(why, {{"receiver", lane->key}, {"messages", static_cast<uint64_t>(count)}});
  if (dropped_ != nullptr) dropped_->Add(count);
  Done(lane, count);
}

size_t Outbox::Serve(Lane* lane, std::stop_token stop) {
  const Attempt attempt = Prepare(lane);
  Outcome outcome;
  if (attempt.go) {
    outcome =
        sender_.Send(attempt.integration, attempt.credentials,
                     {&attempt.notification, attempt.delivery_id, attempt.max_characters}, stop);
  }
  const size_t delivered = attempt.go ? Finish(lane, attempt, outcome) : 0;
  base::MutexLock lock(mutex_);
  lane->busy = false;
  return delivered;
}

Outbox::Attempt Outbox::Prepare(Lane* lane) {
  base::MutexLock lock(mutex_);
  Attempt attempt;
  if (!lane->integration || lane->queue.empty()) return attempt;
  auto credentials = ReadCredentials(options_.fs, *lane->integration);
  SayEnabled(lane, credentials.status());
  if (!credentials.ok()) {
    if (!absl::IsNotFound(credentials.status())) lane->NoteFailure(options_.clock->WallMillis());
    SayUnusable(lane, credentials.status());
    Wait(lane, kLookAgainMs);
    return attempt;
  }
  if (!lane->MayTry(credentials->fingerprint, options_.clock->WallMillis())) {
    Wait(lane, kLookAgainMs);
    return attempt;
  }
  attempt.go = true;
  attempt.integration = *lane->integration;
  attempt.credentials = *std::move(credentials);
  attempt.count = lane->NextCount();
  attempt.max_characters = lane->max_characters;
  std::vector<const model::Notification*> messages;
  for (size_t i = 0; i < attempt.count; ++i) messages.push_back(&lane->queue[i].notification);
  attempt.notification = attempt.count == 1 ? *messages.front() : MakeDigest(messages);
  // A digest that grew is another message, so its id is its newest part's.
  attempt.delivery_id = lane->queue[attempt.count - 1].delivery_id;
  return attempt;
}

void Outbox::Wait(Lane* lane, int64_t ms) {
  lane->due_ns = options_.clock->MonotonicNanos() + ms * kNanosPerMilli;
}

// Takes `count` messages off the queue and the disk. If the disk refuses, they are erased with the
// next ones; after a restart before that they are delivered a second time, under the same id.
void Outbox::Done(Lane* lane, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    lane->unerased.push_back(ItemKey(lane->key, lane->queue.front().number));
    lane->queue.pop_front();
  }
  lane->one_by_one -= std::min(lane->one_by_one, count);
  base::DurableMap::Batch batch;
  for (const std::string& key : lane->unerased) batch.Erase(key);
  if (!lane->breaker && options_.state->Get(BreakerKey(lane->key)))
    batch.Erase(BreakerKey(lane->key));
  if (options_.state->Commit(batch).ok()) lane->unerased.clear();
}

void Outbox::Block(Lane* lane, const Attempt& attempt) {
  Breaker breaker;
  breaker.fingerprint = attempt.credentials.fingerprint;
  breaker.probe_at_ms = options_.clock->WallMillis() + Breaker::kProbeAfterMs;
  base::DurableMap::Batch batch;
  batch.Put(BreakerKey(lane->key), EncodeBreaker(breaker));
  lane->breaker = std::move(breaker);
  Wait(lane, kLookAgainMs);
  const base::Status status = options_.state->Commit(batch);
  if (!status.ok()) {
    options_.log->Warn("a refusal could not be noted on disk",
                       {{"receiver", lane->key}, {"reason", base::Message(status)}});
  }
}

size_t Outbox::Finish(Lane* lane, const Attempt& attempt, const Outcome& outcome) {
  base::MutexLock lock(mutex_);
  switch (outcome.verdict) {
    case Verdict::kCancelled:
      return 0;
    case Verdict::kDelivered:
      Delivered(lane, attempt);
      return attempt.count;
    case Verdict::kTooLarge:
    case Verdict::kRejected:
      Rejected(lane, attempt, outcome);
      return 0;
    case Verdict::kRetry:
      Failed(lane, attempt, outcome);
      Wait(lane, std::max(lane->BackoffMs(), outcome.retry_after_ms));
      return 0;
    case Verdict::kRefused:
      Failed(lane, attempt, outcome);
      Block(lane, attempt);
      return 0;
  }
  return 0;
}

void Outbox::Delivered(Lane* lane, const Attempt& attempt) {
  const std::string url = ShownUrl(attempt.credentials.url.Reveal());
  if (lane->failures > 0) {
    const int64_t away_ms = options_.clock->WallMillis() - lane->failing_since_ms;
    options_.log->Info("receiver takes notifications again", {{"receiver", lane->key},
                                                              {"url", url},
                                                              {"failed_attempts", lane->failures},
                                                              {"seconds", away_ms / 1000}});
  }
  options_.log->Info("notification delivered",
                     {{"receiver", lane->key},
                      {"url", url},
                      {"group", attempt.notification.group_key},
                      {"reason", attempt.notification.reason},
                      {"messages", static_cast<uint64_t>(attempt.count)}});
  if (delivered_ != nullptr) delivered_->Add(attempt.count);
  lane->failures = 0;
  lane->said_reasons.clear();
  lane->breaker.reset();
  lane->max_characters = Sender::kTalkCharacters;
  Done(lane, attempt.count);
}

// The receiver is away or refuses: said when it begins and when the reason becomes another, not at
// each attempt of a night.
void Outbox::Failed(Lane* lane, const Attempt& attempt, const Outcome& outcome) {
  if (failed_ != nullptr) failed_->Add();
  const bool begins = lane->failures == 0;
  lane->NoteFailure(options_.clock->WallMillis());
  const bool news = lane->IsNews(outcome.reason);
  options_.log->Log(begins ? base::LogLevel::kError
                    : news ? base::LogLevel::kWarn
                           : base::LogLevel::kDebug,
                    "notification not delivered; it waits and is tried again",
                    {{"receiver", lane->key},
                     {"url", ShownUrl(attempt.credentials.url.Reveal())},
                     {"reason", outcome.reason},
                     {"attempt", lane->failures},
                     {"waiting", static_cast<uint64_t>(lane->queue.size())}});
}

// The receiver will never take this as it is: a digest is taken apart, so that only the message
// that is refused is lost; a message that is too long is cut; else it is dropped.
void Outbox::Rejected(Lane* lane, const Attempt& attempt, const Outcome& outcome) {
  if (failed_ != nullptr) failed_->Add();
  if (attempt.count > 1) {
    lane->one_by_one = attempt.count;
    return;
  }
  if (outcome.verdict == Verdict::kTooLarge) {
    lane->max_characters /= 4;
    if (lane->max_characters >= kLeastCharacters) return;
  }
  lane->max_characters = Sender::kTalkCharacters;
  if (dropped_ != nullptr) dropped_->Add(attempt.count);
  options_.log->Error("the receiver refused a message for good; it is dropped",
                      {{"receiver", lane->key},
                       {"url", ShownUrl(attempt.credentials.url.Reveal())},
                       {"reason", outcome.reason},
                       {"group", attempt.notification.group_key}});
  Done(lane, attempt.count);
}

size_t Outbox::QueueLength() const {
  base::MutexLock lock(mutex_);
  size_t length = 0;
  for (const auto& [key, lane] : lanes_) length += lane->queue.size();
  return length;
}

}  // namespace vedette::notify
