#include "app/api_join.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "collector/logql/parse/parser.h"
#include "collector/logql/parse/printer.h"
#include "collector/promql/parser.h"
#include "collector/promql/printer.h"

namespace vedette::app {
namespace {

tsdb::SeriesQuery ToQuery(const api::SeriesFilter& filter) {
  return {filter.matchers, filter.min_ms, filter.max_ms, filter.limit, filter.note};
}

std::string HealthText(scrape::Health health) {
  switch (health) {
    case scrape::Health::kUp:
      return "up";
    case scrape::Health::kDown:
      return "down";
    case scrape::Health::kUnknown:
      break;
  }
  return "unknown";
}

std::string StateText(rules::AlertState state) {
  switch (state) {
    case rules::AlertState::kPending:
      return "pending";
    case rules::AlertState::kFiring:
      return "firing";
    case rules::AlertState::kInactive:
      break;
  }
  return "inactive";
}

// As upstream shows expressions: printed from their tree.
std::string Formatted(const std::string& text) {
  const auto expr = promql::ParseExpr(text, promql::ParserOptions::All());
  return expr.ok() ? promql::Print(**expr) : text;
}

std::string FormattedLogql(const std::string& text) {
  const auto expr = logql::Parse(text);
  return expr.ok() ? logql::Print(**expr) : text;
}

double Seconds(int64_t ms) { return static_cast<double>(ms) / 1000; }

api::RuleAlertInfo ToInfo(rules::AlertSnapshot alert) {
  return {std::move(alert.labels), std::move(alert.annotations), StateText(alert.state),
          alert.active_at_ms,      alert.keep_firing_since_ms,   alert.value};
}

api::RuleInfo ToInfo(rules::RuleSnapshot rule) {
  api::RuleInfo info;
  info.alerting = rule.spec.alerting();
  info.name = rule.spec.name();
  info.of_logs = rule.spec.language == rules::QueryLanguage::kLogql;
  info.query = info.of_logs ? FormattedLogql(rule.spec.expr) : Formatted(rule.spec.expr);
  info.for_seconds = Seconds(rule.spec.for_ms);
  info.keep_firing_for_seconds = Seconds(rule.spec.keep_firing_for_ms);
  info.labels = std::move(rule.spec.labels);
  info.annotations = std::move(rule.spec.annotations);
  info.state = StateText(rule.state);
  for (rules::AlertSnapshot& alert : rule.alerts) info.alerts.push_back(ToInfo(std::move(alert)));
  info.health = std::move(rule.health);
  info.last_error = std::move(rule.last_error);
  info.last_evaluation_ms = rule.last_evaluation_ms;
  info.evaluation_seconds = rule.evaluation_seconds;
  return info;
}

}  // namespace

base::StatusOr<std::vector<std::string>> MetricsJoin::LabelNames(
    const api::SeriesFilter& filter) const {
  return store_->LabelNames(ToQuery(filter));
}

base::StatusOr<std::vector<std::string>> MetricsJoin::LabelValues(
    std::string_view name, const api::SeriesFilter& filter) const {
  return store_->LabelValues(name, ToQuery(filter));
}

base::StatusOr<std::vector<model::Labels>> MetricsJoin::Series(
    const api::SeriesFilter& filter) const {
  return store_->Series(ToQuery(filter));
}

std::vector<api::PoolInfo> TargetsJoin::Pools() const {
  std::vector<api::PoolInfo> infos;
  for (auto& [name, dropped] : manager_->DroppedCounts()) infos.push_back({name, dropped});
  return infos;
}

std::optional<std::vector<model::Relabeler>> TargetsJoin::RelabelRules(
    std::string_view pool) const {
  const std::shared_ptr<const scrape::JobConfig> job = manager_->Job(pool);
  return job == nullptr ? std::nullopt : std::optional(job->relabel);
}

std::vector<api::TargetInfo> TargetsJoin::Active() const {
  std::vector<api::TargetInfo> infos;
  for (scrape::TargetStatus& target : manager_->Targets().active) {
    infos.push_back({std::move(target.job), std::move(target.labels), std::move(target.discovered),
                     std::move(target.url), HealthText(target.health), std::move(target.last_error),
                     target.last_scrape_ms, target.last_duration_seconds, target.interval_ms,
                     target.timeout_ms});
  }
  return infos;
}

std::vector<api::DroppedTargetInfo> TargetsJoin::Dropped() const {
  std::vector<api::DroppedTargetInfo> infos;
  for (scrape::DroppedTarget& target : manager_->Targets().dropped) {
    infos.push_back({std::move(target.job), std::move(target.discovered)});
  }
  return infos;
}

std::vector<api::MetadataInfo> TargetsJoin::Metadata() const {
  std::vector<api::MetadataInfo> infos;
  for (scrape::TargetMetadata& entry : manager_->Metadata()) {
    infos.push_back({std::move(entry.family), std::move(entry.metadata), std::move(entry.target)});
  }
  for (auto& [family, metadata] : written_->Snapshot()) {
    infos.push_back({std::move(family), std::move(metadata)});
  }
  return infos;
}

remote::Families FamiliesOf(const api::TargetsView& targets) {
  remote::Families families;
  absl::flat_hash_set<std::string> seen;
  for (api::MetadataInfo& info : targets.Metadata()) {
    if (!seen.insert(info.family).second) continue;
    families.emplace_back(std::move(info.family), std::move(info.metadata));
  }
  return families;
}

std::vector<api::RuleGroupInfo> RulesJoin::Groups() const {
  std::vector<api::RuleGroupInfo> infos;
  for (rules::GroupSnapshot& group : manager_->Snapshot()) {
    api::RuleGroupInfo info;
    info.name = std::move(group.name);
    info.file = std::move(group.file);
    info.interval_seconds = Seconds(group.interval_ms);
    info.limit = group.limit;
    for (rules::RuleSnapshot& rule : group.rules) info.rules.push_back(ToInfo(std::move(rule)));
    info.last_evaluation_ms = group.last_evaluation_ms;
    info.evaluation_seconds = group.evaluation_seconds;
    infos.push_back(std::move(info));
  }
  return infos;
}

std::vector<api::AlertInfo> AlertsJoin::Alerts() const {
  std::vector<api::AlertInfo> infos;
  for (routing::AlertView& view : router_->Alerts()) {
    infos.push_back({std::move(view.alert), view.updated_at_ms, std::move(view.receivers),
                     std::move(view.inhibited_by)});
  }
  return infos;
}

api::LogVolume LogsJoin::Volume(const std::vector<model::Matcher>& matchers, int64_t start_ns,
                                int64_t end_ns) const {
  const logstore::VolumeStats stats = store_->Volume(matchers, start_ns, end_ns);
  return {stats.streams, stats.chunks, stats.entries, stats.bytes};
}

base::StatusOr<std::vector<api::StreamVolume>> LogsJoin::Volumes(
    const api::LogVolumeQuery& query) const {
  logstore::VolumeRequest request;
  request.matchers = query.matchers;
  request.start_ns = query.start_ns;
  request.end_ns = query.end_ns;
  request.step_ns = query.step_ns;
  request.stop = query.stop;
  std::vector<api::StreamVolume> volumes;
  absl::flat_hash_map<std::string, size_t> places;
  const auto place_of = [&](const model::Labels& stream, std::string_view) {
    const auto [it, fresh] = places.try_emplace(stream.bytes(), volumes.size());
    if (fresh) volumes.push_back({stream, {}});
    return it->second;
  };
  VEDETTE_ASSIGN_OR_RETURN(auto bins, store_->Volumes(request, place_of));
  if (!bins) return base::Internal("streams are told by their labels alone");
  for (size_t i = 0; i < bins->size(); ++i) volumes[i].bytes = std::move((*bins)[i].bytes);
  std::erase_if(volumes, [](const api::StreamVolume& volume) { return volume.bytes.empty(); });
  return volumes;
}

}  // namespace vedette::app
