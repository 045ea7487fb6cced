#include "collector/promql/stats_selectors.h"

#include <gtest/gtest.h>

#include <string>

#include "collector/promql/histogram_math.h"
#include "collector/promql/parser.h"
#include "collector/promql/series_description.h"

namespace vedette::promql {
namespace {

std::string NamesOf(const std::string& query, Level level) {
  const auto expr = ParseExpr(query);
  EXPECT_TRUE(expr.ok()) << query;
  std::string out;
  for (const VectorSelector* selector : SelectorsWithoutBuckets(**expr, level)) {
    out += selector->name;
  }
  return out;
}

TEST(StatsSelectors, AreThoseOfEachVersion) {
  struct Case {
    std::string query;
    std::string old;
    std::string newer;
  };
  const Case cases[] = {
      {"a", "", ""},
      {"histogram_count(a)", "", "a"},  // 3.5 does not look at the outermost call
      {"(histogram_count(a))", "a", "a"},
      {"sum(histogram_sum(a))", "a", "a"},
      {"1 + histogram_avg(sum by (x) (rate(a[5m])))", "a", "a"},
      {"histogram_count(a) + histogram_count(b)", "a", "ab"},  // only the first
      {"b + histogram_count(a)", "", "a"},
      {"sum(histogram_stddev(a))", "", ""},
      {"sum(histogram_quantile(0.5, histogram_count(a)))", "a", ""},
      {"sum(histogram_count(histogram_quantile(0.5, a)))", "", ""},
      {"sum(histogram_count(rate(a[5m:1m])))", "a", ""},
      {"max_over_time(histogram_count(a)[5m:1m])", "a", ""},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(NamesOf(c.query, Level::kPrometheus35), c.old) << c.query;
    EXPECT_EQ(NamesOf(c.query, Level::kPrometheus314), c.newer) << c.query;
  }
}

TEST(StatsSelectors, WhatBucketsToldOfResetsIsKept) {
  const auto series = ParseSeriesDescription(
      "m {{sum:1 count:3 buckets:[1 2]}} {{sum:2 count:4 buckets:[3 1]}} "
      "{{sum:2 count:5 buckets:[4 1]}} {{count:1 counter_reset_hint:gauge}}");
  ASSERT_TRUE(series.ok()) << series.status();
  std::vector<model::HistogramSample> samples;
  for (const auto& item : series->items) {
    samples.push_back({static_cast<int64_t>(samples.size()), 0, item.histogram});
  }
  LeaveOutBuckets(Level::kPrometheus35, &samples);
  const model::CounterReset expected[] = {
      model::CounterReset::kUnknown, model::CounterReset::kReset, model::CounterReset::kNotReset,
      model::CounterReset::kGauge};
  for (size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(samples[i].histogram->reset, expected[i]) << i;
    EXPECT_TRUE(samples[i].histogram->positive.empty());
    EXPECT_EQ(samples[i].histogram->count_float, series->items[i].histogram->count_float);
  }
}

}  // namespace
}  // namespace vedette::promql
