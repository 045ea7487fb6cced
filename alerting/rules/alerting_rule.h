#ifndef VEDETTE_ALERTING_RULES_ALERTING_RULE_H_
#define VEDETTE_ALERTING_RULES_ALERTING_RULE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "alerting/rules/alert_state.h"
#include "alerting/rules/querier.h"
#include "alerting/rules/rule_file.h"
#include "alerting/rules/rule_template.h"
#include "base/status.h"
#include "model/alert.h"

namespace vedette::rules {

// The state machine of one alerting rule: inactive -> pending -> firing -> resolved. Knows no
// clock, disk or network: times come in, samples and alerts go out. Owned by its group; one thread.
class AlertingRule {
 public:
  // How long a resolved alert is kept and sent again.
  static constexpr int64_t kResolvedRetentionMs = 15 * 60 * 1000;

  // What the templates of an evaluation see besides the sample.
  struct Surroundings {
    const model::Labels* external_labels = nullptr;
    std::string external_url;
    std::function<base::StatusOr<std::vector<VectorSample>>(const std::string& expr)> query;
  };

  // `spec` passed ParseRuleFile; its labels include the group's.
  explicit AlertingRule(RuleSpec spec);

  const RuleSpec& spec() const { return spec_; }
  const ActiveAlerts& alerts() const { return alerts_; }
  void Restore(ActiveAlerts alerts) { alerts_ = std::move(alerts); }

  // Steps the state machine with the result of the query at `now_ms`. An error (duplicate label
  // sets, limit passed) leaves no alert of this evaluation behind; after a passed limit all are
  // dropped. `limit` 0: none.
  base::Status Evaluate(const std::vector<VectorSample>& result, int64_t now_ms, int64_t limit,
                        const Surroundings& surroundings);

  // ALERTS and ALERTS_FOR_STATE of what is pending or firing.
  std::vector<VectorSample> StateSamples() const;

  // The alerts that are due to be sent at `now_ms`, marked as sent by MarkSent once they were.
  std::vector<model::Alert> ToSend(int64_t now_ms, int64_t resend_delay_ms, int64_t valid_for_ms,
                                   const std::string& generator_url) const;
  void MarkSent(int64_t now_ms, int64_t resend_delay_ms);

  // The highest state of its alerts.
  AlertState State() const;

 private:
  base::Status Collect(const std::vector<VectorSample>& result, int64_t now_ms,
                       const Surroundings& surroundings, ActiveAlerts* found) const;
  bool Step(ActiveAlert* alert, bool found, int64_t now_ms) const;

  RuleSpec spec_;
  std::vector<std::pair<std::string, RuleTemplate>> labels_;
  std::vector<std::pair<std::string, RuleTemplate>> annotations_;
  ActiveAlerts alerts_;
};

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_ALERTING_RULE_H_
