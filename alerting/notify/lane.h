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

// Why an integration is left alone: it refused these credentials (or answered that it is not what
// we think). Kept on disk: a restart must not knock again, Nextcloud locks out who fails too often.
struct Breaker {
  static constexpr int64_t kProbeAfterMs = 30 * 60 * 1000;

  std::string fingerprint;   // of the credentials that were refused
  uint64_t last_number = 0;  // the newest message of the refused attempt
  int64_t probe_at_ms = 0;   // wall clock
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
  int failures = 0;    // attempts in a row that did not arrive
  int64_t due_ns = 0;  // monotonic
  size_t max_characters = Sender::kTalkCharacters;
  std::optional<Breaker> breaker;
  std::optional<bool> said_enabled;  // what the log was last told

  // Whether the breaker lets an attempt with these credentials pass: they changed; or its time is
  // over and, for Nextcloud Talk, there is something new to say (never the same again).
  bool MayTry(const std::string& fingerprint, int64_t now_ms) const;

  // How many messages the next attempt carries: all that wait, as one digest, if the receiver was
  // unreachable; one otherwise, and always one for plain webhooks.
  size_t NextCount() const;

  // How long to wait after `failures` failures: 1 s, doubled each time, at most 5 min, spread by a
  // tenth so that receivers do not come in step.
  int64_t BackoffMs() const;
};

}  // namespace vedette::notify

#endif  // VEDETTE_ALERTING_NOTIFY_LANE_H_
