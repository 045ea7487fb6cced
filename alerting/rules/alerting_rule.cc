#include "alerting/rules/alerting_rule.h"

#include <algorithm>

#include "base/template/format.h"

namespace vedette::rules {
namespace {

bool NeedsSending(const ActiveAlert& alert, int64_t now_ms, int64_t resend_delay_ms) {
  if (alert.state == AlertState::kPending) return false;
  if (alert.resolved_at_ms > alert.last_sent_at_ms) return true;
  return alert.last_sent_at_ms == 0 || alert.last_sent_at_ms + resend_delay_ms < now_ms;
}

std::vector<std::pair<std::string, RuleTemplate>> ParseAll(const std::string& name,
                                                           const StringPairs& pairs) {
  std::vector<std::pair<std::string, RuleTemplate>> parsed;
  for (const auto& [key, text] : pairs) {
    auto made = RuleTemplate::Parse(name, text);
    VEDETTE_CHECK(made.ok());  // the rule file's parser refused it otherwise
    parsed.emplace_back(key, *std::move(made));
  }
  return parsed;
}

model::Labels StateLabels(const model::Labels& labels, std::string_view metric,
                          std::string_view state) {
  model::LabelsBuilder builder(labels);
  builder.Set(model::kMetricName, metric);
  if (!state.empty()) builder.Set("alertstate", state);
  return builder.Build();
}

}  // namespace

AlertingRule::AlertingRule(RuleSpec spec)
    : spec_(std::move(spec)),
      labels_(ParseAll(spec_.alert, spec_.labels)),
      annotations_(ParseAll(spec_.alert, spec_.annotations)) {}

// The alerts that the result stands for, as pending ones.
base::Status AlertingRule::Collect(const std::vector<VectorSample>& result, int64_t now_ms,
                                   const Surroundings& surroundings, ActiveAlerts* found) const {
  for (const VectorSample& sample : result) {
    RuleTemplate::Data data;
    data.labels = &sample.labels;
    data.external_labels = surroundings.external_labels;
    data.external_url = surroundings.external_url;
    data.value = sample.value;
    data.query = surroundings.query;
    model::LabelsBuilder labels(sample.labels.DropMetricName());
    for (const auto& [name, text] : labels_) labels.Set(name, text.Expand(data));
    labels.Set("alertname", spec_.alert);
    model::LabelsBuilder annotations;
    for (const auto& [name, text] : annotations_) annotations.Set(name, text.Expand(data));
    ActiveAlert alert;
    alert.labels = labels.Build();
    alert.annotations = annotations.Build();
    alert.active_at_ms = now_ms;
    alert.value = sample.value;
    model::Labels key = alert.labels;
    if (!found->emplace(std::move(key), std::move(alert)).second) {
      return base::InvalidArgument(
          "vector contains metrics with the same labelset after applying alert labels");
    }
  }
  return absl::OkStatus();
}

// One alert's transition; `found`: it is in the result. False when it is to be forgotten.
bool AlertingRule::Step(ActiveAlert* alert, bool found, int64_t now_ms) const {
  if (!found) {
    bool held = false;
    if (alert->state == AlertState::kFiring && spec_.keep_firing_for_ms > 0) {
      if (alert->keep_firing_since_ms == 0) alert->keep_firing_since_ms = now_ms;
      held = now_ms - alert->keep_firing_since_ms < spec_.keep_firing_for_ms;
    }
    if (held) return true;
    if (alert->state == AlertState::kPending) return false;
    if (alert->state == AlertState::kFiring) {
      alert->state = AlertState::kInactive;
      alert->resolved_at_ms = now_ms;
      alert->keep_firing_since_ms = 0;
    }
    return now_ms - alert->resolved_at_ms <= kResolvedRetentionMs;
  }
  alert->keep_firing_since_ms = 0;
  const bool held_long_enough = now_ms - alert->active_at_ms >= spec_.for_ms;
  if (alert->state == AlertState::kPending && held_long_enough) {
    alert->state = AlertState::kFiring;
    alert->fired_at_ms = now_ms;
  } else if (alert->state == AlertState::kFiring && !held_long_enough) {
    // `for` was raised while it fired: it has to earn it again.
    alert->state = AlertState::kPending;
    alert->fired_at_ms = 0;
  }
  return true;
}

base::Status AlertingRule::Evaluate(const std::vector<VectorSample>& result, int64_t now_ms,
                                    int64_t limit, const Surroundings& surroundings) {
  ActiveAlerts found;
  VEDETTE_RETURN_IF_ERROR(Collect(result, now_ms, surroundings, &found));
  for (auto it = alerts_.begin(); it != alerts_.end();) {
    const auto seen = found.find(it->first);
    const bool in_result = seen != found.end();
    ActiveAlert& alert = it->second;
    if (in_result && alert.state != AlertState::kInactive) {
      alert.value = seen->second.value;
      alert.annotations = std::move(seen->second.annotations);
      found.erase(seen);
    } else if (in_result) {
      it = alerts_.erase(it);  // resolved before, comes back as new
      continue;
    }
    it = Step(&alert, in_result, now_ms) ? std::next(it) : alerts_.erase(it);
  }
  for (auto& [labels, alert] : found) {
    Step(&alert, true, now_ms);
    alerts_.emplace(labels, std::move(alert));
  }
  const auto active = std::count_if(alerts_.begin(), alerts_.end(), [](const auto& entry) {
    return entry.second.state != AlertState::kInactive;
  });
  if (limit > 0 && active > limit) {
    alerts_.clear();
    return base::ResourceExhausted("exceeded limit of " + std::to_string(limit) + " with " +
                                   std::to_string(active) + " alerts");
  }
  return absl::OkStatus();
}

std::vector<VectorSample> AlertingRule::StateSamples() const {
  std::vector<VectorSample> samples;
  for (const auto& [labels, alert] : alerts_) {
    if (alert.state == AlertState::kInactive) continue;
    const bool firing = alert.state == AlertState::kFiring;
    samples.push_back({StateLabels(labels, "ALERTS", firing ? "firing" : "pending"), 1});
    samples.push_back({StateLabels(labels, "ALERTS_FOR_STATE", ""),
                       static_cast<double>(alert.active_at_ms / 1000)});
  }
  return samples;
}

std::vector<model::Alert> AlertingRule::ToSend(int64_t now_ms, int64_t resend_delay_ms,
                                               int64_t valid_for_ms,
                                               const std::string& generator_url) const {
  std::vector<model::Alert> out;
  for (const auto& [labels, alert] : alerts_) {
    if (!NeedsSending(alert, now_ms, resend_delay_ms)) continue;
    const bool resolved = alert.state == AlertState::kInactive;
    model::Alert sent;
    sent.labels = labels;
    sent.annotations = alert.annotations;
    sent.starts_at_ms = alert.fired_at_ms;
    sent.ends_at_ms = resolved ? alert.resolved_at_ms : now_ms + valid_for_ms;
    sent.generator_url = generator_url;
    sent.value = base::tmpl::FloatText(alert.value);
    out.push_back(std::move(sent));
  }
  return out;
}

void AlertingRule::MarkSent(int64_t now_ms, int64_t resend_delay_ms) {
  for (auto& [labels, alert] : alerts_) {
    if (NeedsSending(alert, now_ms, resend_delay_ms)) alert.last_sent_at_ms = now_ms;
  }
}

AlertState AlertingRule::State() const {
  AlertState state = AlertState::kInactive;
  for (const auto& [labels, alert] : alerts_) state = std::max(state, alert.state);
  return state;
}

}  // namespace vedette::rules
