#ifndef VEDETTE_ALERTING_RULES_ALERT_STATE_H_
#define VEDETTE_ALERTING_RULES_ALERT_STATE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "alerting/rules/snapshot.h"
#include "base/status.h"
#include "model/labels.h"

namespace vedette::rules {

// One alert of a rule as it is remembered. All times are milliseconds since the epoch, 0: not yet.
struct ActiveAlert {
  model::Labels labels;
  model::Labels annotations;
  AlertState state = AlertState::kPending;  // kInactive: resolved, kept to be sent again
  int64_t active_at_ms = 0;
  int64_t fired_at_ms = 0;
  int64_t resolved_at_ms = 0;
  int64_t keep_firing_since_ms = 0;
  int64_t last_sent_at_ms = 0;
  double value = 0;
};

using ActiveAlerts = std::map<model::Labels, ActiveAlert>;

// The alerts of one rule as bytes (FORMAT.md), and back. DataLoss when they are not.
std::string EncodeAlerts(const ActiveAlerts& alerts);
base::StatusOr<ActiveAlerts> DecodeAlerts(std::string_view bytes);

// Equal for two sets of alerts between which nothing happened: same alerts, states and transition
// times. Values, annotations and send times may differ; they need not be on disk.
std::string Signature(const ActiveAlerts& alerts);

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_ALERT_STATE_H_
