#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/collector/api/loki_fixture.h"

namespace vedette {
namespace {

api::RuleInfo Rule(const std::string& name, bool of_logs) {
  api::RuleInfo rule;
  rule.name = name;
  rule.query = of_logs ? "rate({a=\"b\"} |= \"x\"[5m])" : "up";
  rule.of_logs = of_logs;
  return rule;
}

class LokiRules : public test::LokiApi {
 protected:
  LokiRules() {
    api::RuleInfo alert = Rule("Errors", true);
    alert.alerting = true;
    alert.state = "firing";
    alert.for_seconds = 90;
    alert.labels = {{"severity", "page"}};
    alert.annotations = {{"summary", "say: \"hi\"\n"}};
    api::RuleAlertInfo firing;
    firing.labels = model::Labels{{"alertname", "Errors"}};
    firing.state = "firing";
    firing.value = 2;
    alert.alerts = {firing};
    api::RuleGroupInfo mixed;
    mixed.name = "mixed";
    mixed.file = "/etc/r.yml";
    mixed.interval_seconds = 60;
    mixed.rules = {Rule("metric", false), Rule("lines", true), alert};
    api::RuleGroupInfo metrics = mixed;
    metrics.name = "metrics";
    metrics.rules = {Rule("metric", false)};
    rules_.groups_ = {metrics, mixed};
  }
};

TEST_F(LokiRules, AreThoseInLogqlAlone) {
  const auto reply = Get("/prometheus/api/v1/rules");
  EXPECT_EQ(reply.status, 200);
  const std::string begin = R"({"status":"success","data":{"groups":[{"name":"mixed",)"
                            R"("file":"/etc/r.yml","rules":[{"name":"lines",)";
  EXPECT_EQ(reply.body.substr(0, begin.size()), begin);
  EXPECT_TRUE(reply.body.ends_with(R"("errorType":"","error":""})")) << reply.body;
  EXPECT_EQ(reply.body.find("metric"), std::string::npos) << reply.body;
  const auto alerts = Get("/prometheus/api/v1/alerts");
  const std::string alert = R"({"status":"success","data":{"alerts":[{"labels":{"alertname":)";
  EXPECT_EQ(alerts.body.substr(0, alert.size()), alert);
}

TEST_F(LokiRules, AreNarrowedAsAskedFor) {
  const auto has = [this](const std::string& query, const std::string& text) {
    return Get("/prometheus/api/v1/rules?" + query).body.find(text) != std::string::npos;
  };
  EXPECT_TRUE(has("type=alert", "\"Errors\""));
  EXPECT_FALSE(has("type=alert", "\"lines\""));
  EXPECT_TRUE(has("type=record", "\"lines\""));
  EXPECT_FALSE(has("rule_name=lines", "\"Errors\""));
  EXPECT_TRUE(has("rule_name=lines&rule_name=Errors", "\"Errors\""));
  EXPECT_TRUE(has("file=/etc/other.yml", R"("groups":[])"));
  EXPECT_TRUE(has("rule_group=other", R"("groups":[])"));
  EXPECT_EQ(Get("/prometheus/api/v1/rules?type=foo").status, 400);
}

TEST_F(LokiRules, AreYamlByFileAndGroup) {
  const std::string rules = R"yaml(interval: "1m"
rules:
  - record: "lines"
    expr: "rate({a=\"b\"} |= \"x\"[5m])"
  - alert: "Errors"
    expr: "rate({a=\"b\"} |= \"x\"[5m])"
    for: "1m30s"
    labels:
      "severity": "page"
    annotations:
      "summary": "say: \"hi\"\n"
)yaml";
  const auto group = Get("/loki/api/v1/rules/%2Fetc%2Fr.yml/mixed");
  EXPECT_EQ(group.headers.Get("Content-Type"), "application/yaml");
  EXPECT_EQ(group.body, "name: \"mixed\"\n" + rules);
  std::string indented = rules;
  for (size_t at = 0; at + 1 < indented.size(); ++at) {
    if (indented[at] == '\n') indented.insert(at + 1, "    ");
  }
  indented = "\"/etc/r.yml\":\n  - name: \"mixed\"\n    " + indented;
  for (const char* const path :
       {"/loki/api/v1/rules", "/loki/api/v1/rules/%2Fetc%2Fr.yml", "/api/prom/rules"}) {
    EXPECT_EQ(Get(path).body, indented) << path;
  }
}

TEST_F(LokiRules, WhatIsNotThereIs404) {
  EXPECT_EQ(Get("/loki/api/v1/rules/nothing").status, 404);
  EXPECT_EQ(Get("/loki/api/v1/rules/%2Fetc%2Fr.yml/metrics").status, 404);
  rules_.groups_.clear();
  EXPECT_EQ(Get("/loki/api/v1/rules").body, "{}\n");
}

}  // namespace
}  // namespace vedette
