// Queries and lines made to hurt: each ends, in an answer or in an error, and in little time.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "collector/logql/engine.h"
#include "collector/logql/parse/parser.h"
#include "tests/conformance/logql/memory_source.h"
#include "tests/support/fake_clock.h"
#include "tests/support/long_tests.h"

namespace vedette::logql {
namespace {

class HostileQueries : public testing::Test {
 protected:
  HostileQueries() {
    source_.Add({{"a", "b"}}, 1, R"({"x":1,"y":{"z":"2s"},"w":"10.1.2.3"})");
    source_.Add({{"a", "b"}}, 2, "x=1 y=2KB z=\"q\" level=error");
    source_.Add({{"a", "c"}}, 3, "\xff\xfe [10.1.2.3] - \x1b[31mred");
    context_.max_memory_bytes = 8 << 20;
  }

  void Ask(const std::string& query) {
    RangeQuery range;
    range.query = query;
    range.end_ns = 100;
    range.step_ns = 10;
    range.align = false;
    (void)engine_.QueryRange(range, context_);
    (void)engine_.QueryInstant(query, 50, context_);
  }

  test::FakeClock clock_;
  MemorySource source_;
  Engine engine_{&source_, &clock_};
  QueryContext context_;
};

TEST_F(HostileQueries, TenThousandOfThemEnd) {
  const std::vector<std::string> pieces = {"{a=~\".+\"}",
                                           "{a=\"b\"}",
                                           "|=",
                                           "!=",
                                           "|~",
                                           "!>",
                                           "|>",
                                           "|",
                                           "json",
                                           "logfmt",
                                           "unpack",
                                           "pattern",
                                           "regexp",
                                           "`<x> <_>`",
                                           "\"(?P<q>.*)\"",
                                           "\"x\"",
                                           "or",
                                           "and",
                                           "unless",
                                           "ip(\"::1/8\")",
                                           "x",
                                           "y",
                                           ">",
                                           "=",
                                           "1",
                                           "2s",
                                           "3KB",
                                           "-",
                                           "+",
                                           "*",
                                           "^",
                                           "%",
                                           "/",
                                           "==",
                                           "bool",
                                           "on(x)",
                                           "ignoring()",
                                           "group_left(y)",
                                           "line_format",
                                           "label_format",
                                           "`{{.x}}`",
                                           "`{{repeat 9 .y}}`",
                                           "drop",
                                           "keep",
                                           ",",
                                           "(",
                                           ")",
                                           "[5ns]",
                                           "[1m]",
                                           "offset",
                                           "-5m",
                                           "unwrap",
                                           "duration(y)",
                                           "rate(",
                                           "sum(",
                                           "topk(2,",
                                           "quantile_over_time(0.5,",
                                           "by (x)",
                                           "without ()",
                                           "absent_over_time(",
                                           "label_replace(",
                                           "vector(1)",
                                           "sort(",
                                           "\n",
                                           "# c\n",
                                           "decolorize"};
  std::mt19937 random(3);
  for (int i = 0; i < test::Rounds(10'000); ++i) {
    std::string query;
    for (size_t n = 1 + random() % 14; n > 0; --n) query += pieces[random() % pieces.size()] + " ";
    Ask(query);
  }
}

TEST_F(HostileQueries, ValidOnesThatAskForMuchEnd) {
  const std::string log = "{a=~\".+\"} | json | logfmt";
  const std::string rate = "rate({a=~\".+\"}[1s])";
  std::string wide = log;
  for (int i = 0; i < test::Rounds(1000); ++i)
    wide += " | label_format x" + std::to_string(i) + "=`{{.y}}`";
  std::string sums = rate;
  for (int i = 0; i < test::Rounds(100); ++i) sums += " + " + rate;
  const std::vector<std::string> queries = {
      wide,
      sums,
      log + " |~ \"((a{30}){30}){30}\"",
      log + " |~ \"(x+x+)+y\"",
      log + " | regexp \"(?P<a>(.*)(.*)(.*)(.*)z)\"",
      log + " | line_format `{{ range $i := 999999 }}{{ repeat 9999 \"x\" }}{{ end }}`",
      "topk(9223372036854775807, " + rate + ")",
      "rate({a=~\".+\"}[2540400h])",
      rate + " ^ " + rate + " % " + rate,
      "sum by (x) (rate(" + log + "[1s]))",
      "quantile_over_time(1e308, " + log + " | unwrap x | __error__=\"\" [1s]) by (y)"};
  for (const std::string& query : queries) {
    Ask(query);
  }
}

TEST_F(HostileQueries, LinesMadeToHurtEnd) {
  std::string deep;
  for (int i = 0; i < 50'000; ++i) deep += "{\"a\":";
  std::string pairs;
  for (int i = 0; i < 20'000; ++i) pairs += "k" + std::to_string(i) + "=\"v\" ";
  for (const std::string& line :
       {deep, std::string(100'000, '['), std::string(100'000, '"'), std::string(100'000, '='),
        pairs, std::string(100'000, '1'), "1.1.1." + std::string(100'000, '.'),
        std::string(50'000, '\x1b')}) {
    source_.Add({{"a", "h"}}, 10, line);
  }
  for (const char* stages :
       {"| json", "| logfmt", "| logfmt --strict", "| unpack", "| pattern \"<a>=<b>=<c>\"",
        "|= ip(\"9.9.9.9\")", "|> \"<_>=<_>\"", "| decolorize | json a=\"a.a.a[3]\"",
        "| regexp \"(?P<a>.*)=(?P<b>.*)=\""}) {
    Ask(std::string("{a=\"h\"} ") + stages);
  }
}

TEST_F(HostileQueries, WhatLinesBecomeIsChargedToTheQuery) {
  for (int i = 0; i < 100; ++i) source_.Add({{"a", "b"}}, 20 + i, "x");
  RangeQuery range;
  range.end_ns = 1000;
  range.limit = 5000;
  for (const char* stage : {"line_format `{{ repeat 1000000 \"x\" }}`",
                            "label_format x=`{{ repeat 1000000 \"x\" }}` | line_format ``"}) {
    range.query = std::string("{a=\"b\"} | ") + stage;
    EXPECT_TRUE(absl::IsResourceExhausted(engine_.QueryRange(range, context_).status())) << stage;
  }
  const std::string grow =
      "label_replace(vector(1), \"x\", \"" + std::string(10'000, 'a') + "\", \"\", \"\")";
  std::string many;
  for (int i = 0; i < 90; ++i) many += "$1";
  const auto grown =
      engine_.QueryInstant("label_replace(label_replace(" + grow + ", \"x\", \"" + many +
                               "\", \"x\", \"(.*)\"), \"y\", \"" + many + "\", \"x\", \"(.*)\")",
                           50, context_);
  EXPECT_TRUE(absl::IsResourceExhausted(grown.status())) << grown.status();
}

TEST_F(HostileQueries, LabelsOfOneLineAreBounded) {
  std::string wide = "{\"" + std::string(500'000, 'A') + "\":{";
  for (int i = 0; i < test::Rounds(50'000); ++i)
    wide += (i == 0 ? "\"a" : ",\"a") + std::to_string(i) + "\":1";
  source_.Add({{"a", "w"}}, 20, wide + "}}");
  source_.Add({{"a", "l"}}, 20, std::string(1 << 20, 'x'));
  std::string groups;
  for (int i = 0; i < 30; ++i) groups += "(?P<g" + std::to_string(i) + ">";
  groups += ".*" + std::string(30, ')');
  const std::pair<std::string, std::string> cases[] = {
      {"{a=\"w\"} | json | keep __error__", "JSONParserErr"},
      {"{a=\"l\"} | regexp \"" + groups + "\" | keep __error__", "LabelLimitErr"}};
  context_.max_memory_bytes = 64 << 20;
  for (const auto& [query, error] : cases) {
    RangeQuery range;
    range.query = query;
    range.end_ns = 100;
    const auto result = engine_.QueryRange(range, context_);
    ASSERT_TRUE(result.ok()) << result.status();
    const Lines& lines = std::get<Lines>(result->value);
    ASSERT_EQ(lines.size(), 1u);
    ASSERT_FALSE(lines[0].parsed.empty()) << query.substr(0, 40);
    EXPECT_EQ(lines[0].parsed[0].second, error);
  }
}

}  // namespace
}  // namespace vedette::logql
