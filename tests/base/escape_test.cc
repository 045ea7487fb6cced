#include "base/escape.h"

#include <gtest/gtest.h>

namespace vedette::base {
namespace {

TEST(TakeGoEscape, ReadsWhatGoDoes) {
  const struct {
    std::string_view text;
    std::string want;
    size_t length;
  } cases[] = {{"n rest", "\n", 1},
               {"\\", "\\", 1},
               {"'", "'", 1},
               {"\"", "\"", 1},
               {"101x", "A", 3},
               {"377", "\xff", 3},
               {"x41", "A", 3},
               {"xff", "\xff", 3},
               {"u00e9", "\xc3\xa9", 5},
               {"U0001F600", "\xf0\x9f\x98\x80", 9},
               {"000", std::string(1, 0), 3}};
  for (const auto& c : cases) {
    std::string out;
    EXPECT_EQ(TakeGoEscape(c.text, &out), c.length) << c.text;
    EXPECT_EQ(out, c.want) << c.text;
  }
}

TEST(TakeGoEscape, TakesNothingElse) {
  for (const std::string_view text : {"", "q", "8", "400", "10", "x4", "x4g", "u00e", "ud800",
                                      "uDFFF", "U00110000", "U0001F60", "u+0e9", "x-1", "?"}) {
    std::string out;
    EXPECT_EQ(TakeGoEscape(text, &out), 0u) << text;
    EXPECT_EQ(out, "") << text;
  }
}

TEST(EscapeHtml, LeavesNothingThatCouldEndTextOrAttribute) {
  EXPECT_EQ(EscapeHtml("<a b=\"c\" d='e'>&\xc3\xa9"),
            "&lt;a b=&#34;c&#34; d=&#39;e&#39;&gt;&amp;\xc3\xa9");
  EXPECT_EQ(EscapeHtml(std::string_view("\0", 1)), "\xef\xbf\xbd");
}

TEST(EscapeQuery, IsGos) {
  EXPECT_EQ(EscapeQuery("up{a=\"b c\"} == 0-_.~/+\xc3\xa9"),
            "up%7Ba%3D%22b+c%22%7D+%3D%3D+0-_.~%2F%2B%C3%A9");
}

}  // namespace
}  // namespace vedette::base
