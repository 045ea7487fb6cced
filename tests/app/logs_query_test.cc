#include "app/logs_query.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <string>

namespace vedette::app {
namespace {

std::string QueryOf(const LogsChoice& choice) {
  const auto query = LogsQuery(choice);
  return query.ok() ? *query : "error: " + std::string(base::Message(query.status()));
}

TEST(LogsQuery, FlagsBecomeASelectorAndFilters) {
  EXPECT_EQ(QueryOf({}), R"({service_name=~".+"})");
  EXPECT_EQ(QueryOf({.units = {"nginx"}}), R"({unit=~"nginx\\.service"})");
  EXPECT_EQ(QueryOf({.units = {"nginx", "ssh.socket", "backup*"}, .hosts = {"web?"}}),
            R"({unit=~"nginx\\.service|ssh\\.socket|backup.*", host=~"web."})");
  EXPECT_EQ(
      QueryOf({.units = {"php8.2-fpm", "a.b.timer", "user@1000", "php8.2-*", "a?c"}}),
      R"({unit=~"php8\\.2-fpm\\.service|a\\.b\\.timer|user@1000\\.service|php8\\.2-.*|a.c"})");
  EXPECT_EQ(QueryOf({.expr = "{app=\"a\"}", .grep = "time out"}), R"({app="a"} |~ "(?i)time out")");
  EXPECT_EQ(QueryOf({.expr = "{app=\"a\"}", .grep = "Time"}), R"({app="a"} |~ "Time")");
}

TEST(LogsQuery, AFilterStandsBehindAComment) {
  EXPECT_EQ(QueryOf({.expr = "{app=\"a\"} # note", .grep = "X"}), "{app=\"a\"} # note\n |~ \"X\"");
}

TEST(LogsQuery, PrioritiesAreLevelsAsGraveOrGraver) {
  const struct {
    const char *priority, *levels;
  } cases[] = {
      {"err", "critical|fatal|error"},
      {"3", "critical|fatal|error"},
      {"error", "critical|fatal|error"},
      {"emerg", "critical|fatal"},
      {"warning", "critical|fatal|error|warn"},
      {"warning..err", "error|warn"},
      {"4..4", "warn"},
      {"debug", "critical|fatal|error|warn|info|debug|trace|unknown|"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(QueryOf({.expr = "{a=\"b\"}", .priority = c.priority}),
              std::string("{a=\"b\"} | detected_level=~\"") + c.levels + "\"");
  }
}

TEST(LogsQuery, WrongFlagsAreNamed) {
  EXPECT_EQ(QueryOf({.expr = "{a=\"b\"}", .units = {"x"}}),
            "error: a LogQL query cannot be had with -u and -H: name them in it");
  for (const char* bad : {"loud", "8", "err..", "..", "-1"}) {
    EXPECT_EQ(QueryOf({.priority = bad}).substr(0, 17), "error: -p: found ") << bad;
  }
}

class LogsTime : public testing::Test {
 protected:
  LogsTime() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  static constexpr int64_t kSecond = 1'000'000'000;
  static constexpr int64_t kNow = 1'795'226'945 * kSecond;  // 2026-11-21 02:09:05 UTC
};

TEST_F(LogsTime, ReadsWhatJournalctlReads) {
  constexpr int64_t kMidnight = 1'795'219'200 * kSecond;
  const struct {
    const char* text;
    int64_t want;
  } cases[] = {
      {"now", kNow},
      {"today", kMidnight},
      {"yesterday", kMidnight - 86'400 * kSecond},
      {"2026-11-21", kMidnight},
      {"2026-11-21 02:09", kNow - 5 * kSecond},
      {"2026-11-21 02:09:05", kNow},
      {"02:09", kNow - 5 * kSecond},
      {"02:09:05", kNow},
      {"-1h", kNow - 3600 * kSecond},
      {"1h ago", kNow - 3600 * kSecond},
      {"1h30m", kNow - 5400 * kSecond},
      {"2 hours ago", kNow - 7200 * kSecond},
      {"10 minutes ago", kNow - 600 * kSecond},
      {"1day ago", kNow - 86'400 * kSecond},
      {"2026-11-21T02:09:05Z", kNow},
      {"1795226945", kNow},
  };
  for (const auto& c : cases) {
    const auto time = ParseLogsTime(c.text, kNow);
    ASSERT_TRUE(time.has_value()) << c.text;
    EXPECT_EQ(*time, c.want) << c.text;
  }
}

TEST_F(LogsTime, RefusesTheRest) {
  for (const char* bad : {"", "x", "2026-13-01", "2026-02-31", "2026-11-21 25:00",
                          "2026-11-21 10:61", "12:3x", "ago", "tomorrow", "2026-11-21 10"}) {
    EXPECT_FALSE(ParseLogsTime(bad, kNow).has_value()) << bad;
  }
}

TEST_F(LogsTime, OutsideOfWhatNanosecondsCanSayIsTheirFirstOrLast) {
  EXPECT_LT(ParseLogsTime("1000-01-01", kNow).value_or(0), INT64_MIN + 1'000'000'000);
  EXPECT_GT(ParseLogsTime("9999-12-31 23:59", kNow).value_or(0), INT64_MAX - 1'000'000'000);
}

}  // namespace
}  // namespace vedette::app
