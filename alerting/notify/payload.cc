#include "alerting/notify/payload.h"

#include <algorithm>

#include "alerting/notify/summary.h"
#include "base/json_writer.h"
#include "model/alert.h"

namespace vedette::notify {
namespace {

using base::JsonWriter;

void WriteLabels(std::string_view key, const model::Labels& labels, JsonWriter* json) {
  json->Key(key).BeginObject();
  for (const model::LabelView& label : labels) json->Key(label.name).String(label.value);
  json->EndObject();
}

void WriteText(std::string_view key, std::string_view value, JsonWriter* json) {
  json->Key(key).String(value);
}

void WriteAlert(const model::NotifiedAlert& alert, JsonWriter* json) {
  json->BeginObject();
  WriteText("status", alert.firing ? "firing" : "resolved", json);
  WriteLabels("labels", alert.labels, json);
  WriteLabels("annotations", alert.annotations, json);
  WriteText("startsAt", Rfc3339(alert.starts_at_ms), json);
  WriteText("endsAt", Rfc3339(alert.firing ? 0 : alert.ends_at_ms), json);
  WriteText("generatorURL", alert.generator_url, json);
  WriteText("fingerprint", model::FingerprintHex(alert.labels), json);
  json->EndObject();
}

// The alerts, at most `max_alerts`; returns how many were left out.
size_t WriteAlerts(const model::Notification& n, int64_t max_alerts, JsonWriter* json) {
  const size_t limit = max_alerts > 0 ? static_cast<size_t>(max_alerts) : n.alerts.size();
  const size_t shown = std::min(limit, n.alerts.size());
  json->Key("alerts").BeginArray();
  for (size_t i = 0; i < shown; ++i) WriteAlert(n.alerts[i], json);
  json->EndArray();
  return n.alerts.size() - shown;
}

bool AnyFiring(const model::Notification& n) {
  return std::any_of(n.alerts.begin(), n.alerts.end(),
                     [](const model::NotifiedAlert& alert) { return alert.firing; });
}

// Go's encoder escapes what HTML could misread; outside of strings JSON has none of these.
std::string EscapeHtml(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    switch (c) {
      case '&':
        out += "\\u0026";
        break;
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

void WriteSummary(const Summary& s, JsonWriter* json) {
  WriteText("status", s.status, json);
  WriteText("reason", s.reason, json);
  WriteText("tag", s.tag, json);
  WriteText("group", s.group, json);
  WriteText("title", s.title, json);
  WriteText("message", s.message, json);
  WriteText("severity", s.severity, json);
  WriteText("alertname", s.alertname, json);
  WriteText("host", s.host, json);
  WriteText("instance", s.instance, json);
  WriteText("job", s.job, json);
  WriteText("value", s.value, json);
  WriteText("short_id", s.short_id, json);
  json->Key("count_firing").Int(s.count_firing);
  json->Key("count_resolved").Int(s.count_resolved);
  WriteText("started_at", s.started_at, json);
  WriteText("ended_at", s.ended_at, json);
  WriteText("duration", s.duration, json);
  WriteText("url", s.url, json);
  WriteText("runbook_url", s.runbook_url, json);
  WriteText("silence_url", s.silence_url, json);
  WriteText("ack_url", "", json);
  WriteText("image_url", "", json);
  WriteText("acked_by", "", json);
  json->Key("drain").Bool(false);
}

}  // namespace

std::string WebhookPayload(const model::Notification& n, const std::string& external_url,
                           int64_t max_alerts) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  WriteText("receiver", n.receiver, &json);
  WriteText("status", AnyFiring(n) ? "firing" : "resolved", &json);
  const size_t truncated = WriteAlerts(n, max_alerts, &json);
  WriteText("notification_reason", n.reason, &json);
  WriteLabels("groupLabels", n.group_labels, &json);
  WriteLabels("commonLabels", CommonLabels(n), &json);
  WriteLabels("commonAnnotations", CommonAnnotations(n), &json);
  WriteText("externalURL", external_url, &json);
  WriteText("version", "4", &json);
  WriteText("groupKey", n.group_key, &json);
  json.Key("truncatedAlerts").Uint(truncated);
  json.EndObject();
  return EscapeHtml(out) + "\n";
}

std::string HomeAssistantPayload(const model::Notification& n, const std::string& delivery_id,
                                 const std::string& external_url) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  WriteText("schema", "vedette.alert/1", &json);
  WriteText("delivery_id", delivery_id, &json);
  json.Key("seq").Uint(n.sequence);
  WriteSummary(Summarize(n, external_url), &json);
  WriteText("version", "4", &json);
  WriteText("receiver", n.receiver, &json);
  WriteText("groupKey", n.group_key, &json);
  json.Key("truncatedAlerts").Uint(0);
  WriteText("notification_reason", n.reason, &json);
  WriteLabels("groupLabels", n.group_labels, &json);
  WriteLabels("commonLabels", CommonLabels(n), &json);
  WriteLabels("commonAnnotations", CommonAnnotations(n), &json);
  WriteLabels("routeLabels", {}, &json);
  WriteText("externalURL", external_url, &json);
  WriteAlerts(n, 0, &json);
  json.EndObject();
  return out;
}

}  // namespace vedette::notify
