#include "app/rule_test_run.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "alerting/rules/alerting_rule.h"
#include "alerting/rules/rule_labels.h"
#include "app/rule_test_compare.h"
#include "app/rules_join.h"
#include "app/sample_memory.h"
#include "base/clock.h"
#include "base/number_text.h"
#include "base/strings.h"
#include "collector/logql/engine.h"
#include "collector/promql/histogram_text.h"
#include "collector/promql/series_description.h"
#include "model/sample.h"

namespace vedette::app {
namespace {

constexpr uint64_t kLogQueryBytes = 64 << 20;

// A rule with what its evaluations leave behind.
struct RuleState {
  rules::RuleSpec spec;
  std::unique_ptr<rules::AlertingRule> alerting;  // none: a recording rule
  std::set<model::Labels> written;                // by the last evaluation
};

struct GroupState {
  const rules::GroupSpec* spec = nullptr;
  std::vector<RuleState> rules;
};

// The samples that are still to come of one input series.
struct InputState {
  model::Labels labels;
  std::vector<promql::SeriesDescription::Item> items;
  size_t next = 0;
};

// Where rules in LogQL look: unit tests have samples to feed and no lines.
class NoLines final : public logql::LogSource {
 public:
  base::Status Scan(const logql::ScanRequest&, const logql::ScanFn&) const override { return {}; }
};

class RuleTest {
 public:
  RuleTest(const RuleTestGroup& test, const RuleTestSettings& settings)
      : test_(test),
        settings_(settings),
        style_{settings.diff, settings.color},
        engine_(EngineOptions(settings), settings.clock),
        querier_(&engine_, &memory_),
        log_engine_(&no_lines_, &log_clock_),
        log_querier_(&log_engine_, &log_clock_, kLogQueryBytes, nullptr) {}

  RuleTestOutcome Run() {
    outcome_.name = test_.name;
    if (ReadInput()) {
      MakeGroups();
      if (PlayRules()) CheckExprs();
      if (settings_.debug) outcome_.dump = Dump();
    }
    return std::move(outcome_);
  }

 private:
  static promql::Engine::Options EngineOptions(const RuleTestSettings& settings) {
    promql::Engine::Options options = settings.engine;
    options.default_subquery_step_ms = settings.evaluation_interval_ms;
    return options;
  }

  void Fail(std::string text) { outcome_.failures.push_back(std::move(text)); }

  bool ReadInput() {
    std::map<model::Labels, InputState> inputs;  // of one series the last line counts
    for (const TestSeries& series : test_.series) {
      auto parsed = promql::ParseSeriesDescription(series.series + " " + series.values);
      base::Status status = parsed.status();
      for (size_t i = 0; status.ok() && i < parsed->items.size(); ++i) {
        if (parsed->items[i].histogram != nullptr) status = parsed->items[i].histogram->Validate();
      }
      if (!status.ok()) {
        Fail(base::Concat({series.place, ": ", base::Message(status)}));
        return false;
      }
      InputState input;
      input.labels = parsed->labels;
      input.items = std::move(parsed->items);
      inputs.insert_or_assign(std::move(parsed->labels), std::move(input));
    }
    for (auto& [labels, input] : inputs) inputs_.push_back(std::move(input));
    return true;
  }

  void MakeGroups() {
    for (const rules::GroupSpec& spec : settings_.groups) {
      GroupState group;
      group.spec = &spec;
      for (const rules::RuleSpec& written : spec.rules) {
        RuleState rule;
        rule.spec = written;
        rule.spec.labels = rules::MergeLabels(spec.labels, written.labels);
        if (written.alerting()) rule.alerting = std::make_unique<rules::AlertingRule>(rule.spec);
        group.rules.push_back(std::move(rule));
      }
      groups_.push_back(std::move(group));
    }
  }

  int64_t LastTime() const {
    int64_t last = 0;
    for (const AlertTest& alert : test_.alerts) last = std::max(last, alert.eval_time_ms);
    for (const ExprTest& expr : test_.exprs) last = std::max(last, expr.eval_time_ms);
    return last;
  }

  // Appends what the inputs have up to `at_ms`.
  void AppendInput(int64_t at_ms) {
    for (InputState& input : inputs_) {
      for (; input.next < input.items.size(); ++input.next) {
        const int64_t time = test_.start_ms + static_cast<int64_t>(input.next) * test_.interval_ms;
        if (time > at_ms) break;
        const auto& item = input.items[input.next];
        if (!item.present) continue;
        if (item.histogram != nullptr) {
          memory_.Append(input.labels, time, item.histogram);
        } else {
          memory_.Append(input.labels, time, item.value);
        }
      }
    }
  }

  // False when a rule failed: what would follow is not to be judged.
  bool PlayRules() {
    std::map<int64_t, std::vector<const AlertTest*>> asked;
    for (const AlertTest& alert : test_.alerts) asked[alert.eval_time_ms].push_back(&alert);
    const int64_t interval = settings_.evaluation_interval_ms;
    const int64_t last = LastTime();
    auto next = asked.begin();
    for (int64_t elapsed = 0; elapsed <= last; elapsed += interval) {
      AppendInput(test_.start_ms + elapsed);
      if (!EvaluateGroups(elapsed)) return false;
      for (; next != asked.end() && next->first < elapsed + interval; ++next) {
        for (const AlertTest* alert : next->second) CheckAlert(*alert);
      }
    }
    return true;
  }

  bool EvaluateGroups(int64_t elapsed_ms) {
    bool good = true;
    for (GroupState& group : groups_) {
      for (RuleState& rule : group.rules) {
        const base::Status status = Evaluate(*group.spec, &rule, test_.start_ms + elapsed_ms);
        if (status.ok()) continue;
        good = false;
        Fail(base::Concat({"    rule: ", rule.spec.name(), ", time: ",
                           base::FormatDurationMs(elapsed_ms), ", err: ", base::Message(status)}));
      }
    }
    return good;
  }

  base::Status Evaluate(const rules::GroupSpec& group, RuleState* rule, int64_t now_ms) {
    const int64_t at_ms = now_ms - group.query_offset_ms;
    const bool logs = rule->spec.language == rules::QueryLanguage::kLogql;
    rules::Querier& querier = logs ? static_cast<rules::Querier&>(log_querier_) : querier_;
    VEDETTE_ASSIGN_OR_RETURN(std::vector<rules::VectorSample> result,
                             querier.Query(rule->spec.expr, at_ms, {}));
    if (rule->alerting == nullptr) {
      VEDETTE_RETURN_IF_ERROR(rules::LabelRecorded(rule->spec, group.limit, &result));
      Write(rule, result, at_ms);
      return base::Status();
    }
    rules::AlertingRule::Surroundings around;
    around.external_labels = &test_.external_labels;
    around.external_url = test_.external_url;
    around.query = [this, at_ms](const std::string& expr) {
      return querier_.Query(expr, at_ms, {});
    };
    VEDETTE_RETURN_IF_ERROR(rule->alerting->Evaluate(result, now_ms, group.limit, around));
    Write(rule, rule->alerting->StateSamples(), at_ms);
    return base::Status();
  }

  // Ends the series that the evaluation before wrote and this one does not.
  void Write(RuleState* rule, const std::vector<rules::VectorSample>& samples, int64_t at_ms) {
    std::set<model::Labels> written;
    for (const rules::VectorSample& sample : samples) {
      written.insert(sample.labels);
      if (sample.histogram != nullptr) {
        memory_.Append(sample.labels, at_ms, sample.histogram);
      } else {
        memory_.Append(sample.labels, at_ms, sample.value);
      }
    }
    for (const model::Labels& labels : rule->written) {
      if (!written.contains(labels)) memory_.Append(labels, at_ms, model::StaleNan());
    }
    rule->written = std::move(written);
  }

  void CheckAlert(const AlertTest& asked) {
    std::vector<AlertText> expected;
    for (const TestAlert& alert : asked.expected) {
      model::LabelsBuilder labels;
      for (const auto& [name, value] : alert.labels) labels.Set(name, value);
      labels.Set("alertname", asked.alert);
      model::LabelsBuilder annotations;
      for (const auto& [name, value] : alert.annotations) annotations.Set(name, value);
      expected.push_back({labels.Build(), annotations.Build()});
    }
    const std::string wrong = CompareAlerts(std::move(expected), Firing(asked.alert), style_);
    if (wrong.empty()) return;
    const std::string name = test_.name.empty() ? "" : "    name: " + test_.name + ",\n";
    Fail(base::Concat({name, "    alertname: ", asked.alert,
                       ", time: ", base::FormatDurationMs(asked.eval_time_ms), ", ", wrong}));
  }

  // The alerts of that name that fire, whatever their groups.
  std::vector<AlertText> Firing(const std::string& name) const {
    std::vector<AlertText> got;
    for (const GroupState& group : groups_) {
      for (const RuleState& rule : group.rules) {
        if (rule.alerting == nullptr || rule.spec.alert != name) continue;
        for (const auto& [labels, alert] : rule.alerting->alerts()) {
          if (alert.state == rules::AlertState::kFiring) got.push_back({labels, alert.annotations});
        }
      }
    }
    return got;
  }

  void CheckExprs() {
    for (const ExprTest& asked : test_.exprs) {
      const std::string wrong = CheckExpr(asked);
      if (wrong.empty()) continue;
      Fail(base::Concat({"    expr: ", base::GoQuote(asked.expr),
                         ", time: ", base::FormatDurationMs(asked.eval_time_ms), ",", wrong}));
    }
  }

  std::string CheckExpr(const ExprTest& asked) const {
    promql::QueryContext context;
    context.queryable = &memory_;
    const promql::Result result =
        engine_.Instant(asked.expr, test_.start_ms + asked.eval_time_ms, context);
    if (!result.ok()) return " err: " + result.error;
    auto got = GotSamples(result.value);
    if (!got.ok()) return base::Concat({" err: ", base::Message(got.status())});
    auto expected = ExpectedSamples(asked.expected);
    if (!expected.ok()) return base::Concat({" err: ", base::Message(expected.status())});
    return CompareSamples(*std::move(expected), *std::move(got), settings_.fuzzy_compare, style_);
  }

  std::string Dump() const {
    std::string out;
    for (const auto& [labels, series] : memory_.series()) {
      out += labels.ToString() + " =>\n";
      for (size_t i = 0; i < series.values.size(); ++i) {
        if (model::IsStaleNan(series.values[i])) {
          out += "stale";
        } else {
          base::AppendFloatG(series.values[i], &out);
        }
        out += " @[" + std::to_string(series.timestamps_ms[i]) + "]\n";
      }
      for (const model::HistogramSample& h : series.histograms) {
        out += promql::HistogramText(*h.histogram) + " @[" + std::to_string(h.time_ms) + "]\n";
      }
    }
    return out;
  }

  const RuleTestGroup& test_;
  const RuleTestSettings& settings_;
  const CompareStyle style_;
  SampleMemory memory_;
  const promql::Engine engine_;
  EngineQuerier querier_;
  base::SystemClock log_clock_;
  const NoLines no_lines_;
  const logql::Engine log_engine_;
  LogEngineQuerier log_querier_;
  std::vector<InputState> inputs_;
  std::vector<GroupState> groups_;
  RuleTestOutcome outcome_;
};

}  // namespace

RuleTestOutcome RunRuleTest(const RuleTestGroup& test, const RuleTestSettings& settings) {
  return RuleTest(test, settings).Run();
}

void OrderGroups(const std::vector<std::string>& order, std::vector<rules::GroupSpec>* groups) {
  const auto rank = [&order](const rules::GroupSpec& group) {
    const auto at = std::find(order.begin(), order.end(), group.name);
    return at == order.end() ? 0 : at - order.begin();
  };
  std::stable_sort(groups->begin(), groups->end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

}  // namespace vedette::app
