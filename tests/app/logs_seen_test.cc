#include "app/logs_seen.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace vedette::app {
namespace {

std::vector<FetchedLine> Lines(const std::string& names) {
  std::vector<FetchedLine> lines;
  for (const char name : names) {
    FetchedLine& line = lines.emplace_back();
    line.timestamp_ns = name;
    line.line = std::string(1, name);
  }
  return lines;
}

std::string Names(const std::vector<FetchedLine>& lines) {
  std::string names;
  for (const FetchedLine& line : lines) names += line.line;
  return names;
}

TEST(SeenLines, WhatWasAskedForDoesNotComeAgain) {
  SeenLines seen;
  seen.Connected();
  EXPECT_EQ(Names(seen.Asked(Lines("abb"))), "abb");
  EXPECT_EQ(Names(seen.Came(Lines("bbbc"))), "bc");
  EXPECT_EQ(Names(seen.Asked(Lines("abbbcd"))), "d");
}

TEST(SeenLines, EqualLinesAreShownAsOftenAsThereAre) {
  SeenLines seen;
  EXPECT_EQ(Names(seen.Came(Lines("aa"))), "aa");
  EXPECT_EQ(Names(seen.Asked(Lines("aaa"))), "a");
  EXPECT_EQ(Names(seen.Asked(Lines("aaa"))), "");
}

TEST(SeenLines, ANewConnectionBringsOnlyWhatIsNew) {
  SeenLines seen;
  EXPECT_EQ(Names(seen.Asked(Lines("a"))), "a");
  seen.Connected();
  EXPECT_EQ(Names(seen.Came(Lines("a"))), "a");
}

TEST(SeenLines, WhatIsForgottenIsNewAgain) {
  SeenLines seen;
  EXPECT_EQ(Names(seen.Asked(Lines("ab"))), "ab");
  seen.Forget('b');
  EXPECT_EQ(Names(seen.Asked(Lines("ab"))), "a");
}

}  // namespace
}  // namespace vedette::app
