#include "alerting/routing/inhibitor.h"

#include "model/alert.h"
#include "model/matcher.h"

namespace vedette::routing {
namespace {

std::vector<std::string> EqualValues(const InhibitSpec& rule, const model::Labels& labels) {
  std::vector<std::string> values;
  values.reserve(rule.equal.size());
  for (const std::string& name : rule.equal) values.emplace_back(labels.Get(name));
  return values;
}

}  // namespace

Inhibitor::Inhibitor(const std::vector<InhibitSpec>& rules,
                     const std::vector<const model::Labels*>& firing)
    : rules_(rules), sources_(rules.size()) {
  for (size_t i = 0; i < rules_.size(); ++i) {
    for (const model::Labels* const labels : firing) {
      if (!model::MatchesAll(rules_[i].source_matchers, *labels)) continue;
      const bool is_target_too = model::MatchesAll(rules_[i].target_matchers, *labels);
      sources_[i][EqualValues(rules_[i], *labels)].push_back({labels, is_target_too});
    }
  }
}

std::vector<std::string> Inhibitor::MutedBy(const model::Labels& target) const {
  std::vector<std::string> muted_by;
  for (size_t i = 0; i < rules_.size(); ++i) {
    const InhibitSpec& rule = rules_[i];
    if (sources_[i].empty() || !model::MatchesAll(rule.target_matchers, target)) continue;
    const auto candidates = sources_[i].find(EqualValues(rule, target));
    if (candidates == sources_[i].end()) continue;
    // Two alerts that both match both sides would otherwise mute each other.
    const bool is_source_too = model::MatchesAll(rule.source_matchers, target);
    for (const Source& source : candidates->second) {
      if (is_source_too && source.is_target_too) continue;
      muted_by.push_back(model::FingerprintHex(*source.labels));
      break;
    }
  }
  return muted_by;
}

}  // namespace vedette::routing
