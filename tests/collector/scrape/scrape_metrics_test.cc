#include "collector/scrape/scrape_metrics.h"

#include <gtest/gtest.h>

#include "tests/support/metric_value.h"

namespace vedette::scrape {
namespace {

using test::MetricValue;

class ScrapeMetricsTest : public ::testing::Test {
 protected:
  double Value(const std::string& name, const base::Telemetry::LabelPairs& labels = {}) const {
    return MetricValue(telemetry_, name, labels).value_or(-1);
  }

  base::Telemetry telemetry_;
  ScrapeMetrics metrics_{&telemetry_};
};

TEST_F(ScrapeMetricsTest, SamplesThatAreNotStoredAreCountedByTheirReason) {
  model::AppendStats stats;
  stats.accepted = 10;
  stats.out_of_order = 1;
  stats.duplicate = 2;
  stats.invalid = 3;
  stats.refused = 4;
  stats.exemplars_dropped = 5;
  metrics_.NoteStored(stats);
  metrics_.NoteNotStored(6);
  EXPECT_EQ(Value("vedette_scrape_samples_total"), 10);
  const std::string rejected = "vedette_scrape_samples_rejected_total";
  EXPECT_EQ(Value(rejected, {{"reason", "out_of_order"}}), 1);
  EXPECT_EQ(Value(rejected, {{"reason", "duplicate"}}), 2);
  EXPECT_EQ(Value(rejected, {{"reason", "out_of_bounds"}}), 3);
  EXPECT_EQ(Value(rejected, {{"reason", "refused"}}), 4);
  EXPECT_EQ(Value(rejected, {{"reason", "not_stored"}}), 6);
  EXPECT_EQ(Value("vedette_scrape_exemplars_rejected_total"), 5);
  EXPECT_EQ(Value("prometheus_target_scrapes_sample_out_of_order_total"), 1);
  EXPECT_EQ(Value("prometheus_target_scrapes_sample_duplicate_timestamp_total"), 2);
  EXPECT_EQ(Value("prometheus_target_scrapes_sample_out_of_bounds_total"), 3);
  EXPECT_EQ(Value("prometheus_target_scrapes_exemplar_out_of_order_total"), 5);
}

TEST_F(ScrapeMetricsTest, IntervalsAreLabelledAsGoPrintsThem) {
  for (const auto& [ms, text] : {std::pair<int64_t, const char*>{250, "250ms"},
                                 {1'500, "1.5s"},
                                 {15'000, "15s"},
                                 {60'000, "1m0s"},
                                 {90'000, "1m30s"},
                                 {3'600'000, "1h0m0s"}}) {
    metrics_.NoteBegin(0, ms * 1'000'000, ms);
    EXPECT_EQ(Value("prometheus_target_interval_length_seconds_count", {{"interval", text}}), 1);
    EXPECT_EQ(Value("prometheus_target_interval_length_seconds_sum", {{"interval", text}}),
              static_cast<double>(ms) / 1000);
  }
}

TEST_F(ScrapeMetricsTest, AFirstScrapeHasALagAndNoInterval) {
  metrics_.NoteBegin(2'000'000'000, -1, 15'000);
  EXPECT_EQ(Value("vedette_scrape_lag_seconds_sum"), 2);
  EXPECT_EQ(Value("prometheus_target_interval_length_seconds_count"), -1);
}

TEST(PoolMetrics, StayEmptyWhenTheJobHasGone) {
  base::Telemetry telemetry;
  const PoolMetrics pool(&telemetry, "j");
  pool.NoteTargets(3, 2, 10);
  const base::Telemetry::LabelPairs labels = {{"scrape_job", "j"}};
  EXPECT_EQ(MetricValue(telemetry, "prometheus_target_scrape_pool_targets", labels), 3);
  EXPECT_EQ(MetricValue(telemetry, "prometheus_target_scrape_pool_target_limit", labels), 10);
  EXPECT_EQ(MetricValue(telemetry, "prometheus_sd_discovered_targets", {{"config", "j"}}), 5);
  pool.NoteEnd();
  EXPECT_EQ(MetricValue(telemetry, "prometheus_target_scrape_pool_targets", labels), 0);
  EXPECT_EQ(MetricValue(telemetry, "prometheus_target_scrape_pool_sync_total", labels), 1);
}

}  // namespace
}  // namespace vedette::scrape
