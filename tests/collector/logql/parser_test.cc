#include "collector/logql/parse/parser.h"

#include <gtest/gtest.h>

#include <string>

namespace vedette::logql {
namespace {

std::string Repeated(int times, const std::string& text) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(LogqlParser, NestingTooDeepIsToldWithLineAndColumn) {
  const std::string log = "rate({a=\"b\"}[1m])";
  const std::string queries[] = {
      "\n" + Repeated(200, "(") + "1" + Repeated(200, ")"),
      "\n" + Repeated(200, "sum(") + log + Repeated(200, ")"),
      "\n" + log + Repeated(200, " + " + log),
      "\n1" + Repeated(200, " ^ " + log),
      "\nrate(" + Repeated(200, "(") + "{a=\"b\"}[1m]" + Repeated(200, ")") + ")",
      "\n{a=\"b\"} | " + Repeated(200, "(") + "c=\"d\"" + Repeated(200, ")"),
      "\n{a=\"b\"} | c=\"d\"" + Repeated(200, " or c=\"d\""),
      "\n{a=\"b\"} | c=\"d\"" + Repeated(200, ", c=\"d\""),
  };
  for (const std::string& query : queries) {
    const auto expr = Parse(query);
    ASSERT_FALSE(expr.ok()) << query;
    EXPECT_EQ(base::Message(expr.status()).find("parse error at line 2, col "), 0u)
        << expr.status();
    EXPECT_NE(base::Message(expr.status()).find("nested too deeply"), std::string_view::npos)
        << expr.status();
  }
}

TEST(LogqlParser, AQueryHasABoundedLength) {
  const std::string tail(200'000, ' ');
  EXPECT_EQ(base::Message(Parse("{a=\"b\"}" + tail).status()),
            "parse error : input size too long (200007 > 131072)");
  EXPECT_FALSE(ParseSelector("{a=\"b\"}" + tail).ok());
}

TEST(LogqlParser, AParenthesisedPipelineEndsThere) {
  const auto expr = Parse("({a=\"b\"} |= \"x\" | json)");
  ASSERT_TRUE(expr.ok()) << expr.status();
  ASSERT_TRUE((*expr)->IsLog());
  EXPECT_EQ(std::get<LogQuery>((*expr)->node).stages.size(), 2u);
  EXPECT_FALSE(Parse("({a=\"b\"} |= \"x\") | json").ok());
}

}  // namespace
}  // namespace vedette::logql
