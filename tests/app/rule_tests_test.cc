#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/rule_loading.h"
#include "app/rule_test_report.h"
#include "base/regex.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

// `vedette test rules` and `vedette check rules`, by files and by promtool's own.

namespace vedette::app {
namespace {

class RuleTests : public testing::Test {
 protected:
  RuleTestReport Run(const std::string& file) {
    return RunRuleTestFile(fs_.get(), &clock_, file, options_);
  }

  // Runs tests over rules, each given as text.
  RuleTestReport RunText(const std::string& rules, const std::string& tests) {
    folder_.Write("rules.yml", rules);
    return Run(folder_.Write("tests.yml", "rule_files: [rules.yml]\n" + tests));
  }

  // All failures, or the file's error.
  static std::string Text(const RuleTestReport& report) {
    std::string out = report.error;
    for (const RuleTestOutcome& test : report.tests) {
      for (const std::string& failure : test.failures) out += failure + "\n";
    }
    return out;
  }

  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  const base::SystemClock clock_;
  test::TempDir folder_;
  RuleTestOptions options_;
};

struct Verdict {
  const char* file;
  bool passes;
  const char* says;  // a part of what it fails with
};

TEST_F(RuleTests, PromtoolsOwnFilesHaveItsVerdicts) {
  const Verdict kFiles[] = {
      {"unittest.yml", true, ""},
      {"at-modifier-test.yml", true, ""},
      {"negative-offset-test.yml", true, ""},
      {"long-period.yml", true, ""},
      {"start-time-test.yml", true, ""},
      {"no-test-group-interval.yml", true, ""},
      {"bad-rules-syntax-test.yml", true, ""},
      {"failing.yml", false,
       "    name: Failing test,\n    alertname: Test, time: 0s, \n        exp:[\n            0:\n"
       "              Labels:{alertname=\"Test\"}\n              Annotations:{}\n            ], \n"
       "        got:[]\n    expr: \"test\", time: 0s,\n        exp: {__name__=\"test\"} 1E+00\n"
       "        got: {__name__=\"test\"} 0E+00\n    name: Failing alert test,\n"
       "    alertname: InstanceDown, time: 5m, \n        exp:[], \n        got:[\n"
       "            0:\n              Labels:{alertname=\"InstanceDown\", job=\"test\", "
       "severity=\"page\"}\n"},
      {"bad-input-series.yml", false, "unexpected character inside braces: '0'"},
      {"bad-promql.yml", false,
       "    expr: \"join_1 + on(a) join_2\", time: 0s, err: found duplicate series for the match "
       "group {a=\"1\"} on the right hand-side of the operation: "},
      {"bad-rules-error-test.yml", false,
       "    rule: joined, time: 0s, err: found duplicate series for the match group {a=\"1\"}"},
      {"rules_run_extrafields.yml", false, "namespace"},
      {"rules_run_fuzzy.yml", false,
       "    expr: \"test_low\", time: 0s,\n        exp: {__name__=\"test_low\"} 3E+00\n"
       "        got: {__name__=\"test_low\"} 2.9999999999999987E+00\n"
       "    expr: \"test_high\""},
      {"rules_run_no_fuzzy.yml", false, "got: {__name__=\"test_low\"} 2.9999999999999996E+00"},
      {"features.yml", false, "groups"},
  };
  int passed = 0;
  for (const Verdict& v : kFiles) {
    VEDETTE_SHARED_OR_SKIP(path, std::string("reference/promql/promtool-testdata/") + v.file);
    SCOPED_TRACE(v.file);
    const RuleTestReport report = Run(path);
    EXPECT_EQ(report.failed(), !v.passes) << Text(report);
    EXPECT_NE(Text(report).find(v.says), std::string::npos) << Text(report);
    passed += report.failed() == !v.passes ? 1 : 0;
  }
  std::printf("promtool's files of tests: %d passed, %zu failed\n", passed,
              std::size(kFiles) - static_cast<size_t>(passed));
}

TEST_F(RuleTests, UnknownKeysArePassedOverWhenAsked) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/promtool-testdata/rules_run_extrafields.yml");
  options_.ignore_unknown_keys = true;
  const RuleTestReport report = Run(path);
  EXPECT_FALSE(report.failed()) << Text(report);
}

// Those that play hours; the ones that play a week are in tests/e2e/query_verbs.py.
TEST_F(RuleTests, OurOwnRulesPassTheirTests) {
  for (const char* name : {"node", "postgres", "redis"}) {
    SCOPED_TRACE(name);
    const RuleTestReport report =
        Run(std::string(VEDETTE_SOURCE_DIR) + "/deploy/rules/tests/" + name + "_test.yml");
    EXPECT_FALSE(report.failed()) << Text(report);
    EXPECT_GT(report.tests.size(), 1u);
    EXPECT_TRUE(report.warnings.empty());
  }
}

TEST_F(RuleTests, GroupsRunInTheOrderAsked) {
  const char* kRules = R"(groups:
- name: b
  rules: [{record: b, expr: a + 1}]
- name: a
  rules: [{record: a, expr: vector(1)}]
)";
  const char* kTest =
      "tests: [{promql_expr_test: [{expr: b, eval_time: 0, exp_samples: "
      "[{labels: b, value: 2}]}]}]\n";
  EXPECT_TRUE(RunText(kRules, kTest).failed());
  EXPECT_FALSE(RunText(kRules, std::string("group_eval_order: [a, b]\n") + kTest).failed());
  EXPECT_NE(Text(RunText(kRules, std::string("group_eval_order: [a, a]\n") + kTest))
                .find("group name repeated in evaluation order: a"),
            std::string::npos);
}

TEST_F(RuleTests, RulesOverLogsSeeNoLinesAndNeverSamples) {
  const RuleTestReport report = RunText(R"(groups:
- name: g
  rules:
  - {record: app:lines, logql: 'sum by (app) (count_over_time({app=~".+"}[10m]))'}
  - {alert: Errors, logql: 'sum(count_over_time({app="a"} |= "error" [30m])) > 3'}
  - {alert: Silence, logql: 'absent_over_time({app="a"}[30m])'}
)",
                                        R"(tests:
- interval: 1m
  input_series: [{series: 'up{app="a"}', values: '1 1 1'}]
  promql_expr_test: [{expr: 'app:lines', eval_time: 2m}]
  alert_rule_test:
  - {alertname: Errors, eval_time: 2m}
  - {alertname: Silence, eval_time: 2m, exp_alerts: [{exp_labels: {app: a}}]}
)");
  EXPECT_FALSE(report.failed()) << Text(report);
}

TEST_F(RuleTests, OnlyNamedTestsRun) {
  const char* kTests = R"(tests:
- {name: good, promql_expr_test: [{expr: '1', eval_time: 0, exp_samples: [{value: 1}]}]}
- {name: bad, promql_expr_test: [{expr: '1', eval_time: 0, exp_samples: [{value: 2}]}]}
)";
  EXPECT_TRUE(RunText("groups: []\n", kTests).failed());
  options_.names.push_back(*base::CompileRegex("^goo"));
  const RuleTestReport report = RunText("groups: []\n", kTests);
  EXPECT_FALSE(report.failed()) << Text(report);
  ASSERT_EQ(report.tests.size(), 1u);
}

TEST_F(RuleTests, HistogramsAreFedRecordedAndCompared) {
  const RuleTestReport report =
      RunText("groups: [{name: g, rules: [{record: r, expr: 'h * 2'}]}]\n", R"(tests:
- interval: 1m
  input_series:
  - {series: h, values: '{{count:2 sum:3 buckets:[2]}}x2 {{count:1 sum:1 buckets:[1]}} stale'}
  promql_expr_test:
  - {expr: h, eval_time: 0, exp_samples: [{labels: h, histogram: '{{sum:3 count:2 buckets:[2]}}'}]}
  - {expr: h, eval_time: 1m, exp_samples: [{labels: h, histogram: '{{count:2 sum:3 counter_reset_hint:not_reset buckets:[2]}}'}]}
  - {expr: h, eval_time: 3m, exp_samples: [{labels: h, histogram: '{{count:1 sum:1 buckets:[1]}}'}]}
  - {expr: h, eval_time: 4m}
  - {expr: histogram_count(r), eval_time: 1m, exp_samples: [{value: 4}]}
)");
  EXPECT_FALSE(report.failed()) << Text(report);
}

TEST_F(RuleTests, DifferencesShowWhatOneSideLacks) {
  options_.diff = true;
  const RuleTestReport report = RunText("groups: []\n", R"(tests:
- input_series: [{series: 'a{x="1"}', values: 1}, {series: 'a{x="2"}', values: 2}]
  promql_expr_test:
  - {expr: a, eval_time: 0, exp_samples: [{labels: 'a{x="1"}', value: 1}, {labels: 'a{x="2"}', value: 3}]}
)");
  EXPECT_EQ(Text(report),
            "    expr: \"a\", time: 0s,\n        diff (- expected, + got):\n"
            "          - {__name__=\"a\", x=\"2\"} 3E+00\n"
            "          + {__name__=\"a\", x=\"2\"} 2E+00\n");
}

TEST_F(RuleTests, AllProblemsOfAFileAreListedWithTheirPlaces) {
  const RuleTestReport report = RunText("groups: []\n", R"(evaluation_interval: soon
tests:
- {alert_rule_test: [{eval_time: 1m}], start_timestamp: never}
)");
  EXPECT_NE(report.error.find("tests.yml:2:22: evaluation_interval: "), std::string::npos)
      << report.error;
  EXPECT_NE(report.error.find("tests[0].alert_rule_test[0].alertname: missing"), std::string::npos);
  EXPECT_NE(report.error.find("start_timestamp"), std::string::npos);
}

TEST_F(RuleTests, ReportsAreForProgramsToo) {
  const RuleTestReport report = RunText("groups: []\n", R"(tests:
- {name: 'a < b', promql_expr_test: [{expr: '1', eval_time: 0, exp_samples: [{value: 2}]}]}
)");
  const std::string xml = ReportsAsJunit({report});
  EXPECT_NE(xml.find("tests=\"1\" failures=\"1\" errors=\"0\">"), std::string::npos) << xml;
  EXPECT_NE(xml.find("<testcase name=\"a &lt; b\"><failure>    expr: "), std::string::npos) << xml;
  const std::string json = ReportsAsJson({report});
  EXPECT_NE(json.find("\"passed\":false"), std::string::npos) << json;
}

struct CheckCase {
  const char* file;
  bool good;
  const char* says;
};

TEST_F(RuleTests, RuleFilesHaveUpstreamsVerdicts) {
  const CheckCase kFiles[] = {
      {"rulefmt/bad_expr.bad.yaml", false,
       "expected type range vector in call to function \"rate\", got instant vector"},
      {"rulefmt/bad_field.bad.yaml", false, "annotation"},
      {"rulefmt/duplicate_grp.bad.yaml", false, "yolo"},
      {"rulefmt/invalid_label_name.bad.yaml", false, "__name__"},
      {"rulefmt/invalid_record_name.bad.yaml", false, "strawberry{flavor="},
      {"rulefmt/no_rec_alert.bad.yaml", false, "record"},
      {"rulefmt/noexpr.bad.yaml", false, "expr"},
      {"rulefmt/record_and_alert.bad.yaml", false, "exclude each other"},
      {"rulefmt/record_and_for.bad.yaml", false, "for"},
      {"rulefmt/record_and_keep_firing_for.bad.yaml", false, "keep_firing_for"},
      {"rulefmt/test.yaml", true, ""},
      {"rulefmt/test_aliases.yaml", true, ""},
      {"rulefmt/utf-8_annotation.good.yaml", true, ""},
      {"rulefmt/utf-8_lname.good.yaml", true, ""},
      {"rulefmt/legacy_validation_annotation.good.yaml", true, ""},
      {"fixtures/rules.yaml", true, ""},
      {"fixtures/rules1.yaml", true, ""},
      {"fixtures/rules2.yaml", true, ""},
      {"fixtures/alert_rule.yaml", true, ""},
      {"fixtures/alert_rule1.yaml", true, ""},
      {"fixtures/rules_chain.yaml", true, ""},
      {"fixtures/rules_dependencies.yaml", true, ""},
      {"fixtures/rules_indeterminates.yaml", true, ""},
      {"fixtures/rules_multiple.yaml", true, ""},
      {"fixtures/rules_multiple_groups.yaml", true, ""},
      {"fixtures/invalid_rules.yaml", false, "unexpected_field"},
  };
  int passed = 0;
  for (const CheckCase& c : kFiles) {
    VEDETTE_SHARED_OR_SKIP(path, std::string("reference/promql/rules-testdata/") + c.file);
    SCOPED_TRACE(c.file);
    const auto groups = ReadRuleFile(fs_.get(), path, {}, false);
    EXPECT_EQ(groups.ok(), c.good) << groups.status();
    const std::string said(base::Message(groups.status()));
    EXPECT_NE(said.find(c.says), std::string::npos) << said;
    if (!c.good) {
      EXPECT_EQ(said.find(path + ":"), 0u) << said;
    }
    passed += groups.ok() == c.good ? 1 : 0;
  }
  std::printf("rule files: %d passed, %zu failed\n", passed,
              std::size(kFiles) - static_cast<size_t>(passed));
}

TEST_F(RuleTests, RulesThatStandTwiceAreFound) {
  const std::string file = folder_.Write("r.yml", R"(groups:
- name: a
  rules:
  - {record: x, expr: '1', labels: {b: c}}
  - {record: x, expr: '2'}
- name: b
  rules: [{record: x, expr: '3', labels: {b: c}}, {alert: x, expr: '4', labels: {d: e}}]
)");
  const auto groups = ReadRuleFile(fs_.get(), file, {}, false);
  ASSERT_TRUE(groups.ok()) << groups.status();
  const auto duplicates = FindDuplicates(*groups);
  ASSERT_EQ(duplicates.size(), 1u);
  EXPECT_EQ(duplicates[0].name, "x");
  EXPECT_EQ(duplicates[0].count, 2);
}

}  // namespace
}  // namespace vedette::app
