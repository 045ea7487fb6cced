// Range queries against the instant queries that they stand for.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <string>

#include "collector/logql/engine.h"
#include "tests/conformance/logql/memory_source.h"
#include "tests/support/fake_clock.h"

namespace vedette::logql {
namespace {

constexpr int64_t kOneSecond = 1'000'000'000;
constexpr int64_t kStep = 10 * kOneSecond;

// By label set and time.
using Points = std::map<std::pair<std::string, int64_t>, double>;

class RangeInstantTest : public testing::TestWithParam<const char*> {
 protected:
  // Lines of several streams, some stamped exactly on seconds and steps, some between.
  void SetUp() override {
    std::mt19937 random(11);
    for (int64_t i = 0; i < 400; ++i) {
      const int64_t between = random() % 3 == 0 ? static_cast<int64_t>(random() % kOneSecond) : 0;
      const int64_t value = static_cast<int64_t>(random() % 50);
      const std::string line = "v=" + std::to_string(value) + " took=" + std::to_string(value) +
                               "ms level=" + (random() % 4 == 0 ? "error" : "info");
      source_.Add({{"app", random() % 2 == 0 ? "a" : "b"}, {"pod", std::to_string(random() % 3)}},
                  i * 2 * kOneSecond + between, line);
    }
  }

  Points Range(const std::string& query) {
    RangeQuery range;
    range.query = query;
    range.end_ns = 900 * kOneSecond;
    range.step_ns = kStep;
    const auto result = engine_.QueryRange(range, {});
    EXPECT_TRUE(result.ok()) << result.status();
    Points points;
    if (!result.ok()) return points;
    for (const MatrixSeries& series : std::get<Matrix>(result->value)) {
      for (size_t i = 0; i < series.values.size(); ++i) {
        points[{series.metric.ToString(), series.timestamps_ns[i]}] = series.values[i];
      }
    }
    return points;
  }

  Points Instants(const std::string& query) {
    Points points;
    for (int64_t time = 0; time <= 900 * kOneSecond; time += kStep) {
      const auto result = engine_.QueryInstant(query, time, {});
      EXPECT_TRUE(result.ok()) << result.status();
      if (!result.ok()) return points;
      for (const VectorSample& sample : std::get<Vector>(result->value)) {
        points[{sample.metric.ToString(), time}] = sample.value;
      }
    }
    return points;
  }

  test::FakeClock clock_;
  MemorySource source_;
  Engine engine_{&source_, &clock_};
};

TEST_P(RangeInstantTest, ARangeIsItsInstants) {
  const Points range = Range(GetParam());
  const Points instants = Instants(GetParam());
  EXPECT_FALSE(range.empty());
  ASSERT_EQ(range.size(), instants.size());
  for (const auto& [key, value] : instants) {
    const auto it = range.find(key);
    ASSERT_NE(it, range.end()) << key.first << " at " << key.second;
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(it->second));
    } else {
      EXPECT_DOUBLE_EQ(it->second, value) << key.first << " at " << key.second;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Functions, RangeInstantTest,
    testing::Values(
        "count_over_time({app=~\".+\"}[30s])", "rate({app=~\".+\"} |= \"error\" [7s])",
        "bytes_rate({app=\"a\"}[20s] offset 15s)", "bytes_over_time({app=\"a\"}[3s])",
        "absent_over_time({app=\"a\", pod=\"1\"} |= \"v=7 \" [40s])",
        "sum_over_time({app=~\".+\"} | logfmt | unwrap v [25s]) ",
        "avg_over_time({app=~\".+\"} | logfmt | unwrap v [1m]) by (app)",
        "min_over_time({app=~\".+\"} | logfmt | unwrap duration(took) [30s]) by (level)",
        "max_over_time({app=~\".+\"} | logfmt | unwrap v [30s]) without (level, took)",
        "stddev_over_time({app=~\".+\"} | logfmt | unwrap v [30s]) by ()",
        "stdvar_over_time({app=~\".+\"} | logfmt | unwrap v [12s]) by (app)",
        "quantile_over_time(0.9, {app=~\".+\"} | logfmt | unwrap v [1m] offset -5s) by (pod)",
        "first_over_time({app=~\".+\"} | logfmt | unwrap v [30s]) by (app)",
        "last_over_time({app=~\".+\"} | logfmt | unwrap v [5s]) by (app)",
        "rate_counter({app=\"a\"} | logfmt | drop level, took | unwrap v [1m])",
        "rate({app=\"a\"} | logfmt | unwrap v | v > 10 [1m])",
        "sum by (level) (rate({app=~\".+\"} | logfmt [1m]))",
        "avg without (pod) (count_over_time({app=~\".+\"}[1m]))",
        "stddev by (app) (count_over_time({app=~\".+\"}[1m]))",
        "topk(2, count_over_time({app=~\".+\"}[1m]) + vector(0) * 0 or vector(1))",
        "bottomk by (app) (1, rate({app=~\".+\"}[1m]))",
        "sort_desc(rate({app=~\".+\"}[1m])) / 2 > 0.05",
        "rate({app=\"a\"}[1m]) / ignoring(app) rate({app=\"b\"}[1m])",
        "rate({app=~\".+\"}[1m]) * on(app) group_left sum by (app) (rate({app=~\".+\"}[1m]))",
        "rate({app=\"a\"}[1m]) unless on(pod) rate({app=\"b\"} |= \"error\" [20s])",
        "label_replace(rate({app=\"a\"}[1m]), \"x\", \"p$1\", \"pod\", \"(.*)\") >= bool 0.1"));

}  // namespace
}  // namespace vedette::logql
