#include "collector/logql/parse/printer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "collector/logql/parse/canonical_text.h"
#include "collector/logql/parse/indented_printer.h"
#include "collector/logql/parse/parser.h"
#include "tests/support/long_tests.h"

namespace vedette::logql {
namespace {

// Random queries of everything that the language has.
class QueryMaker {
 public:
  explicit QueryMaker(uint32_t seed) : random_(seed) {}

  std::string Metric(int depth) {
    switch (depth <= 0 ? Below(2) : Below(7)) {
      case 0:
        return Range();
      case 1:
        return Pick({"vector(1.5)", "vector(0)", "1", "-2.5", "1e9"});
      case 2:
        return Pick({"sum", "avg", "min", "max", "count", "stddev", "stdvar"}) + Grouping() + "(" +
               Metric(depth - 1) + ")";
      case 3:
        return Pick({"topk", "bottomk"}) + Grouping() + "(3," + Metric(depth - 1) + ")";
      case 4:
        return Pick({"sort(", "sort_desc(", "approx_topk(2,"}) + Metric(depth - 1) + ")";
      case 5:
        return "label_replace(" + Metric(depth - 1) + ",\"a\",\"$1\",\"b\",\"(.*)\\\\d\")";
      default:
        return Binary(depth);
    }
  }

  std::string Log() {
    std::string query = Pick({"{a=\"b\"}", "{a=~\"b.+\", c!=\"d\", e!~`f\"`}"});
    for (size_t i = Below(4); i > 0; --i) query += Stage();
    return query;
  }

 private:
  size_t Below(size_t n) { return random_() % n; }
  std::string Pick(std::vector<std::string> choices) { return choices[Below(choices.size())]; }

  std::string Stage() {
    return " " + Pick({"|= \"x\"",
                       "!= `y\"` or \"z\"",
                       "|~ \"a|b\" or \"c\\\\d\"",
                       "!~ \"\\n\"",
                       "|> \"a <_> b\"",
                       "!> \"<_>x\"",
                       "|= ip(\"10.0.0.0/8\")",
                       "| json",
                       "| json a=\"b.c[0]\", d",
                       "| logfmt",
                       "| logfmt --strict --keep-empty",
                       "| logfmt --strict a, b=\"c\"",
                       "| regexp \"(?P<x>\\\\w+)\"",
                       "| pattern \"<a> - <_>\"",
                       "| unpack",
                       "| decolorize",
                       "| line_format \"{{.a}}\\t\"",
                       "| label_format a=b,c=`{{.d}}`",
                       "| drop a,b=\"c\"",
                       "| keep a,b=~\"c.*d?\"",
                       "| " + Filter(2)});
  }

  std::string Filter(int depth) {
    if (depth > 0 && Below(2) == 0) {
      return "(" + Filter(depth - 1) + Pick({" and ", " or ", " , ", " "}) + Filter(depth - 1) +
             ")";
    }
    return Pick({"a=\"b\"", "a!~\"b+\"", "a=~\"[bc]d\"", "a>=1.5", "a==2", "a!=-3", "a<5s",
                 "a>1h30m", "a<=250us", "a>2KiB", "a==1536B", "a=ip(\"::1\")",
                 "a!=ip(\"1.2.3.4-1.2.3.9\")"});
  }

  std::string Range() {
    const std::string offset = Pick({"", " offset 5m", " offset -1h30m"});
    if (Below(2) == 0) {
      return Pick({"rate(", "count_over_time(", "bytes_rate(", "absent_over_time("}) + Log() +
             "[5m]" + offset + ")";
    }
    return Pick({"avg_over_time(", "max_over_time(", "first_over_time(",
                 "quantile_over_time(0.99,"}) +
           Log() + Pick({" | unwrap a", " | unwrap duration(a)", " | unwrap bytes(a) | b>1"}) +
           "[1h30m]" + offset + ")" + Grouping();
  }

  std::string Grouping() { return Pick({"", " by (a,b)", " without (a)", " without ()"}); }

  std::string Operator() {
    return Pick({" + ", " - ", " * ", " / ", " % ", " ^ ", " == bool ", " > ", " <= on(a) ",
                 " + ignoring(a,b) ", " + on(a) group_left(b,c) ",
                 " - ignoring(a) group_right() "});
  }

  std::string Binary(int depth) { return "(" + Range() + Operator() + Metric(depth - 1) + ")"; }

  std::mt19937 random_;
};

TEST(LogqlPrinter, WhatItPrintsReadsBackAsTheSame) {
  QueryMaker maker(7);
  for (int i = 0; i < test::Rounds(3000); ++i) {
    const std::string query = i % 3 == 0 ? maker.Log() : maker.Metric(3);
    const auto expr = Parse(query);
    ASSERT_TRUE(expr.ok()) << query << "\n" << expr.status();
    const std::string printed = Print(**expr);
    const auto again = Parse(printed);
    ASSERT_TRUE(again.ok()) << query << "\n" << printed << "\n" << again.status();
    ASSERT_EQ(Print(**again), printed) << query;
    const auto indented = Parse(PrintIndented(**expr));
    ASSERT_TRUE(indented.ok()) << PrintIndented(**expr) << "\n" << indented.status();
    ASSERT_EQ(Print(**indented), printed) << PrintIndented(**expr);
  }
}

// What Loki's own formatter makes of these.
TEST(LogqlPrinter, WhatIsLongIsCutIntoLinesByLevel) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"({a="b"} |= "x" | json)", R"({a="b"} |= "x" | json)"},
      {R"({job="loki", namespace="loki-prod", container="nginx-ingress"} |= "error" |= "timeout" != "memcached" | logfmt | level="error" | line_format "{{.msg}}")",
       R"({job="loki", namespace="loki-prod", container="nginx-ingress"}
  |= "error" |= "timeout" != "memcached"
  | logfmt
  | level="error"
  | line_format "{{.msg}}")"},
      {R"(quantile_over_time(0.99, {container="ingress-nginx",service="hosted-grafana",cluster="prod-eu"} | json | unwrap duration(response_latency_seconds) | __error__="" [1m] offset 5m) by (cluster, app))",
       R"(quantile_over_time(
  0.99,
  {container="ingress-nginx", service="hosted-grafana", cluster="prod-eu"} | json
    | unwrap duration(response_latency_seconds)
    | __error__="" [1m] offset 5m0s
) by (cluster, app))"},
      {R"(topk by (namespace) (10, rate({job="loki", namespace="loki-prod"} |= "caller=metrics.go" | logfmt | duration > 10s [5m])) / 2)",
       R"(  topk by (namespace)(
    10,
    rate({job="loki", namespace="loki-prod"} |= "caller=metrics.go" | logfmt | duration>10s[5m])
  )
/
  2)"},
  };
  for (const auto& [query, want] : kCases) {
    const auto expr = Parse(query);
    ASSERT_TRUE(expr.ok()) << query << "\n" << expr.status();
    EXPECT_EQ(PrintIndented(**expr), want);
  }
}

TEST(LogqlPrinter, DurationsAndSizesReadAsGoWritesThem) {
  EXPECT_EQ(GoDurationText(0), "0s");
  EXPECT_EQ(GoDurationText(1), "1ns");
  EXPECT_EQ(GoDurationText(1'500), "1.5\u00b5s");
  EXPECT_EQ(GoDurationText(250'000'000), "250ms");
  EXPECT_EQ(GoDurationText(-5'400'000'000'000), "-1h30m0s");
  EXPECT_EQ(GoDurationText(61'500'000'000), "1m1.5s");
  EXPECT_EQ(BytesText(5), "5B");
  EXPECT_EQ(BytesText(2'000), "2.0kB");
  EXPECT_EQ(BytesText(2'048), "2048B");
}

}  // namespace
}  // namespace vedette::logql
