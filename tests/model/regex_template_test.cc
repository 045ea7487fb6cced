#include "model/regex_template.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <string>

namespace vedette::model {
namespace {

TEST(RegexGroups, ReplacesEachMatchAsGoDoes) {
  const struct {
    const char* regex;
    const char* text;
    const char* replacement;
    const char* want;
  } cases[] = {
      {"(l+)", "hello world", "<$1>", "he<ll>o wor<l>d"},
      {"x*", "abxc", "-", "-a-b-c-"},
      {"", "h\u00e9", "|", "|h|\u00e9|"},
      {"(?P<n>\\d)(\\d)", "12 345", "${2}$n", "21 435"},
      {"z", "abc", "y", "abc"},
      {"$", "a", "!", "a!"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(RegexGroups::ReplaceAll(re2::RE2(test.regex), test.text, test.replacement, 100),
              test.want);
  }
  EXPECT_EQ(RegexGroups::ReplaceAll(re2::RE2("b"), "abc", "$1", 100, true), "a$1c");
  EXPECT_EQ(RegexGroups::Count(re2::RE2("l"), "hello world"), 3u);
  EXPECT_EQ(RegexGroups::Count(re2::RE2("x*"), "axb"), 3u);
}

TEST(RegexGroups, WhatMultipliesIsBounded) {
  const std::string text(1000, 'a');
  for (const bool literal : {false, true}) {
    const std::string by(literal ? text : "$0$0");
    const size_t made = literal ? 1000 * 1000 : 2000;
    EXPECT_EQ(RegexGroups::ReplaceAll(re2::RE2("a"), text, by, made, literal)->size(), made);
    EXPECT_FALSE(RegexGroups::ReplaceAll(re2::RE2("a"), text, by, made - 1, literal));
  }
  EXPECT_FALSE(RegexGroups::ReplaceAll(re2::RE2("b"), text, "", 999));
  const re2::RE2 all("(a*)");
  const auto groups = RegexGroups::Match(all, text);
  ASSERT_TRUE(groups);
  EXPECT_EQ(groups->Expand("$1-$1", 2001)->size(), 2001u);
  EXPECT_FALSE(groups->Expand("$1-$1", 2000));
}

}  // namespace
}  // namespace vedette::model
