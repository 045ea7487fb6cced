#include <gtest/gtest.h>

#include "exporters/postgres/settings.h"
#include "exporters/postgres/sql_text.h"
#include "exporters/postgres/value_text.h"
#include "exporters/postgres/version_range.h"

namespace vedette::exporters::postgres {
namespace {

TEST(Settings, EveryUnitOfTheServerIsKnown) {
  struct {
    const char* unit;
    const char* name;
    double factor;
  } const cases[] = {
      {"", "", 1},
      {"ms", "seconds", 1e-3},
      {"us", "seconds", 1e-6},
      {"s", "seconds", 1},
      {"min", "seconds", 60},
      {"h", "seconds", 3600},
      {"d", "seconds", 86400},
      {"B", "bytes", 1},
      {"kB", "bytes", 1024},
      {"8kB", "bytes", 8192},
      {"16kB", "bytes", 16384},
      {"MB", "bytes", 1048576},
      {"16MB", "bytes", 16777216},
      {"64MB", "bytes", 67108864},
      {"GB", "bytes", 1073741824},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.unit);
    const auto unit = ParseSettingUnit(c.unit);
    ASSERT_TRUE(unit);
    EXPECT_STREQ(unit->name, c.name);
    EXPECT_EQ(unit->factor, c.factor);
  }
  for (const char* const unit : {"8", "kb", "min2", "99999999999999999999kB", "furlong"}) {
    EXPECT_FALSE(ParseSettingUnit(unit)) << unit;
  }
}

TEST(ValueText, TypesBecomeNumbers) {
  EXPECT_EQ(ParseValue("t", 16), 1);
  EXPECT_EQ(ParseValue("f", 16), 0);
  EXPECT_EQ(ParseValue("12.5", 1700), 12.5);
  EXPECT_EQ(ParseValue("-3", 20), -3);
  EXPECT_EQ(ParseValue("3.5", 25), 3.5);
  EXPECT_FALSE(ParseValue("abc", 25));
  EXPECT_EQ(ParseValue("2024-03-01", 1082), 1709251200);
  EXPECT_EQ(LabelText("t", 16), "true");
  EXPECT_EQ(LabelText("x", 25), "x");
  EXPECT_EQ(LabelText("1970-01-01 00:00:59.9+00", 1184), "59");
}

TEST(ValueText, TimesAreReadInEveryZone) {
  struct {
    const char* text;
    double seconds;
  } const cases[] = {
      {"1970-01-01 00:00:00+00", 0},
      {"2026-11-21 07:38:58.345+00", 1795246738},
      {"2026-11-21 13:08:58.345+05:30", 1795246738},
      {"2026-11-20 23:38:58-08", 1795246738},
      {"2026-11-21 07:38:58", 1795246738},
      {"1969-12-31 23:59:59+00", -1},
  };
  for (const auto& c : cases) EXPECT_EQ(ParseTimestamp(c.text), c.seconds) << c.text;
  for (const char* const text : {"", "infinity", "2024-02-30", "0044-03-15 00:00:00+00 BC",
                                 "2024-01-01 1x", "99999-01-01"}) {
    EXPECT_FALSE(ParseTimestamp(text)) << text;
  }
}

TEST(ValueText, DurationsAsGoWritesThem) {
  EXPECT_EQ(ParseDurationMillis("1h2m3.5s"), 3723500);
  EXPECT_EQ(ParseDurationMillis("-15ms"), -15);
  EXPECT_EQ(ParseDurationMillis("1500us"), 1);
  EXPECT_EQ(ParseDurationMillis("0"), 0);
  for (const char* const text : {"", "-1", "5", "s", "5 s", "1y", "."}) {
    EXPECT_FALSE(ParseDurationMillis(text)) << text;
  }
}

TEST(ValueText, ArraysEndAtWhatIsNoNumber) {
  EXPECT_EQ(ParseArray("{1,2.5,-3}"), (std::vector<double>{1, 2.5, -3}));
  EXPECT_EQ(ParseArray("{1,NULL,3}"), (std::vector<double>{1}));
  EXPECT_TRUE(ParseArray("{}").empty());
  EXPECT_TRUE(ParseArray("1,2").empty());
}

TEST(SqlText, LiteralsMeanTheText) {
  EXPECT_EQ(TextLiteral("a'b"), "'a''b'");
  EXPECT_EQ(TextLiteral("a\\'; DROP"), " E'a\\\\''; DROP'");
  EXPECT_EQ(TextArray({"a", "b'"}), "ARRAY['a', 'b''']::text[]");
  EXPECT_EQ(TextArray({}), "ARRAY[]::text[]");
}

TEST(VersionRange, HoldsConditionsAndAlternatives) {
  struct {
    const char* range;
    int server;
    bool contains;
  } const cases[] = {
      {">=10.0.0", 150018, true},         {"<15.0.0", 150018, false},
      {">=13.0.0 <15.0.0", 140002, true}, {">=13.0.0 <15.0.0", 150000, false},
      {"15.18.0", 150018, true},          {"=15", 150018, false},
      {"!=15.18.0", 150018, false},       {"<10 || >=15", 150018, true},
      {"<10 || >=15", 120000, false},     {"<=9.6.24", 90624, true},
  };
  for (const auto& c : cases) {
    const auto range = VersionRange::Parse(c.range);
    ASSERT_TRUE(range.ok()) << c.range;
    EXPECT_EQ(range->Contains(VersionOfNumber(c.server)), c.contains) << c.range << c.server;
  }
  EXPECT_TRUE(VersionRange().Contains({1, 2, 3}));
  for (const char* const bad : {"", "||", ">= 10", "~10", ">=10.x", "1.2.3.4", ">=10 ||"}) {
    EXPECT_FALSE(VersionRange::Parse(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace vedette::exporters::postgres
