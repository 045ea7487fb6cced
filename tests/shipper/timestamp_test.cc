#include "shipper/timestamp.h"

#include <gtest/gtest.h>

namespace vedette::shipper {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
// 2026-11-21 05:06:07 UTC
constexpr int64_t kLogTime = 1'795'237'567 * kSecond;

TEST(ParseLeadingTime, ReadsGoAndIsoTimesWithALevelBeside) {
  const struct {
    const char* line;
    int64_t nanos;
    bool whole;
    const char* level;
  } kCases[] = {
      {"2026/11/21 05:06:07 listening", kLogTime, true, ""},
      {"2026/11/21 05:06:07.123456 listening", kLogTime + 123'456'000, false, ""},
      {"2026/11/21 05:06:07 [ERROR] broken", kLogTime, true, "error"},
      {"2026-11-21T05:06:07Z INFO up", kLogTime, true, "info"},
      {"2026-11-21T05:06:07.5Z warn: low", kLogTime + kSecond / 2, false, "warn"},
      {"2026-11-21 05:06:07,250 DEBUG x", kLogTime + kSecond / 4, false, "debug"},
      {"2026-11-21T06:06:07+01:00 x", kLogTime, true, ""},
      {"2026-11-20T22:36:07-0630 x", kLogTime, true, ""},
      {"[2026-11-21 05:06:07] x", kLogTime, true, ""},
      {"ERROR 2026-11-21T05:06:07Z x", kLogTime, true, "error"},
      {"[WARN] [2026-11-21T05:06:07.123456789Z] x", kLogTime + 123'456'789, false, "warn"},
      {"2026-11-21T05:06:07Z informal", kLogTime, true, ""},
  };
  for (const auto& c : kCases) {
    const auto time = ParseLeadingTime(c.line, TimeZone::kUtc);
    ASSERT_TRUE(time) << c.line;
    EXPECT_EQ(time->nanos, c.nanos) << c.line;
    EXPECT_EQ(time->whole_seconds, c.whole) << c.line;
    EXPECT_EQ(time->level, c.level) << c.line;
  }
}

TEST(ParseLeadingTime, TakesNothingElse) {
  for (const char* line :
       {"", "x 2026/11/21 05:06:07", "2026/11/21", "2026/13/21 05:06:07", "2026/11/32 05:06:07",
        "2026/11/21 25:06:07", "2026/11/21T05:06:07", "2026-11/21 05:06:07", "1234",
        "9999-12-31T23:59:59Z far", "0001-01-01T00:00:00Z old", "[2026-11-21 05:06:07 x",
        "2026/11/21 05:06"}) {
    EXPECT_FALSE(ParseLeadingTime(line, TimeZone::kUtc)) << line;
  }
}

TEST(ChooseTime, BelievesWhatIsNearAndKeepsOrder) {
  const auto choose = [](int64_t source, int64_t parsed, bool whole) {
    LeadingTime time;
    time.nanos = parsed;
    time.whole_seconds = whole;
    return ChooseTime(source, time);
  };
  const int64_t source = kLogTime + 123'456;
  EXPECT_EQ(choose(source, kLogTime, true), source) << "the source's fraction is kept";
  EXPECT_EQ(choose(source, kLogTime, false), kLogTime);
  EXPECT_EQ(choose(source, kLogTime - kSecond, true), kLogTime - kSecond);
  EXPECT_EQ(choose(source, source + 600 * kSecond, false), source + 600 * kSecond);
  EXPECT_EQ(choose(source, source + 600 * kSecond + 1, false), source);
  EXPECT_EQ(choose(source, source - 86'400 * kSecond, false), source - 86'400 * kSecond);
  EXPECT_EQ(choose(source, source - 86'400 * kSecond - 1, false), source);
}

TEST(NotAhead, TakesATimeOfAClockThatWasSetBackSinceForNow) {
  const int64_t now = kLogTime;
  EXPECT_EQ(NotAhead(now - 1, now), now - 1);
  EXPECT_EQ(NotAhead(now + 600 * kSecond, now), now + 600 * kSecond);
  EXPECT_EQ(NotAhead(now + 601 * kSecond, now), now);
  EXPECT_EQ(NotAhead(0, now), 0);
}

TEST(ParseEpochSeconds, IsExactToTheNanosecond) {
  EXPECT_EQ(ParseEpochSeconds("1795237567"), kLogTime);
  EXPECT_EQ(ParseEpochSeconds("1795237567.4703817"), kLogTime + 470'381'700);
  EXPECT_EQ(ParseEpochSeconds("1795237567.1234567891"), kLogTime + 123'456'789);
  for (const char* bad : {"", ".5", "-1", "1e9", "99999999999", "9999999999", "1.2.3", "1 "}) {
    EXPECT_FALSE(ParseEpochSeconds(bad)) << bad;
  }
}

}  // namespace
}  // namespace vedette::shipper
