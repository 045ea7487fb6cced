#include "collector/promql/parser.h"

#include <gtest/gtest.h>

#include "collector/promql/printer.h"

namespace vedette::promql {
namespace {

struct BadQuery {
  const char* query;
  const char* error;
};

TEST(Parser, ErrorsNameThePlace) {
  const BadQuery kCases[] = {
      {"", "unknown position: parse error: no expression found in input"},
      {"sum(\n  up", "2:5: parse error: unclosed left parenthesis"},
      {"up{job=api}",
       "1:8: parse error: unexpected identifier \"api\" in label matching, "
       "expected string"},
      {"rate(up)",
       "1:6: parse error: expected type range vector in call to function \"rate\", "
       "got instant vector"},
      {"up{a=~\"(\"}", "1:4: parse error: "},
      {"1 == 1", "1:3: parse error: comparisons between scalars must use BOOL modifier"},
      {"limitk(1, up)", "1:1: parse error: limitk() is experimental"},
      {"up[5m*2]", "1:4: parse error: experimental duration expression is not enabled"},
  };
  for (const BadQuery& c : kCases) {
    SCOPED_TRACE(c.query);
    const auto expr = ParseExpr(c.query);
    ASSERT_FALSE(expr.ok());
    EXPECT_TRUE(base::Message(expr.status()).starts_with(c.error)) << expr.status();
  }
}

TEST(Parser, PrintedTextParsesToTheSameText) {
  for (const char* query :
       {"-a ^ -b ^ 2", "sum without (x, \"a.b\") (rate(a{b=\"c\\n\"}[5m] offset -1m))",
        "a and on () b or ignoring (c) d", "{\"utf8.name\", x!~\"y\"} @ start() offset 1h30m",
        "max_over_time((a + b)[10m:1m] @ 12.345)[1d:]", "topk(3, a) > bool 0x1F + 1e3 + 1_000"}) {
    SCOPED_TRACE(query);
    const auto once = ParseExpr(query);
    ASSERT_TRUE(once.ok()) << once.status();
    const auto twice = ParseExpr(Print(**once));
    ASSERT_TRUE(twice.ok()) << Print(**once) << twice.status();
    EXPECT_EQ(Print(**once), Print(**twice));
  }
}

TEST(Parser, NestingIsBounded) {
  for (const char* unit : {"(", "-", "1+", "abs(", "1^", "sum(", "foo[(", "foo offset ("}) {
    std::string query;
    for (int i = 0; i < 100'000; ++i) query += unit;
    EXPECT_FALSE(ParseExpr(query).ok());
  }
  std::string chain = "1";
  for (int i = 0; i < 100'000; ++i) chain += " or 1";
  EXPECT_FALSE(ParseExpr(chain).ok());
}

TEST(Parser, MetricSelectorTakesNothingElse) {
  EXPECT_EQ(ParseMetricSelector("up{job=\"x\"}")->size(), 2u);
  for (const char* text : {"up + 1", "up[5m]", "up offset 5m", "up @ 1", "sum(up)", "{}", "1"}) {
    EXPECT_FALSE(ParseMetricSelector(text).ok()) << text;
  }
}

}  // namespace
}  // namespace vedette::promql
