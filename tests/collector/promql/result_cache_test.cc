#include "collector/promql/result_cache.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collector/promql/analysis.h"
#include "collector/promql/parser.h"
#include "tests/conformance/memory_store.h"
#include "tests/support/fake_clock.h"

namespace vedette::promql {
namespace {

constexpr int64_t kStep = 15'000;

std::optional<Reach> ReachOfText(const std::string& text) {
  auto expr = ParseExpr(text, ParserOptions::All());
  EXPECT_TRUE(expr.ok()) << text << ": " << expr.status();
  if (!expr.ok()) return std::nullopt;
  EXPECT_TRUE(ResolveDurations({15, 3600}, expr->get()).ok());
  return ReachOf(**expr);
}

TEST(ResultReach, IsTheNewestSampleThatAStepDependsOn) {
  const struct {
    const char* query;
    int64_t ahead_ms;
    int64_t fixed_ms;
  } kCases[] = {
      {"a", 0, INT64_MIN},
      {"rate(a[5m])", 0, INT64_MIN},
      {"a offset 1m", -60'000, INT64_MIN},
      {"a offset -1m", 60'000, INT64_MIN},
      {"a offset 1m + on() b offset -2s", 2'000, INT64_MIN},
      {"max_over_time(rate(a[5m] offset 1m)[1h:1m] offset -2m)", 60'000, INT64_MIN},
      {"a @ 100", INT64_MIN, 100'000},
      {"a @ 100 offset -5s", INT64_MIN, 105'000},
      {"max_over_time(a[1h:1m] @ 200 offset 10s)", INT64_MIN, 190'000},
      {"a - a @ 100", 0, 100'000},
      {"topk(scalar(b offset -1s), a)", 1'000, INT64_MIN},
  };
  for (const auto& c : kCases) {
    const std::optional<Reach> reach = ReachOfText(c.query);
    ASSERT_TRUE(reach.has_value()) << c.query;
    EXPECT_EQ(reach->ahead_ms, c.ahead_ms) << c.query;
    EXPECT_EQ(reach->fixed_ms, c.fixed_ms) << c.query;
  }
}

TEST(ResultReach, NothingIsSaidOfWhatDependsOnMoreThanTheStep) {
  for (const char* query : {
           "time()",
           "vector(1)",
           "a @ start()",
           "max_over_time(a[5m] @ end())",
           "rate(a[range()])",
           "a offset step()",
           "a * step()",
           "max_over_time((a @ 100)[5m:1m])",
           "increase(a[5m] smoothed)",
           "rate(a[5m] anchored)",
           "a + fill(0) b",
           // What could find series of several names equal.
           "rate({job=\"x\"}[5m])",
           "-{__name__=~\"a|b\"}",
           "-(a or b)",
           "abs(a or b)",
           "(a or b) * 2",
           "label_replace(a, \"x\", \"\", \"y\", \"\")",
           "label_join(a, \"x\", \"\", \"y\")",
           "info(a)",
       }) {
    EXPECT_FALSE(ReachOfText(query).has_value()) << query;
  }
}

TEST(ResultReach, NamesThatStayApartDoNoHarm) {
  for (const char* query : {
           "{__name__=~\"a|b\"}",
           "count by (job) ({__name__=~\"a|b\"})",
           "a or b",
           "sum(a) or vector(0)",
           "(sum(a) or vector(0)) * 100",
           "topk(2, a)",
           "-last_over_time(a[5m])",
           "a and b unless c",
           "histogram_quantile(0.9, sum by (le) (rate(a[5m])))",
           "a > bool 2",
           "a{x=\"1\"} / on (x) group_left () b",
       }) {
    EXPECT_TRUE(ReachOfText(query).has_value()) << query;
  }
}

// A store whose past stands up to where the test says, and that notes what it was asked.
class StandingStore final : public Queryable {
 public:
  promql::History History() const override { return history; }
  base::Status Select(const SelectRequest& request, const Visit& visit) const override {
    asked.push_back(request.max_ms - request.min_ms);
    if (on_select) on_select();
    return samples.Select(request, visit);
  }
  test::MemoryStore samples;
  promql::History history{1000 * kStep, 1};
  mutable std::vector<int64_t> asked;
  std::function<void()> on_select;
};

class ResultCacheTest : public testing::Test {
 protected:
  ResultCacheTest() {
    for (int i = 0; i <= 400; ++i) {
      store_.samples.Append({{"__name__", "a_total"}, {"i", "1"}}, i * kStep, i);
      if (i > 50 && i < 90) {
        store_.samples.Append({{"__name__", "a_total"}, {"i", "0"}}, i * kStep, 2 * i);
      }
    }
    context_.queryable = &store_;
  }

  // Asks for the steps from first to last, holds the answer against the engine's, and says how long
  // a time the store was asked for.
  int64_t Asked(int first, int last, const std::string& query = "a_total") {
    store_.asked.clear();
    const Result result =
        cache_.Range(engine_, query, first * kStep, last * kStep, kStep, context_);
    const int64_t asked = store_.asked.empty() ? 0 : store_.asked.back();
    const Result plain = engine_.Range(query, first * kStep, last * kStep, kStep, context_);
    EXPECT_EQ(result.error, plain.error);
    EXPECT_EQ(result.warnings, plain.warnings);
    EXPECT_EQ(result.infos, plain.infos);
    EXPECT_EQ(Text(result.value), Text(plain.value)) << first << " to " << last;
    return asked;
  }
  static std::string Text(const Value& value) {
    std::string out(TypeName(value.type));
    for (const Series& series : value.matrix) {
      out += "\n" + series.labels.ToString();
      for (const model::Sample& point : series.points) {
        out += " " + std::to_string(point.timestamp_ms) + ":" + std::to_string(point.value);
      }
    }
    return out;
  }

  static constexpr int64_t kLookback = 5 * 60 * 1000;
  // What one step alone asks for.
  static constexpr int64_t kOneStep = kLookback - 1;
  test::FakeClock clock_;
  Engine engine_{{}, &clock_};
  StandingStore store_;
  QueryContext context_;
  ResultCache cache_{1 << 20};
};

TEST_F(ResultCacheTest, WindowThatMovesAsksForTheNewStepsAlone) {
  EXPECT_EQ(Asked(0, 100), 100 * kStep + kOneStep);
  EXPECT_EQ(Asked(0, 100), 0);
  EXPECT_EQ(Asked(1, 101), kOneStep);
  EXPECT_EQ(Asked(2, 102), kOneStep);
  EXPECT_EQ(Asked(50, 60), 0);
  EXPECT_EQ(cache_.stats().hits, 4u);
  EXPECT_EQ(cache_.stats().misses, 1u);
  EXPECT_EQ(cache_.stats().results, 1u);
  EXPECT_GT(cache_.stats().bytes, 100u * sizeof(model::Sample));
}

TEST_F(ResultCacheTest, WhatDoesNotStandIsNotKept) {
  store_.history.boundary_ms = 40 * kStep + 7;
  Asked(0, 100);
  EXPECT_EQ(Asked(0, 100), 59 * kStep + kOneStep);
  store_.history.boundary_ms = 60 * kStep;
  Asked(1, 101);
  EXPECT_EQ(Asked(1, 101), 40 * kStep + kOneStep);
  store_.history.boundary_ms = INT64_MIN;
  EXPECT_EQ(Asked(1, 101), 100 * kStep + kOneStep);
}

TEST_F(ResultCacheTest, LookAheadCounts) {
  store_.history.boundary_ms = 40 * kStep;
  Asked(0, 100, "a_total offset -150s");
  EXPECT_EQ(Asked(0, 100, "a_total offset -150s"), 69 * kStep + kOneStep);
  Asked(0, 100, "a_total - on() group_left() a_total{i=\"1\"} @ 601");
  EXPECT_EQ(cache_.stats().results, 1u);
}

TEST_F(ResultCacheTest, ChangeOfThePastForgetsAll) {
  Asked(0, 100);
  store_.samples.Append({{"__name__", "a_total"}, {"i", "1"}}, 30 * kStep, 12345);
  store_.history.version = 2;
  EXPECT_EQ(Asked(0, 100), 100 * kStep + kOneStep);
  EXPECT_EQ(Asked(0, 100), 0);
}

TEST_F(ResultCacheTest, ChangeDuringTheQueryLeavesNothingMixed) {
  Asked(0, 100);
  bool changed = false;
  store_.on_select = [&] {
    if (changed) return;
    changed = true;
    store_.samples.Append({{"__name__", "a_total"}, {"i", "1"}}, 30 * kStep, 12345);
    store_.history.version = 2;
  };
  Asked(1, 101);
  store_.on_select = nullptr;
  EXPECT_EQ(Asked(1, 101), 100 * kStep + kOneStep) << "kept nothing of a time of changes";
}

TEST_F(ResultCacheTest, OtherGridsAndLookBacksAreOtherAnswers) {
  Asked(0, 100);
  Result result = cache_.Range(engine_, "a_total", 1, 100 * kStep, kStep, context_);
  context_.lookback_ms = 1000;
  Asked(0, 100);
  EXPECT_EQ(cache_.stats().hits, 0u);
  EXPECT_EQ(cache_.stats().results, 3u);
}

TEST_F(ResultCacheTest, AnswersWithAnnotationsAreNotKept) {
  for (int i = 0; i <= 100; ++i) {
    store_.samples.Append({{"__name__", "gauge"}}, i * kStep, i);
  }
  Asked(0, 100, "rate(gauge[5m])");  // says that it may be no counter
  Asked(0, 100, "rate(a_total[5m])");
  EXPECT_EQ(cache_.stats().results, 1u);
}

TEST_F(ResultCacheTest, IsBoundedAndLetsGoOfWhatWasNotAskedForLongest) {
  ResultCache small(64 << 10);
  const auto ask = [&](int i) {
    small.Range(engine_, "a_total + " + std::to_string(i), 0, 400 * kStep, kStep, context_);
    EXPECT_LE(small.stats().bytes, 64u << 10);
  };
  for (int i = 0; i < 20; ++i) {
    ask(0);
    ask(i);
  }
  EXPECT_GT(small.stats().results, 2u);
  EXPECT_LT(small.stats().results, 20u);
  const uint64_t hits = small.stats().hits;
  ask(0);
  EXPECT_EQ(small.stats().hits, hits + 1);
  ask(1);
  EXPECT_EQ(small.stats().hits, hits + 1);
}

TEST_F(ResultCacheTest, ErrorsAreThoseOfTheEngine) {
  Asked(0, 10, "a_total +");
  Asked(0, 10, "\"text\"");
  Asked(0, 100, "a_total * on (job) a_total");  // many to many where there are two series
  Asked(0, 40, "a_total * on (job) a_total");
  Asked(0, 60, "a_total * on (job) a_total");
  EXPECT_EQ(cache_.stats().results, 1u);
}

}  // namespace
}  // namespace vedette::promql
