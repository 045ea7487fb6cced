#ifndef VEDETTE_COLLECTOR_API_RULE_JSON_H_
#define VEDETTE_COLLECTOR_API_RULE_JSON_H_

#include "base/json_writer.h"
#include "collector/api/views.h"

// Rules and their alerts as Prometheus' API has them, and Loki's.

namespace vedette::api {

void WriteRuleAlert(const RuleAlertInfo& alert, base::JsonWriter* json);
// `exclude_alerts`: null in place of the alerts of each rule.
void WriteRuleGroup(const RuleGroupInfo& group, bool exclude_alerts, base::JsonWriter* json);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_RULE_JSON_H_
