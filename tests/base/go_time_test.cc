#include "base/go_time.h"

#include <gtest/gtest.h>

#include <string>

namespace vedette::base {
namespace {

TEST(GoTime, LayoutsWriteAsGoDoes) {
  const GoTime time = GoTime::FromUnix(1'700'000'000, 123'456'789);  // 2023-11-14 22:13:20
  const struct {
    std::string_view layout, want;
  } cases[] = {
      {"2006-01-02T15:04:05.000Z07:00", "2023-11-14T22:13:20.123Z"},
      {"Mon Jan _2 3:04:05 PM 06", "Tue Nov 14 10:13:20 PM 23"},
      {"Monday, 02-Jan-06 15:04:05 MST", "Tuesday, 14-Nov-23 22:13:20 UTC"},
      {"02 January 2006 .999", "14 November 2023 .123"},
      {"15h -0700 002 __2", "22h +0000 318 318"},
      {"Janet Month", "Janet Month"},
      {"", ""},
  };
  for (const auto& test : cases) EXPECT_EQ(FormatGoTime(time, test.layout), test.want);
  EXPECT_EQ(GoTimeText(time), "2023-11-14 22:13:20.123456789 +0000 UTC");
  EXPECT_EQ(GoTimeText(GoTime()), "0001-01-01 00:00:00 +0000 UTC");
}

TEST(GoTime, OnlyZonesOfTheDatabaseAreAskedFor) {
  const auto offset = [](const std::string& zone) {
    return ParseGoTime("2006-01-02 15:04", "2024-02-29 10:00", zone)->offset_s;
  };
  EXPECT_EQ(offset("America/New_York"), -5 * 3600);
  EXPECT_EQ(offset("America/Argentina/Ushuaia"), -3 * 3600);
  for (const std::string& zone :
       {std::string(), std::string("/usr/share/zoneinfo/America/New_York"),
        std::string("file:/usr/share/zoneinfo/America/New_York"),
        std::string("America/../America/New_York"), std::string("America//New_York"),
        std::string("America"), std::string("Nowhere/At_All"), std::string(1 << 20, 'z'),
        std::string("America/New_York\0x", 18)}) {
    EXPECT_EQ(offset(zone), 0) << zone.substr(0, 80);
  }
}

TEST(GoTime, LayoutsReadWhatTheyWrite) {
  const struct {
    std::string_view layout, text, zone;
    int64_t seconds;
  } cases[] = {
      {"2006-01-02", "2024-02-29", "UTC", 1'709'164'800},
      {"2006-01-02 15:04", "2024-02-29 10:00", "America/New_York", 1'709'218'800},
      {"2006-01-02T15:04:05Z07:00", "2023-11-14T22:13:20.5+02:00", "UTC", 1'699'992'800},
      {"Jan 2 2006 3:04 PM", "Nov 14 2023 10:13 PM", "UTC", 1'699'999'980},
      {"2006-01-02 15:04", "2024-02-29 10:00", "No/Where", 1'709'200'800},
  };
  for (const auto& test : cases) {
    const auto time = ParseGoTime(test.layout, test.text, test.zone);
    ASSERT_TRUE(time.ok()) << time.status();
    EXPECT_EQ(time->seconds, test.seconds) << test.text;
  }
  for (const std::string_view text : {"2024-02-30", "2024-2-29", "x", "2024-02-29 ", ""}) {
    EXPECT_FALSE(ParseGoTime("2006-01-02", text).ok()) << text;
  }
}

}  // namespace
}  // namespace vedette::base
