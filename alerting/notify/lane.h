#ifndef VEDETTE_ALERTING_NOTIFY_LANE_H_
#define VEDETTE_ALERTING_NOTIFY_LANE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/notify/outbox_item.h"
#include "alerting/notify/sender.h"
#include "base/durable_map/durable_map.h"
#include "base/status.h"
#include "model/notification.h"

namespace vedette::notify {

// Nextcloud refused these credentials (401). It counts that: whoever is refused more than ten times
// in half an hour is shut out, and the whole subnet with it. So the same credentials are tried more
// rarely than what failed otherwise (the bot may be installed any minute), and the time is kept on
// disk: a restart must not knock again.
struct Breaker {
  static constexpr int64_t kProbeAfterMs = 200'000;  // nine in half an hour

  std::string fingerprint;  // of the credentials that were refused
  int64_t probe_at_ms = 0;  // wall clock
};
std::string BreakerKey(std::string_view integration);
std::string EncodeBreaker(const Breaker& breaker);
base::StatusOr<Breaker> DecodeBreaker(std::string_view bytes);

// The queue of one integration and when it may be served next. Not thread-safe: the outbox guards
// it, and while `busy` the serving thread alone changes the front of the queue.
struct Lane {
  std::string key;
  std::optional<model::Integration> integration;  // none: not configured now
  std::deque<OutboxItem> queue;
  std::vector<std::string> unerased;  // keys of done messages that are still on disk
  bool busy = false;
  int failures = 0;                       // attempts in a row that did not arrive
  int64_t failing_since_ms = 0;           // wall clock, of the first of them
  std::vector<std::string> said_reasons;  // what the log was told of them, each once
  size_t one_by_one = 0;  // so many messages go alone: a digest of them was refused for good
  int64_t due_ns = 0;     // monotonic
  size_t max_characters = Sender::kTalkCharacters;
  std::optional<Breaker> breaker;
  std::optional<bool> said_enabled;  // what the log was last told

  // Whether the breaker lets an attempt with these credentials pass: they changed, or its time is
  // over.
  bool MayTry(const std::string& fingerprint, int64_t now_ms) const;

  // How many messages the next attempt carries: all that wait, as one digest, if the receiver was
  // away; one otherwise, and always one for plain webhooks.
  size_t NextCount() const;

  void NoteFailure(int64_t now_ms);

  // Whether the log is to be told why an attempt failed: once for each reason until messages arrive
  // again. Remembers it.
  bool IsNews(const std::string& reason);

  // How long to wait after `failures` failures: 1 s, doubled each time, at most kMaxBackoffMs,
  // spread by a tenth so that receivers do not come in step.
  int64_t BackoffMs() const;
};

}  // namespace vedette::notify

#endif  // VEDETTE_ALERTING_NOTIFY_LANE_H_
