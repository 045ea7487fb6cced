#include "collector/logql/engine.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "collector/logql/parse/parser.h"
#include "collector/logql/parse/units.h"
#include "tests/conformance/logql/memory_source.h"
#include "tests/support/fake_clock.h"

namespace vedette::logql {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

class EngineTest : public testing::Test {
 protected:
  base::StatusOr<Result> Range(const std::string& query, uint32_t limit = 100,
                               Direction direction = Direction::kForward) {
    RangeQuery range;
    range.query = query;
    range.end_ns = 1000 * kSecond;
    range.step_ns = 10 * kSecond;
    range.limit = limit;
    range.direction = direction;
    return engine_.QueryRange(range, context_);
  }

  test::FakeClock clock_;
  MemorySource source_;
  Engine engine_{&source_, &clock_};
  QueryContext context_;
};

TEST_F(EngineTest, GrafanasHealthCheckGetsOneSampleOfTwo) {
  const auto result =
      engine_.QueryInstant("vector(1)+vector(1)", 4'000'000'000 * kSecond, context_);
  ASSERT_TRUE(result.ok()) << result.status();
  const auto& vector = std::get<Vector>(result->value);
  ASSERT_EQ(vector.size(), 1u);
  EXPECT_EQ(vector[0].value, 2);
  EXPECT_EQ(vector[0].timestamp_ns, 4'000'000'000 * kSecond);
  EXPECT_TRUE(vector[0].metric.empty());
}

TEST_F(EngineTest, InstantLogQueryIsRefusedInLokisWords) {
  const auto result = engine_.QueryInstant("{a=\"b\"}", 0, context_);
  EXPECT_EQ(base::Message(result.status()),
            "log queries are not supported as an instant query type, please change your query to a "
            "range query type");
}

TEST_F(EngineTest, LimitCutsNewestFirstAndKeepsOrderOfEqualTimes) {
  for (const char* line : {"1", "2", "3"}) source_.Add({{"a", "b"}}, 5 * kSecond, line);
  source_.Add({{"a", "c"}}, 6 * kSecond, "4");
  const auto backward = Range("{a=~\".+\"}", 3, Direction::kBackward);
  ASSERT_TRUE(backward.ok());
  const auto& lines = std::get<Lines>(backward->value);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].line + lines[1].line + lines[2].line, "432");
}

TEST_F(EngineTest, GroupsFoldMetadataAndParsedLabels) {
  source_.Add({{"a", "b"}}, kSecond, R"({"k":"v"})", {{"level", "info"}});
  source_.Add({{"a", "b"}}, 2 * kSecond, R"({"k":"w"})", {{"level", "info"}});
  const auto result = Range("{a=\"b\"} | json");
  ASSERT_TRUE(result.ok());
  const auto& lines = std::get<Lines>(result->value);
  EXPECT_EQ(GroupByStream(lines).size(), 1u);
  const std::vector<LineGroup> folded = GroupFolded(lines);
  ASSERT_EQ(folded.size(), 2u);
  EXPECT_EQ(folded[0].labels.size(), 3u);
  EXPECT_EQ(lines[0].metadata.Get("level"), "info");
  EXPECT_EQ(lines[0].parsed[0].second, "v");
}

TEST_F(EngineTest, BoundsAreKept) {
  for (int i = 0; i < 100; ++i) {
    source_.Add({{"a", std::to_string(i)}}, kSecond, "some line");
  }
  context_.max_series = 10;
  EXPECT_EQ(Range("rate({a=~\".+\"}[1m])").status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Range("sum(rate({a=~\".+\"}[1m]))").ok());
  context_.max_scanned_bytes = 50;
  EXPECT_EQ(Range("{a=~\".+\"} |= \"absent\"").status().code(),
            absl::StatusCode::kResourceExhausted);
  context_ = QueryContext();
  context_.deadline_monotonic_ns = clock_.MonotonicNanos();
  EXPECT_EQ(Range("{a=~\".+\"}").status().code(), absl::StatusCode::kDeadlineExceeded);
  context_ = QueryContext();
  std::stop_source stop;
  stop.request_stop();
  context_.stop = stop.get_token();
  EXPECT_EQ(Range("{a=~\".+\"}").status().code(), absl::StatusCode::kCancelled);
}

TEST(LogqlParser, RefusesWithPositionAndByName) {
  const struct {
    const char* query;
    const char* error;
  } kCases[] = {
      {"{foo=\"bar\"} foo", "parse error at line 1, col 13: syntax error: unexpected IDENTIFIER"},
      {"{foo=\"bar\"",
       "parse error at line 1, col 11: syntax error: unexpected $end, expecting } or ,"},
      {"{a=", "parse error at line 1, col 4: syntax error: unexpected $end, expecting STRING"},
      {"{a=\"b\"}\n| json foo bar",
       "parse error at line 2, col 12: syntax error: unexpected IDENTIFIER"},
      {"{a=\"b\"} |= ip(::1)",
       "parse error at line 1, col 15: syntax error: unexpected IDENTIFIER, expecting STRING"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(base::Message(Parse(test.query).status()), test.error) << test.query;
  }
}

TEST(LogqlParser, DeepQueriesAreRefusedNotRecursedInto) {
  for (const char* piece : {"(", "sum(", "-", "1+", "2^"}) {
    std::string query;
    for (int i = 0; i < 20'000; ++i) query += piece;
    EXPECT_FALSE(Parse(query + "1").ok() && query[0] == '(') << piece;
  }
  std::string filters = "{a=\"b\"} | x=\"1\"";
  for (int i = 0; i < 5'000; ++i) filters += " and x=\"1\"";
  EXPECT_FALSE(Parse(filters).ok());
}

TEST(LogqlUnits, ReadAsGoAndHumanizeDo) {
  EXPECT_EQ(ParseGoDuration("1h2m3.5s"), 3723'500'000'000);
  EXPECT_EQ(ParseGoDuration("-250ms"), -250'000'000);
  EXPECT_EQ(ParseGoDuration("1d"), std::nullopt);
  EXPECT_EQ(ParseAnyDuration("1d"), 86400 * kSecond);
  EXPECT_EQ(ParseBytes("2MiB"), 2097152);
  EXPECT_EQ(ParseBytes("10kB"), 10000);
  EXPECT_EQ(ParseBytes("??"), std::nullopt);
}

}  // namespace
}  // namespace vedette::logql
