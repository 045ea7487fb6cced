#ifndef VEDETTE_ALERTING_NOTIFY_SUMMARY_H_
#define VEDETTE_ALERTING_NOTIFY_SUMMARY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"
#include "model/notification.h"

namespace vedette::notify {

// What a person wants to know of a notification, in flat words: every receiver shows these.
struct Summary {
  bool firing = false;
  std::string status;  // "firing", "resolved"
  std::string reason;  // "first", "new", "resolved", "some_resolved", "repeat", "digest"
  std::string tag;     // one a group, so that a phone replaces the note in place
  std::string group;
  std::string title;
  std::string message;
  std::string severity;
  std::string alertname;
  std::string host;
  std::string instance;
  std::string job;
  std::string value;
  std::string short_id;  // four letters and digits that name the group
  int64_t count_firing = 0;
  int64_t count_resolved = 0;
  std::string started_at;  // RFC 3339, the earliest
  std::string ended_at;    // the latest, empty while firing
  std::string duration;    // "14m 2s"
  std::string url;
  std::string runbook_url;
  std::string silence_url;
};

Summary Summarize(const model::Notification& notification, const std::string& external_url);

// Several messages that could not be delivered, as one: each alert once, in its latest state.
model::Notification MakeDigest(const std::vector<const model::Notification*>& messages);
inline constexpr std::string_view kDigestReason = "digest";

// The labels or annotations that all alerts share.
model::Labels CommonLabels(const model::Notification& notification);
model::Labels CommonAnnotations(const model::Notification& notification);

// RFC 3339 in UTC with as many decimals as needed: 2026-11-21T01:58:35.137Z. 0 is
// 0001-01-01T00:00:00Z, as Go prints the zero time.
std::string Rfc3339(int64_t ms);
// "02:10" in UTC.
std::string HourMinute(int64_t ms);
// The two largest units that are not zero: "14m 2s", "2m", "3d 4h", "0s".
std::string ShortDuration(int64_t ms);

// "HostDown · node1", for one alert.
std::string AlertTitle(const model::NotifiedAlert& alert);
// The `host` label, else the instance without its port.
std::string HostOf(const model::Labels& labels);
// "vedette-" and 16 hex digits of the group key.
std::string TagOf(std::string_view group_key);

}  // namespace vedette::notify

#endif  // VEDETTE_ALERTING_NOTIFY_SUMMARY_H_
