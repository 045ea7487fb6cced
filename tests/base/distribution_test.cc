#include "base/distribution.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vedette::base {
namespace {

TEST(Distribution, QuantilesAreOfTheLastThousandAndSumsOfAll) {
  Telemetry telemetry;
  const auto lag = Distribution::Register(&telemetry, "lag_seconds", "Lag.");
  EXPECT_TRUE(std::isnan(lag->Quantile(0.5)));
  for (int i = 1; i <= 1000; ++i) lag->Observe(i);
  EXPECT_EQ(lag->Quantile(0), 1);
  EXPECT_EQ(lag->Quantile(0.01), 10);
  EXPECT_EQ(lag->Quantile(0.5), 500);
  EXPECT_EQ(lag->Quantile(1), 1000);
  for (int i = 0; i < 500; ++i) lag->Observe(5000);
  EXPECT_EQ(lag->Quantile(0.5), 1000);
  EXPECT_EQ(lag->Quantile(0.9), 5000);
  EXPECT_EQ(lag->Count(), 1500u);
  EXPECT_EQ(lag->Sum(), 500'500 + 500 * 5000);
}

TEST(Distribution, AnObservationAloneIsEachQuantile) {
  Telemetry telemetry;
  const auto lag = Distribution::Register(&telemetry, "lag_seconds", "Lag.");
  lag->Observe(7);
  for (const double rank : {0.0, 0.01, 0.5, 0.99, 1.0}) EXPECT_EQ(lag->Quantile(rank), 7);
}

TEST(Distribution, APageFindsItWhole) {
  Telemetry telemetry;
  const auto a = Distribution::Register(&telemetry, "x_seconds", "X.", {{"of", "a"}});
  const auto b = Distribution::Register(&telemetry, "x_seconds", "X.", {{"of", "b"}});
  telemetry.NewGauge("x_seconds_count_of_others", "Not of it.")->Set(3);
  telemetry.NewCounter("y_sum", "No summary has it.")->Add(2);
  a->Observe(4);
  b->Observe(6);
  b->Observe(8);
  std::vector<Telemetry::Family> rest = telemetry.Collect();
  const std::vector<SummaryFamily> summaries = TakeSummaries(&rest);
  ASSERT_EQ(summaries.size(), 1u);
  EXPECT_EQ(summaries[0].name, "x_seconds");
  EXPECT_EQ(summaries[0].help, "X.");
  ASSERT_EQ(summaries[0].points.size(), 2u);
  EXPECT_EQ(summaries[0].points[0].labels, (Telemetry::LabelPairs{{"of", "a"}}));
  EXPECT_EQ(summaries[0].points[0].quantiles.size(), 5u);
  EXPECT_EQ(summaries[0].points[1].sum, 14);
  EXPECT_EQ(summaries[0].points[1].count, 2);
  EXPECT_EQ(summaries[0].points[1].quantiles[2], (std::pair<std::string, double>("0.5", 6)));
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].name, "x_seconds_count_of_others");
  EXPECT_EQ(rest[1].name, "y_sum");
}

TEST(Distribution, AnotherOfTheSameNameTakesItsPlace) {
  Telemetry telemetry;
  Distribution::Register(&telemetry, "x", "X.")->Observe(1);
  Distribution::Register(&telemetry, "x", "X.")->Observe(2);
  std::vector<Telemetry::Family> rest = telemetry.Collect();
  const std::vector<SummaryFamily> summaries = TakeSummaries(&rest);
  ASSERT_EQ(summaries.size(), 1u);
  EXPECT_EQ(summaries[0].points.at(0).sum, 2);
}

}  // namespace
}  // namespace vedette::base
