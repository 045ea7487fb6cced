#ifndef VEDETTE_ALERTING_RULES_SNAPSHOT_H_
#define VEDETTE_ALERTING_RULES_SNAPSHOT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "alerting/rules/rule_file.h"
#include "model/labels.h"

// What /api/v1/rules and /api/v1/alerts show: plain values, taken at one moment.

namespace vedette::rules {

enum class AlertState { kInactive, kPending, kFiring };

struct AlertSnapshot {
  model::Labels labels;
  model::Labels annotations;
  AlertState state = AlertState::kInactive;
  int64_t active_at_ms = 0;
  int64_t keep_firing_since_ms = 0;  // 0: not held
  double value = 0;
};

struct RuleSnapshot {
  RuleSpec spec;                             // labels include the group's
  AlertState state = AlertState::kInactive;  // alerting rules: the highest of its alerts
  std::vector<AlertSnapshot> alerts;         // pending and firing
  std::string health = "unknown";            // "ok", "err"
  std::string last_error;
  int64_t last_evaluation_ms = 0;  // 0: never
  double evaluation_seconds = 0;
};

struct GroupSnapshot {
  std::string name;
  std::string file;
  int64_t interval_ms = 0;
  int64_t query_offset_ms = 0;
  int64_t limit = 0;
  std::vector<RuleSnapshot> rules;
  int64_t last_evaluation_ms = 0;
  double evaluation_seconds = 0;
  uint64_t iterations_missed = 0;
};

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_SNAPSHOT_H_
