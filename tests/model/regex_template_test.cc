#include "model/regex_template.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

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
    EXPECT_EQ(RegexGroups::ReplaceAll(re2::RE2(test.regex), test.text, test.replacement),
              test.want);
  }
  EXPECT_EQ(RegexGroups::ReplaceAll(re2::RE2("b"), "abc", "$1", true), "a$1c");
  EXPECT_EQ(RegexGroups::Count(re2::RE2("l"), "hello world"), 3u);
  EXPECT_EQ(RegexGroups::Count(re2::RE2("x*"), "axb"), 3u);
}

}  // namespace
}  // namespace vedette::model
