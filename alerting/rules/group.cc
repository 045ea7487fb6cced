#include "alerting/rules/group.h"

#include <algorithm>
#include <utility>

#include "alerting/rules/rule_labels.h"
#include "alerting/rules/template_functions.h"
#include "base/codec/bytes.h"
#include "base/escape.h"
#include "base/strings.h"
#include "model/wire_append.h"

namespace vedette::rules {
namespace {

constexpr std::string_view kKeyPrefix = "rule/";

std::string RuleKey(const GroupSpec& group, const RuleSpec& rule,
                    std::map<std::string, int>* used) {
  std::string key =
      std::string(kKeyPrefix) + group.file + '\0' + group.name + '\0' + rule.name() + '\0';
  for (const auto& [name, value] : rule.labels) key += name + "=" + value + ",";
  const int ordinal = (*used)[key]++;
  return key + '\0' + std::to_string(ordinal);
}

model::Labels WithExternal(const model::Labels& labels, const model::Labels& external) {
  model::LabelsBuilder builder(labels);
  for (const model::LabelView& label : external) {
    if (!labels.Has(label.name)) builder.Set(label.name, label.value);
  }
  return builder.Build();
}

}  // namespace

Group::Group(GroupSpec spec, const Manager::Options* options, const Counters& counters)
    : spec_(std::move(spec)),
      options_(options),
      counters_(counters),
      interval_ms_(spec_.interval_ms > 0 ? spec_.interval_ms : options->evaluation_interval_ms) {
  std::map<std::string, int> used;
  snapshot_.name = spec_.name;
  snapshot_.file = spec_.file;
  snapshot_.interval_ms = interval_ms_;
  snapshot_.query_offset_ms = spec_.query_offset_ms;
  snapshot_.limit = spec_.limit;
  for (const RuleSpec& written : spec_.rules) {
    RuleState rule;
    rule.spec = written;
    rule.key = RuleKey(spec_, written, &used);
    rule.spec.labels = MergeLabels(spec_.labels, written.labels);
    if (written.alerting()) rule.alerting = std::make_unique<AlertingRule>(rule.spec);
    RuleSnapshot shown;
    shown.spec = rule.spec;
    snapshot_.rules.push_back(std::move(shown));
    rules_.push_back(std::move(rule));
  }
}

std::set<std::string> Group::StateKeys() const {
  base::MutexLock lock(evaluation_mutex_);
  std::set<std::string> keys;
  for (const RuleState& rule : rules_) {
    if (rule.alerting) keys.insert(rule.key);
  }
  return keys;
}

void Group::TakeOver(Group* predecessor) {
  base::MutexLock old_lock(predecessor->evaluation_mutex_);
  base::MutexLock lock(evaluation_mutex_);
  for (RuleState& rule : rules_) {
    for (RuleState& old : predecessor->rules_) {
      if (old.key != rule.key || !old.alerting != !rule.alerting) continue;
      rule.series = std::move(old.series);
      old.series.clear();
      rule.saved = old.saved;
      if (rule.alerting) rule.alerting->Restore(old.alerting->alerts());
    }
  }
}

void Group::RestoreFromState() {
  base::MutexLock lock(evaluation_mutex_);
  for (RuleState& rule : rules_) {
    if (!rule.alerting) continue;
    const auto bytes = options_->state->Get(rule.key);
    if (!bytes) continue;
    auto alerts = DecodeAlerts(*bytes);
    if (!alerts.ok()) {
      options_->log->Error(
          "an alert's saved state cannot be read; it starts anew",
          {{"rule", rule.spec.name()}, {"reason", base::Message(alerts.status())}});
      continue;
    }
    rule.saved = Signature(*alerts);
    rule.alerting->Restore(*std::move(alerts));
  }
}

// Spreads groups over the interval, the same way after every restart.
int64_t Group::Offset() const {
  return static_cast<int64_t>(base::Hash64(Identity()) % static_cast<uint64_t>(interval_ms_));
}

void Group::Schedule(int64_t now_ms) {
  base::MutexLock lock(evaluation_mutex_);
  const int64_t base_ms = now_ms - now_ms % interval_ms_ + Offset();
  due_ms_ = base_ms >= now_ms ? base_ms : base_ms + interval_ms_;
}

int64_t Group::due_ms() const {
  base::MutexLock lock(evaluation_mutex_);
  return due_ms_;
}

void Group::Evaluate(int64_t now_ms, std::stop_token stop) {
  base::MutexLock lock(evaluation_mutex_);
  const int64_t missed = (now_ms - due_ms_) / interval_ms_;
  if (missed > 0 && counters_.missed != nullptr)
    counters_.missed->Add(static_cast<uint64_t>(missed));
  const int64_t at_ms = due_ms_ + missed * interval_ms_;
  const int64_t begin_ns = options_->clock->MonotonicNanos();
  for (size_t i = 0; i < rules_.size() && !stop.stop_requested(); ++i) EvaluateRule(i, at_ms, stop);
  due_ms_ = at_ms + interval_ms_;
  base::MutexLock snapshot_lock(snapshot_mutex_);
  snapshot_.iterations_missed += static_cast<uint64_t>(missed);
  snapshot_.last_evaluation_ms = at_ms;
  snapshot_.evaluation_seconds =
      static_cast<double>(options_->clock->MonotonicNanos() - begin_ns) / 1e9;
}

void Group::EvaluateRule(size_t index, int64_t now_ms, std::stop_token stop) {
  RuleState& rule = rules_[index];
  const int64_t begin_ns = options_->clock->MonotonicNanos();
  const base::Status status = RunRule(&rule, now_ms, stop);
  if (stop.stop_requested()) return;
  if (counters_.evaluations != nullptr) counters_.evaluations->Add();
  if (!status.ok() && counters_.failures != nullptr) counters_.failures->Add();
  SayResult(&rule, std::string(base::Message(status)));
  Publish(index, status, now_ms,
          static_cast<double>(options_->clock->MonotonicNanos() - begin_ns) / 1e9);
}

// When a rule begins to fail, fails for another reason, and works again; not at each evaluation.
void Group::SayResult(RuleState* rule, std::string error) {
  if (error == rule->said_error) return;
  if (error.empty()) {
    options_->log->Info("a rule works again", {{"group", spec_.name}, {"rule", rule->spec.name()}});
  } else {
    options_->log->Warn("a rule failed",
                        {{"group", spec_.name}, {"rule", rule->spec.name()}, {"reason", error}});
  }
  rule->said_error = std::move(error);
}

base::StatusOr<std::vector<VectorSample>> Group::Ask(const RuleSpec& spec, int64_t now_ms,
                                                     std::stop_token stop) const {
  const bool logs = spec.language == QueryLanguage::kLogql;
  Querier* const querier = logs ? options_->log_querier : options_->querier;
  if (querier == nullptr) {
    return base::InvalidArgument("a rule with `logql` needs a log store, and there is none here");
  }
  return querier->Query(spec.expr, now_ms - spec_.query_offset_ms, std::move(stop));
}

base::Status Group::RunRule(RuleState* rule, int64_t now_ms, std::stop_token stop) {
  // A failed query leaves everything as it was: it neither fires nor resolves.
  VEDETTE_ASSIGN_OR_RETURN(std::vector<VectorSample> result, Ask(rule->spec, now_ms, stop));
  return rule->alerting ? Alert(rule, result, now_ms, stop)
                        : Record(rule, std::move(result), now_ms);
}

base::Status Group::Record(RuleState* rule, std::vector<VectorSample> result, int64_t now_ms) {
  VEDETTE_RETURN_IF_ERROR(LabelRecorded(rule->spec, spec_.limit, &result));
  return Write(rule, std::move(result), now_ms - spec_.query_offset_ms);
}

base::Status Group::Alert(RuleState* rule, const std::vector<VectorSample>& result, int64_t now_ms,
                          std::stop_token stop) {
  AlertingRule::Surroundings around;
  around.external_labels = &options_->external_labels;
  around.external_url = options_->external_url;
  around.query = [this, now_ms, stop](const std::string& expr) {
    return options_->querier->Query(expr, now_ms - spec_.query_offset_ms, stop);
  };
  const base::Status status = rule->alerting->Evaluate(result, now_ms, spec_.limit, around);
  VEDETTE_RETURN_IF_ERROR(Save(rule));
  VEDETTE_RETURN_IF_ERROR(status);
  VEDETTE_RETURN_IF_ERROR(SendAlerts(rule, now_ms));
  return Write(rule, rule->alerting->StateSamples(), now_ms - spec_.query_offset_ms);
}

// What happened to the alerts is on disk when this returns OK; only then may they be sent.
base::Status Group::Save(RuleState* rule) {
  const ActiveAlerts& alerts = rule->alerting->alerts();
  std::string signature = Signature(alerts);
  if (signature == rule->saved) return absl::OkStatus();
  base::DurableMap::Batch batch;
  if (alerts.empty()) {
    batch.Erase(rule->key);
  } else {
    batch.Put(rule->key, EncodeAlerts(alerts));
  }
  const base::Status status = options_->state->Commit(batch);
  if (!status.ok()) return base::Annotate(status, "alert state not saved, alerts not sent");
  rule->saved = std::move(signature);
  return absl::OkStatus();
}

base::Status Group::SendAlerts(RuleState* rule, int64_t now_ms) {
  const int64_t resend_ms = options_->resend_delay_ms;
  std::string url = options_->external_url;
  const bool graph = rule->spec.language == QueryLanguage::kPromql;
  if (graph && !url.empty())
    url += "/graph?g0.expr=" + base::EscapeQuery(rule->spec.expr) + "&g0.tab=1";
  std::vector<model::Alert> alerts =
      rule->alerting->ToSend(now_ms, resend_ms, 4 * std::max(interval_ms_, resend_ms), url);
  if (alerts.empty()) return absl::OkStatus();
  for (model::Alert& alert : alerts) {
    alert.labels = WithExternal(alert.labels, options_->external_labels);
  }
  const base::Status status = options_->alerts->Send(std::move(alerts));
  if (!status.ok()) return base::Annotate(status, "alerts not taken, sent again next time");
  rule->alerting->MarkSent(now_ms, resend_ms);
  return absl::OkStatus();
}

// Appends the samples and ends the series that were there last time and are not now.
base::Status Group::Write(RuleState* rule, std::vector<VectorSample> samples, int64_t at_ms) {
  SeriesRefs before = std::move(rule->series);
  rule->series.clear();
  std::vector<model::SampleRow> rows;
  std::vector<model::WireSeries> histograms;
  rows.reserve(samples.size() + before.size());
  for (VectorSample& sample : samples) {
    model::SeriesRef ref;
    if (const auto it = before.find(sample.labels); it != before.end()) {
      ref = it->second;
      before.erase(it);
    }
    if (sample.histogram == nullptr) {
      rows.push_back({std::move(sample.labels), at_ms, sample.value, ref});
      continue;
    }
    rule->series.emplace(sample.labels, ref);
    model::WireSeries& series = histograms.emplace_back();
    series.labels = std::move(sample.labels);
    series.histograms.push_back({at_ms, 0, *sample.histogram});
  }
  const size_t alive = rows.size();
  for (const auto& [labels, ref] : before) rows.push_back({labels, at_ms, model::StaleNan(), ref});
  const base::Status stored = Store(rows, histograms);
  for (size_t i = 0; i < alive; ++i) rule->series.emplace(rows[i].labels, rows[i].ref);
  if (stored.ok() || absl::IsInvalidArgument(stored)) return stored;
  for (auto& [labels, ref] : before) rule->series.emplace(labels, ref);  // still to be ended
  return base::Annotate(stored, "samples not stored");
}

base::Status Group::Store(std::span<model::SampleRow> rows,
                          std::span<const model::WireSeries> histograms) const {
  std::vector<model::AppendStats> all;
  if (!rows.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(all.emplace_back(), options_->samples->AppendRows(rows));
  }
  if (!histograms.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(all.emplace_back(),
                             model::AppendSeries(histograms, options_->histograms));
  }
  uint64_t lost = 0;
  std::string error;
  for (const model::AppendStats& stats : all) {
    lost += stats.rejected();
    if (error.empty()) error = stats.first_error;
  }
  if (lost == 0) return absl::OkStatus();
  return base::InvalidArgument(std::to_string(lost) + " samples refused: " + error);
}

void Group::EndSeries(int64_t now_ms) {
  base::MutexLock lock(evaluation_mutex_);
  for (RuleState& rule : rules_) {
    const base::Status status = Write(&rule, {}, now_ms);
    if (!status.ok()) {
      options_->log->Warn("series of a removed rule not ended",
                          {{"rule", rule.spec.name()}, {"reason", base::Message(status)}});
    }
  }
}

void Group::Publish(size_t index, const base::Status& status, int64_t now_ms, double seconds) {
  const RuleState& rule = rules_[index];
  std::vector<AlertSnapshot> alerts;
  if (rule.alerting) {
    for (const auto& [labels, alert] : rule.alerting->alerts()) {
      if (alert.state == AlertState::kInactive) continue;
      alerts.push_back({labels, alert.annotations, alert.state, alert.active_at_ms,
                        alert.keep_firing_since_ms, alert.value});
    }
  }
  base::MutexLock lock(snapshot_mutex_);
  RuleSnapshot& shown = snapshot_.rules[index];
  shown.state = rule.alerting ? rule.alerting->State() : AlertState::kInactive;
  shown.alerts = std::move(alerts);
  shown.health = status.ok() ? "ok" : "err";
  shown.last_error = status.ok() ? std::string() : std::string(base::Message(status));
  shown.last_evaluation_ms = now_ms;
  shown.evaluation_seconds = seconds;
}

GroupSnapshot Group::Snapshot() const {
  base::MutexLock lock(snapshot_mutex_);
  return snapshot_;
}

}  // namespace vedette::rules
