#include "alerting/rules/rule_file.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "alerting/rules/default_rules.h"
#include "base/strings.h"
#include "tests/support/shared_dir.h"

namespace vedette::rules {
namespace {

// Stands in for the query engine: refuses one expression.
base::Status Validate(QueryLanguage language, std::string_view expr) {
  if (language == QueryLanguage::kLogql) {
    return expr == "{a=\"b\"}" ? base::InvalidArgument("selects lines") : base::Status();
  }
  if (base::Trim(expr) == "rate(hi)") {
    return base::InvalidArgument("1:6: parse error: expected type range vector");
  }
  return absl::OkStatus();
}

TEST(RuleFile, ReadsEveryField) {
  const auto groups = ParseRuleFile(R"(
groups:
- name: g
  interval: 1m30s
  query_offset: 5s
  limit: 10
  labels: {team: a}
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
    labels: {x: y}
  - alert: Down
    expr: up == 0
    for: 2m
    keep_firing_for: 1m
    labels: {severity: critical}
    annotations: {summary: '{{ $labels.instance }}'}
)",
                                    "r.yml", Validate);
  ASSERT_TRUE(groups.ok()) << groups.status();
  ASSERT_EQ(groups->size(), 1u);
  const GroupSpec& g = groups->front();
  EXPECT_EQ(g.interval_ms, 90'000);
  EXPECT_EQ(g.query_offset_ms, 5'000);
  EXPECT_EQ(g.limit, 10);
  EXPECT_EQ(g.labels, (StringPairs{{"team", "a"}}));
  ASSERT_EQ(g.rules.size(), 2u);
  EXPECT_EQ(g.rules[0].record, "job:up:sum");
  EXPECT_EQ(g.rules[1].for_ms, 120'000);
  EXPECT_EQ(g.rules[1].keep_firing_for_ms, 60'000);
  EXPECT_EQ(g.rules[1].line, 12);
}

TEST(RuleFile, AllProblemsAreListedWithTheirPlace) {
  const auto groups = ParseRuleFile(R"(groups:
- name: g
  rules:
  - alert: A
    expr: rate(hi)
    for: 5 parsecs
  - record: b{c="d"}
    expr: up
    for: 1m
  - alert: C
    expr: up
    annotation: {}
    annotations: {summary: '{{ $labels.x '}
- name: g
)",
                                    "bad.yml", Validate);
  ASSERT_FALSE(groups.ok());
  const std::string text(base::Message(groups.status()));
  for (const char* part :
       {"bad.yml:5:11: groups[0].rules[0].expr: 1:6: parse error", "bad.yml:6:", "parsecs",
        "bad.yml:7:13: groups[0].rules[1].record", "bad.yml:9:10: groups[0].rules[1].for",
        "bad.yml:12:", "annotation", "bad.yml:13:", "error parsing template __alert_C",
        "bad.yml:14:9: groups[1].name"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(RuleFile, DefaultRulesAreTheSharedFileAndParse) {
  EXPECT_EQ(test::ReadWholeFile(test::SourcePath("deploy/rules/vedette-default.rules.yml")),
            kDefaultRules);
  const auto groups = ParseRuleFile(kDefaultRules, std::string(kDefaultRulesFile), Validate);
  ASSERT_TRUE(groups.ok()) << groups.status();
  ASSERT_EQ(groups->size(), 1u);
  const struct {
    const char* name;
    int64_t for_ms, keep_ms;
    const char* severity;
  } want[] = {{"HostDown", 120'000, 0, "critical"},
              {"DiskSpaceCritical", 300'000, 0, "critical"},
              {"HighCPUUsage", 300'000, 120'000, "warning"},
              {"HighMemoryUsage", 300'000, 120'000, "warning"},
              {"ServiceDown", 120'000, 0, "critical"}};
  ASSERT_EQ(groups->front().rules.size(), std::size(want));
  for (size_t i = 0; i < std::size(want); ++i) {
    const RuleSpec& rule = groups->front().rules[i];
    EXPECT_EQ(rule.alert, want[i].name);
    EXPECT_EQ(rule.for_ms, want[i].for_ms);
    EXPECT_EQ(rule.keep_firing_for_ms, want[i].keep_ms);
    EXPECT_EQ(rule.labels, (StringPairs{{"severity", want[i].severity}}));
  }
}

TEST(RuleFile, DefaultRulesSayWhatTheReferenceSays) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/alerting/spec/vedette-default.rules.yml");
  const auto reference = ParseRuleFile(test::ReadWholeFile(path), "reference", Validate);
  const auto ours = ParseRuleFile(kDefaultRules, "ours", Validate);
  ASSERT_TRUE(reference.ok() && ours.ok());
  ASSERT_EQ(reference->front().rules.size(), ours->front().rules.size());
  EXPECT_EQ(reference->front().interval_ms, ours->front().interval_ms);
  for (size_t i = 0; i < ours->front().rules.size(); ++i) {
    const RuleSpec& a = reference->front().rules[i];
    const RuleSpec& b = ours->front().rules[i];
    EXPECT_EQ(a.alert, b.alert);
    EXPECT_EQ(a.expr, b.expr);
    EXPECT_EQ(a.for_ms, b.for_ms);
    EXPECT_EQ(a.keep_firing_for_ms, b.keep_firing_for_ms);
    EXPECT_EQ(a.labels, b.labels);
    EXPECT_EQ(a.annotations, b.annotations);
  }
}

TEST(RuleFile, TakesAndRefusesWhatPrometheusDoes) {
  VEDETTE_SHARED_OR_SKIP(dir, "reference/promql/rules-testdata/rulefmt");
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    const std::string name = entry.path().filename().string();
    SCOPED_TRACE(name);
    // Names with a dash are refused only in the legacy name mode, which is not the default.
    const bool legacy = name == "legacy_validation_annotation.bad.yaml";
    const bool bad = name.find(".bad.") != std::string::npos && !legacy;
    const auto groups = ParseRuleFile(test::ReadWholeFile(entry.path().string()), name, Validate);
    EXPECT_EQ(groups.ok(), !bad) << groups.status();
  }
}

TEST(RuleFile, EmptyFileHasNoGroups) {
  const auto groups = ParseRuleFile("", "e.yml", Validate);
  ASSERT_TRUE(groups.ok());
  EXPECT_TRUE(groups->empty());
}

TEST(RuleFile, ARuleMayAskLogs) {
  const auto groups = ParseRuleFile(R"(groups:
- name: g
  rules:
  - alert: Errors
    logql: sum(rate({app="web"} |= "error" [5m])) > 1
  - record: r
    expr: up
)",
                                    "e.yml", Validate);
  ASSERT_TRUE(groups.ok()) << groups.status();
  const auto& rules = (*groups)[0].rules;
  EXPECT_EQ(rules[0].language, QueryLanguage::kLogql);
  EXPECT_EQ(rules[0].expr, "sum(rate({app=\"web\"} |= \"error\" [5m])) > 1");
  EXPECT_EQ(rules[1].language, QueryLanguage::kPromql);
}

TEST(RuleFile, LogqlIsCheckedAndExcludesExpr) {
  const auto groups = ParseRuleFile(R"(groups:
- name: g
  rules:
  - record: a
    logql: '{a="b"}'
  - record: b
    expr: up
    logql: rate({a="b"}[1m])
)",
                                    "e.yml", Validate);
  EXPECT_EQ(base::Message(groups.status()),
            "e.yml:5:12: groups[0].rules[0].logql: selects lines\n"
            "e.yml:8:12: groups[0].rules[1].logql: `expr` and `logql` exclude each other");
}

}  // namespace
}  // namespace vedette::rules
