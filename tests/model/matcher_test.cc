#include "model/matcher.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace vedette::model {
namespace {

Matcher Make(MatchType type, std::string value) {
  auto matcher = Matcher::Make(type, "a", std::move(value));
  EXPECT_TRUE(matcher.ok()) << matcher.status();
  return *matcher;
}

struct MatchCase {
  MatchType type;
  std::string value;
  std::string text;
  bool matches;
};

TEST(Matcher, MatchesAsPrometheus) {
  const std::vector<MatchCase> cases = {
      {MatchType::kEqual, "x", "x", true},
      {MatchType::kEqual, "", "", true},
      {MatchType::kNotEqual, "x", "y", true},
      {MatchType::kNotEqual, "x", "x", false},
      {MatchType::kRegex, "a.*", "abc", true},
      {MatchType::kRegex, "b", "abc", false},  // anchored
      {MatchType::kRegex, "a|b", "ab", false},
      {MatchType::kRegex, "a.c", "a\nc", true},  // dot matches newline
      {MatchType::kRegex, "(a|b)c", "bc", true},
      {MatchType::kRegex, "a|", "", true},
      {MatchType::kRegex, "", "", true},
      {MatchType::kRegex, "", "x", false},
      {MatchType::kRegex, "(?i)ABC", "abc", true},
      {MatchType::kRegex, "1\\.2|3", "1.2", true},
      {MatchType::kRegex, "1\\.2|3", "1x2", false},
      {MatchType::kNotRegex, "a|b", "c", true},
      {MatchType::kNotRegex, ".+", "", true},
  };
  for (const MatchCase& c : cases) {
    EXPECT_EQ(Make(c.type, c.value).Matches(c.text), c.matches) << c.value << " on " << c.text;
  }
}

TEST(Matcher, PlainAlternativesAreTakenApart) {
  using Strings = std::vector<std::string>;
  EXPECT_EQ(Make(MatchType::kRegex, "b|a|b").literals(), (Strings{"a", "b"}));
  EXPECT_EQ(Make(MatchType::kRegex, "(a|b)").literals(), (Strings{"a", "b"}));
  EXPECT_EQ(Make(MatchType::kRegex, "(?:10\\.0\\.0\\.1:9100)").literals(),
            (Strings{"10.0.0.1:9100"}));
  for (const char* pattern : {"a.b", "a+", "(a)|(b)", "[ab]", "^a$", "a\\d", "(?i)a", "a{2}"}) {
    EXPECT_TRUE(Make(MatchType::kRegex, pattern).literals().empty()) << pattern;
  }
  EXPECT_TRUE(Make(MatchType::kEqual, "a").literals().empty());
}

TEST(Matcher, ABadRegexIsRefused) {
  for (const char* pattern : {"(", "a**", "[", "(?<x", "\\"}) {
    EXPECT_FALSE(Matcher::Make(MatchType::kRegex, "a", pattern).ok()) << pattern;
  }
}

TEST(Matcher, PrintsAsPrometheus) {
  EXPECT_EQ(Make(MatchType::kNotRegex, "x\"y").ToString(), R"(a!~"x\"y")");
  EXPECT_EQ(Matcher::Equal("my.label", "v").ToString(), R"("my.label"="v")");
}

TEST(Matcher, AMissingLabelReadsAsEmpty) {
  const Labels labels({{"b", "1"}});
  EXPECT_TRUE(MatchesAll({Make(MatchType::kRegex, ".*"), Matcher::Equal("b", "1")}, labels));
  EXPECT_FALSE(MatchesAll({Make(MatchType::kRegex, ".+")}, labels));
}

}  // namespace
}  // namespace vedette::model
