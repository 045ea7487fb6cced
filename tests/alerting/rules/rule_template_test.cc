#include "alerting/rules/rule_template.h"

#include <gtest/gtest.h>

#include "alerting/rules/humanize.h"

namespace vedette::rules {
namespace {

std::string Expand(std::string_view text) {
  static const model::Labels labels{
      {"__name__", "up"}, {"instance", "node1:9100"}, {"job", "node"}};
  static const model::Labels external{{"cluster", "lab"}};
  const auto parsed = RuleTemplate::Parse("Bad", text);
  if (!parsed.ok()) return "PARSE " + parsed.status().ToString();
  RuleTemplate::Data data;
  data.labels = &labels;
  data.external_labels = &external;
  data.external_url = "http://host:9090/prom";
  data.value = 0.953;
  data.query = [](const std::string& expr) -> base::StatusOr<std::vector<VectorSample>> {
    if (expr == "bad") return base::InvalidArgument("bad query");
    return std::vector<VectorSample>{{{{"instance", "b"}}, 2}, {{{"instance", "a"}}, 1}};
  };
  return parsed->Expand(data);
}

TEST(RuleTemplate, KnowsPrometheusFunctions) {
  const struct {
    std::string_view text, want;
  } cases[] = {
      {"{{ $labels.instance }} of {{ $externalLabels.cluster }}", "node1:9100 of lab"},
      {"{{ $value }} {{ $value | humanizePercentage }} {{ .Value }}", "0.953 95.3% 0.953"},
      {"{{ $labels.none }}", ""},
      {"{{ query \"up\" | first | value }}", "2"},
      {"{{ query \"up\" | sortByLabel \"instance\" | first | label \"instance\" }}", "a"},
      {"{{ range query \"up\" }}{{ .Labels.instance }}={{ .Value }} {{ end }}", "b=2 a=1 "},
      {"{{ with query \"up\" }}{{ . | first | value | humanizeDuration }}{{ end }}", "2s"},
      {"{{ reReplaceAll \"(.*):\\\\d+\" \"$1!\" $labels.instance }}", "node1!"},
      {"{{ if match \"no.e\" $labels.job }}yes{{ end }}", "yes"},
      {"{{ \"ab cd\" | title }} {{ \"ab\" | toUpper }} {{ \"AB\" | toLower }}", "Ab Cd AB ab"},
      {"{{ stripPort $labels.instance }} {{ stripPort \"[::1]:80\" }} {{ stripDomain \"a.b.c:1\" "
       "}}",
       "node1 ::1 a:1"},
      {"{{ externalURL }}{{ pathPrefix }}", "http://host:9090/prom/prom"},
      {"{{ $externalURL }}", "http://host:9090/prom"},
      {"{{ graphLink \"up == 0\" }}", "/graph?g0.expr=up+%3D%3D+0&g0.tab=0"},
      {"{{ parseDuration \"1h30m\" }} {{ 1435065584.128 | humanizeTimestamp }}",
       "5400 2015-06-23 13:19:44.128 +0000 UTC"},
      {"{{ (args 1 \"x\").arg1 }}", "x"},
      {"{{ \"1.5\" | humanize }}", "1.5"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(Expand(c.text), c.want);
  }
}

TEST(RuleTemplate, FailureBecomesTheTextAsPrometheusWritesIt) {
  EXPECT_EQ(
      Expand("{{ $labels.nope.x }} {{ query \"up\" | first | value }}"),
      "<error expanding template: error executing template __alert_Bad: template: "
      "__alert_Bad:1:122: executing \"__alert_Bad\" at <$labels.nope.x>: can't evaluate field "
      "x in type string>");
  EXPECT_NE(Expand("{{ query \"bad\" }}").find("error calling query: bad query"),
            std::string::npos);
}

TEST(Humanize, WritesNumbersAsPrometheusDoes) {
  const struct {
    double v;
    std::string_view si, binary, duration;
  } cases[] = {
      {0, "0", "0", "0s"},
      {1, "1", "1", "1s"},
      {1234567, "1.235M", "1.177Mi", "14d 6h 56m 7s"},
      {0.12, "120m", "0.12", "120ms"},
      {-61, "-61", "-61", "-1m 1s"},
      {0.001, "1m", "0.001", "1ms"},
      {1024, "1.024k", "1ki", "17m 4s"},
      {899.99, "900", "900", "14m 59s"},
      {1e-9, "1n", "1e-09", "1ns"},
      {86400, "86.4k", "84.38ki", "1d 0h 0m 0s"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.v);
    EXPECT_EQ(Humanize(c.v), c.si);
    EXPECT_EQ(Humanize1024(c.v), c.binary);
    EXPECT_EQ(HumanizeDuration(c.v), c.duration);
  }
  EXPECT_EQ(HumanizePercentage(0.05), "5%");
  EXPECT_EQ(HumanizePercentage(0.123456), "12.35%");
  EXPECT_EQ(Humanize(INFINITY), "+Inf");
}

}  // namespace
}  // namespace vedette::rules
