#ifndef VEDETTE_ALERTING_ROUTING_SENT_LOG_H_
#define VEDETTE_ALERTING_ROUTING_SENT_LOG_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/status.h"

namespace vedette::routing {

// What an integration was last told about a group: the notification log's entry.
struct SentEntry {
  uint64_t sequence = 0;
  int64_t at_ms = 0;
  int64_t repeat_interval_ms = 0;
  std::set<uint64_t> firing;  // fingerprints
  std::set<uint64_t> resolved;
};

// Whether a notification must go out, and why. `entry` null: nothing was sent yet.
enum class Reason { kNone, kFirst, kNewAlerts, kAllResolved, kSomeResolved, kRepeat };
Reason NeedsNotification(const SentEntry* entry, const std::set<uint64_t>& firing,
                         const std::set<uint64_t>& resolved, bool send_resolved,
                         int64_t repeat_interval_ms, int64_t now_ms);
// As Alertmanager words it: "first notification".
std::string_view ReasonText(Reason reason);

// "sent/" INTEGRATION NUL GROUP-KEY
std::string SentKey(std::string_view integration, std::string_view group_key);

// FORMAT.md.
std::string EncodeSent(const SentEntry& entry);
base::StatusOr<SentEntry> DecodeSent(std::string_view bytes);

}  // namespace vedette::routing

#endif  // VEDETTE_ALERTING_ROUTING_SENT_LOG_H_
