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
        "max_over_time((a + b)[10m:1m] @ 12.345)[1d:]", "topk(3, a) > bool 0x1F + 1e3 + 1_000",
        "a @ 92233720368775808", "a @ -1e18"}) {
    SCOPED_TRACE(query);
    const auto once = ParseExpr(query);
    ASSERT_TRUE(once.ok()) << once.status();
    const auto twice = ParseExpr(Print(**once));
    ASSERT_TRUE(twice.ok()) << Print(**once) << twice.status();
    EXPECT_EQ(Print(**once), Print(**twice));
  }
}

// As 3.5.3 says it, which was asked.
TEST(Parser, MessagesAreUpstreams) {
  const BadQuery kCases[] = {
      {"sum(foo bar)", "1:9: parse error: unexpected identifier \"bar\" in aggregation"},
      {"sum(rate(foo, > 5))",
       "1:13: parse error: trailing commas not allowed in function call args"},
      {"nope(1,)", "1:7: parse error: trailing commas not allowed in function call args"},
      {"nope(foo bar)", "1:10: parse error: unexpected identifier \"bar\""},
      {"avg(", "1:5: parse error: unclosed left parenthesis"},
      {"foo[:5m]", "1:6: parse error: unexpected colon before duration in duration expression"},
      {"foo[#c\n5m]", "1:5: parse error: unexpected character in duration expression: '#'"},
      {"foo[5m:", "1:8: parse error: unclosed left bracket"},
      {"foo[5s:x", "1:8: parse error: unexpected colon 'x'"},
      {"foo[0}", "1:6: parse error: unexpected character: '}'"},
      {"foo start", "1:5: parse error: unexpected \"start\""},
      {"foo @ start", "1:12: parse error: unexpected end of input in @, expected timestamp"},
      {"foo[301y]", "1:5: parse error: duration out of range"},
      {"foo[1d1w]", "1:5: parse error: not a valid duration string: \"1d1w\""},
      {"foo[5m/0]", "1:7: parse error: division by zero"},
      {"foo{a!", "1:6: parse error: unexpected character after '!' inside braces: '\uFFFD'"},
      {"a + on (b) group_left )", "1:24: parse error: unexpected right parenthesis ')'"},
      {"a + on (b) group_left",
       "1:22: parse error: unexpected end of input in grouping opts, "
       "expected \"(\""},
      {"a \"tëxt text text\"", "1:3: parse error: unexpected string \"\\\"tëxt text\"..."},
      {"2 * .50.5",
       "1:5: parse error: error parsing number: strconv.ParseFloat: parsing \".50.5\": invalid "
       "syntax"},
      {"sum by (without) (a)",
       "1:9: parse error: unexpected <without> in grouping opts, expected "
       "label"},
      {"a + on(\"\") b", "1:8: parse error: invalid label name for grouping: \"\""},
      {"info(1, up)",
       "1:9: parse error: expected label selectors only, got vector selector instead"},
  };
  ParserOptions options;
  options.experimental_functions = options.duration_expressions = true;
  for (const BadQuery& c : kCases) {
    SCOPED_TRACE(c.query);
    const auto expr = ParseExpr(c.query, options);
    ASSERT_FALSE(expr.ok());
    EXPECT_EQ(base::Message(expr.status()), c.error);
  }
}

struct Offset {
  const char* query;
  const char* printed;
  ExprKind kind;
};

// Where an offset ends: a literal is all of it, what is in parentheses goes on.
TEST(Parser, OffsetsEndWhereUpstreamsDo) {
  const Offset kCases[] = {
      {"foo offset 5m * 2", "foo offset 5m * 2", ExprKind::kBinary},
      {"foo offset -2^2", "foo offset -2s ^ 2", ExprKind::kBinary},
      {"foo offset (5m) * 2", "foo offset 5m * 2", ExprKind::kVectorSelector},
      {"foo offset -(5m) * 2", "foo offset -5m * 2", ExprKind::kVectorSelector},
      {"foo offset (1 + 2) ^ 2", "foo offset (1 + 2) ^ 2", ExprKind::kVectorSelector},
      {"foo offset (5m) > 3", "foo offset 5m > 3", ExprKind::kBinary},
  };
  ParserOptions options;
  options.duration_expressions = true;
  for (const Offset& c : kCases) {
    SCOPED_TRACE(c.query);
    const auto expr = ParseExpr(c.query, options);
    ASSERT_TRUE(expr.ok()) << expr.status();
    EXPECT_EQ((*expr)->kind, c.kind);
    EXPECT_EQ(Print(**expr), c.printed);
  }
  // 3.14 ends it behind signed parentheses too.
  const auto newest = ParseExpr("foo offset -(5m) * 2", ParserOptions::All());
  ASSERT_TRUE(newest.ok()) << newest.status();
  EXPECT_EQ((*newest)->kind, ExprKind::kBinary);
}

TEST(Parser, WhatIsNewerStandsBehindItsOwnSwitch) {
  ParserOptions newer;
  newer.newer = true;
  const BadQuery kCases[] = {
      {"foo anchored", "1:1: parse error: anchored modifier is experimental and not enabled"},
      {"rate(foo[5m] smoothed)",
       "1:6: parse error: smoothed modifier is experimental and not enabled"},
      {"a + fill(0) b", "1:1: parse error: binop fill modifiers are experimental and not enabled"},
      {"min_of(1, 2)", "1:1: parse error: function \"min_of\" is not enabled"},
      {"foo[step()]", "1:5: parse error: experimental duration expression is not enabled"},
  };
  for (const BadQuery& c : kCases) {
    SCOPED_TRACE(c.query);
    const auto expr = ParseExpr(c.query, newer);
    ASSERT_FALSE(expr.ok());
    EXPECT_EQ(base::Message(expr.status()), c.error);
    EXPECT_FALSE(ParseExpr(c.query).ok());
    EXPECT_TRUE(ParseExpr(c.query, ParserOptions::All()).ok());
  }
  EXPECT_TRUE(ParseExpr("a </ 2", newer).ok());
  // Their words are names of metrics and labels all the same.
  for (const char* query : {"fill + on (fill_left) step", "anchored{smoothed=\"x\"}",
                            "sum by (range, min_of) (max_of)", "other + fill(0) fill"}) {
    EXPECT_TRUE(ParseExpr(query, ParserOptions::All()).ok()) << query;
  }
}

TEST(Parser, ModifiersStandOnlyWhereTheyMean) {
  const BadQuery kCases[] = {
      {"foo[5m:1m] anchored",
       "1:1: parse error: anchored modifier is not supported for subqueries"},
      // In Prometheus' words: what is no selector has no samples around its range.
      {"(foo) smoothed", "1:1: parse error: smoothed modifier not implemented"},
      {"foo anchored smoothed",
       "1:1: parse error: anchored and smoothed modifiers cannot be used together"},
      {"a and fill(0) b",
       "1:1: parse error: filling in missing series not allowed for set operators"},
      {"a + fill(0) 1",
       "1:1: parse error: filling in missing series only allowed between instant vectors"},
      {"foo @ end() [5m]", "1:13: parse error: no @ modifiers allowed before range"},
      {"foo offset (5m)[5m]", "1:16: parse error: no offset modifiers allowed before range"},
  };
  for (const BadQuery& c : kCases) {
    SCOPED_TRACE(c.query);
    const auto expr = ParseExpr(c.query, ParserOptions::All());
    ASSERT_FALSE(expr.ok());
    EXPECT_EQ(base::Message(expr.status()), c.error);
  }
}

std::string Repeat(std::string_view unit, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += unit;
  return out;
}

TEST(Parser, NestingIsBounded) {
  for (const bool newer : {false, true}) {
    ParserOptions options = ParserOptions::All();
    options.newer = newer;
    for (const char* unit : {"(",           "-",       "1+",      "abs(",
                             "1^",          "sum(",    "foo[(",   "foo offset (",
                             "foo[-",       "foo[1+",  "foo[1^",  "foo offset -(",
                             "foo[min_of(", "a+on(b)", "[",       "foo[5m:",
                             "{",           "\"",      "sum by(", "foo[5m][",
                             "- 1 +"}) {
      SCOPED_TRACE(unit);
      EXPECT_FALSE(ParseExpr(Repeat(unit, 100'000), options).ok());
    }
  }
  EXPECT_TRUE(ParseExpr(Repeat("(", 400) + "1" + Repeat(")", 400)).ok());
  EXPECT_FALSE(ParseExpr(Repeat("(", 600) + "1" + Repeat(")", 600)).ok());
}

TEST(Parser, ChainsOfOperatorsAreBounded) {
  for (const char* link : {" or a", " + a", " and on (x) a", " * a == bool a"}) {
    SCOPED_TRACE(link);
    const auto expr = ParseExpr("a" + Repeat(link, 100'000));
    ASSERT_FALSE(expr.ok());
    EXPECT_NE(base::Message(expr.status()).find("too many operators in a row, at most 5000"),
              std::string::npos);
    const std::string query = "a" + Repeat(link, 2000);
    const auto chain = ParseExpr(query);
    ASSERT_TRUE(chain.ok()) << chain.status();
    EXPECT_EQ(Print(**chain), query);
  }
  // Operators that take their right side first nest.
  const auto powers = ParseExpr("a" + Repeat(" ^ a", 100'000));
  ASSERT_FALSE(powers.ok());
  EXPECT_NE(base::Message(powers.status()).find("nested too deeply"), std::string::npos);
  EXPECT_TRUE(ParseExpr("a" + Repeat(" ^ a", 400)).ok());
  EXPECT_FALSE(ParseExpr("foo[1m" + Repeat(" + 1m", 100'000) + "]", ParserOptions::All()).ok());
}

// Neither deep nor in a row: a tree may be wide as well.
TEST(Parser, LongTextsAreRefused) {
  const std::string chain = "(a" + Repeat("-a", 4000) + ")";
  EXPECT_TRUE(ParseExpr(chain + Repeat("+" + chain, 10)).ok());
  for (const std::string& query :
       {chain + Repeat("+" + chain, 20), "a{" + Repeat("b=\"c\",", 30'000) + "}",
        "absent(" + Repeat("a,", 60'000) + "a)", "sum by (" + Repeat("b,", 60'000) + ") (a)"}) {
    const auto expr = ParseExpr(query, ParserOptions::All());
    ASSERT_FALSE(expr.ok());
    EXPECT_NE(base::Message(expr.status())
                  .find("parse error: expression is too long, at most 100000 tokens are allowed"),
              std::string::npos)
        << base::Message(expr.status());
  }
}

// A long token costs its length and no more.
TEST(Parser, LongTokensAreRead) {
  const std::string digits(1'000'000, '9');
  for (const std::string& query :
       {digits, "foo[" + digits + "s]", "foo offset " + digits, "foo @ " + digits, "0x" + digits,
        "1e" + digits, "foo[" + Repeat("1h", 100'000) + "]"}) {
    EXPECT_FALSE(ParseExpr(query).ok());
  }
  EXPECT_TRUE(ParseExpr(std::string(1'000'000, 'a')).ok());
  EXPECT_TRUE(ParseExpr("\"" + std::string(1'000'000, 'a') + "\"").ok());
  EXPECT_TRUE(ParseExpr("a{" + Repeat("b=\"c\",", 20'000) + "}").ok());
  EXPECT_TRUE(ParseExpr("sum by (" + Repeat("b,", 40'000) + ") (a)").ok());
}

TEST(Parser, MetricSelectorTakesNothingElse) {
  EXPECT_EQ(ParseMetricSelector("up{job=\"x\"}")->size(), 2u);
  for (const char* text : {"up + 1", "up[5m]", "up offset 5m", "up @ 1", "sum(up)", "{", "1"}) {
    EXPECT_FALSE(ParseMetricSelector(text).ok()) << text;
  }
  EXPECT_EQ(ParseMetricSelector("{}")->size(), 0u);
}

}  // namespace
}  // namespace vedette::promql
