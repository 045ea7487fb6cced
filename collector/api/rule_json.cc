#include "collector/api/rule_json.h"

#include <charconv>
#include <string>

#include "collector/api/prometheus_reply.h"
#include "collector/api/time_text.h"

namespace vedette::api {
namespace {

using base::JsonWriter;

// An alert's value here has Go's 'e' format: "1e+00".
std::string ScientificText(double value) {
  if (value != value) return "NaN";
  if (value > 1.7976931348623157e308) return "+Inf";
  if (value < -1.7976931348623157e308) return "-Inf";
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  return {text, static_cast<size_t>(end.ptr - text)};
}

void WriteAlertingHead(const RuleInfo& rule, bool exclude_alerts, JsonWriter* json) {
  json->Key("state").String(rule.state).Key("name").String(rule.name);
  json->Key("query").String(rule.query);
  json->Key("duration").Double(rule.for_seconds);
  json->Key("keepFiringFor").Double(rule.keep_firing_for_seconds).Key("labels");
  WritePairs(rule.labels, json);
  json->Key("annotations");
  WritePairs(rule.annotations, json);
  json->Key("alerts");
  if (exclude_alerts) {
    json->Null();
    return;
  }
  json->BeginArray();
  for (const RuleAlertInfo& alert : rule.alerts) WriteRuleAlert(alert, json);
  json->EndArray();
}

void WriteRule(const RuleInfo& rule, bool exclude_alerts, JsonWriter* json) {
  json->BeginObject();
  if (rule.alerting) {
    WriteAlertingHead(rule, exclude_alerts, json);
  } else {
    json->Key("name").String(rule.name).Key("query").String(rule.query);
    if (!rule.labels.empty()) {
      json->Key("labels");
      WritePairs(rule.labels, json);
    }
  }
  json->Key("health").String(rule.health);
  if (!rule.last_error.empty()) json->Key("lastError").String(rule.last_error);
  json->Key("evaluationTime").Double(rule.evaluation_seconds);
  json->Key("lastEvaluation").String(FormatRfc3339(rule.last_evaluation_ms));
  json->Key("type").String(rule.alerting ? "alerting" : "recording");
  json->EndObject();
}

}  // namespace

void WriteRuleAlert(const RuleAlertInfo& alert, JsonWriter* json) {
  json->BeginObject().Key("labels");
  WriteLabels(alert.labels, json);
  json->Key("annotations");
  WriteLabels(alert.annotations, json);
  json->Key("state").String(alert.state);
  json->Key("activeAt").String(FormatRfc3339(alert.active_at_ms));
  if (alert.keep_firing_since_ms != 0) {
    json->Key("keepFiringSince").String(FormatRfc3339(alert.keep_firing_since_ms));
  }
  json->Key("value").String(ScientificText(alert.value));
  json->EndObject();
}

void WriteRuleGroup(const RuleGroupInfo& group, bool exclude_alerts, JsonWriter* json) {
  json->BeginObject().Key("name").String(group.name).Key("file").String(group.file);
  json->Key("rules").BeginArray();
  for (const RuleInfo& rule : group.rules) WriteRule(rule, exclude_alerts, json);
  json->EndArray().Key("interval").Double(group.interval_seconds);
  json->Key("limit").Int(group.limit);
  json->Key("evaluationTime").Double(group.evaluation_seconds);
  json->Key("lastEvaluation").String(FormatRfc3339(group.last_evaluation_ms));
  json->EndObject();
}

}  // namespace vedette::api
