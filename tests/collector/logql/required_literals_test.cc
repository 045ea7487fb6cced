#include "collector/logql/required_literals.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>

#include "collector/logql/parse/parser.h"
#include "tests/support/long_tests.h"

namespace vedette::logql {
namespace {

struct RegexCase {
  std::string_view pattern;
  RequiredLiterals literals;
};

TEST(RequiredLiterals, AreReadOffARegex) {
  const std::vector<RegexCase> cases = {
      {"NEEDLE-[0-9a-f]{8}", {{"NEEDLE-"}}},
      {"a.*b", {{"a"}, {"b"}}},
      {"abc?d", {{"ab"}, {"d"}}},
      {"abc+d", {{"abc"}, {"d"}}},
      {"ab{0,3}c", {{"a"}, {"c"}}},
      {"a\xc3\xa4*b", {{"a"}, {"b"}}},
      {"x(y|z)w", {{"x"}, {"w"}}},
      {"one.*|two", {{"one", "two"}}},
      {"one|.*", {}},
      {"a\\.b\\d+c", {{"a.b"}, {"c"}}},
      {"[]a]b[[:alpha:]]c", {{"b"}, {"c"}}},
      {"(?i)abc", {}},
      {"a\\x41b", {}},
      {"\\Qa.b\\E", {}},
      {"^start$", {{"start"}}},
      {"a\xef\xbf\xbd", {}},
      {"", {}},
  };
  for (const RegexCase& c : cases) EXPECT_EQ(LiteralsOfRegex(c.pattern), c.literals) << c.pattern;
}

TEST(RequiredLiterals, OfAQueryAreThoseOfItsPositiveLineFilters) {
  const auto of = [](std::string_view text) {
    const auto parsed = Parse(text);
    EXPECT_TRUE(parsed.ok()) << text;
    return LiteralsOfQuery(std::get<LogQuery>((*parsed)->node));
  };
  EXPECT_EQ(of(R"({a="b"} |= "x" != "y" |~ "p.q" | json |= "z")"),
            (RequiredLiterals{{"x"}, {"p"}, {"q"}, {"z"}}));
  EXPECT_EQ(of(R"({a="b"} |= "x" or "y")"), (RequiredLiterals{{"x", "y"}}));
  EXPECT_EQ(of(R"({a="b"} |= "x" or "")"), RequiredLiterals{});
  EXPECT_EQ(of(R"({a="b"} |= "")"), RequiredLiterals{});
  EXPECT_EQ(of(R"({a="b"} |~ "x.*y" or "z")"), (RequiredLiterals{{"x", "z"}}));
  EXPECT_EQ(of(R"({a="b"} |> "x <_> y" | logfmt |= "z")"),
            (RequiredLiterals{{"x "}, {" y"}, {"z"}}));
  EXPECT_EQ(of(R"({a="b"} |= ip("::1") or "x" | line_format "{{.y}}" |= "z")"), RequiredLiterals{});
}

// Whatever a random regex matches has its literals.
TEST(RequiredLiterals, EveryMatchOfARegexHasThem) {
  std::mt19937 random(7);
  const auto any = [&](std::string_view letters, size_t most) {
    std::string text;
    for (size_t n = random() % (most + 1); n > 0; --n) text += letters[random() % letters.size()];
    return text;
  };
  int matched = 0;
  for (int i = 0; i < test::Rounds(20'000); ++i) {
    const std::string pattern = any("abc.*+?|()[]^$\\d{1},", 8);
    const re2::RE2 regex(pattern, re2::RE2::Quiet);
    if (!regex.ok()) continue;
    const RequiredLiterals literals = LiteralsOfRegex(pattern);
    for (int k = 0; k < 8; ++k) {
      const std::string line = any("abcd1.[]{}", 6);
      if (!re2::RE2::PartialMatch(line, regex)) continue;
      ++matched;
      for (const auto& clause : literals) {
        const bool has = std::any_of(clause.begin(), clause.end(), [&](const std::string& text) {
          return line.find(text) != std::string::npos;
        });
        EXPECT_TRUE(has) << pattern << " matches " << line;
      }
    }
  }
  EXPECT_GT(matched, 1000);
}

}  // namespace
}  // namespace vedette::logql
