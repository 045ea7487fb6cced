#include <string>
#include <utility>

#include "collector/promql/histogram_aggregate.h"
#include "collector/promql/mixed_row.h"
#include "collector/promql/parser.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

// Native histograms are as large as who sends them makes them: what is computed of them is held
// while it grows, not once it is there.

namespace vedette::promql {
namespace {

constexpr size_t kBuckets = 1000;
constexpr uint64_t kMaxBytes = 100'000;  // a dozen of such histograms

// A histogram with kBuckets buckets from `offset` on.
HistogramPtr Wide(int32_t offset) {
  model::Histogram h;
  h.is_float = true;
  h.schema = model::Histogram::kMaxSchema;
  h.positive.spans = {{offset, kBuckets}};
  h.positive.counts.assign(kBuckets, 1);
  h.count_float = kBuckets;
  return std::make_shared<const model::Histogram>(std::move(h));
}

class HistogramMemory : public ::testing::Test {
 protected:
  HistogramMemory() : run_(Settings(&clock_)) {}

  static QueryRun::Settings Settings(const base::Clock* clock) {
    QueryRun::Settings settings;
    settings.clock = clock;
    settings.deadline_nanos = INT64_MAX;
    settings.max_samples = 1'000'000;
    settings.max_bytes = kMaxBytes;
    return settings;
  }

  test::FakeClock clock_;
  QueryRun run_;
};

TEST_F(HistogramMemory, RowsOfNewHistogramsAreHeldStepByStep) {
  MixedRowMaker row(&run_);
  int steps = 0;
  while (steps < 1000 && row.Add(steps, MixedValue::Of(Wide(0))).ok()) ++steps;
  EXPECT_EQ(static_cast<size_t>(steps), kMaxBytes / Wide(0)->MemoryBytes());
}

TEST_F(HistogramMemory, HistogramsOfOthersTakeNothingMore) {
  const HistogramPtr held_by_the_store = Wide(0);
  MixedRowMaker row(&run_);
  for (int step = 0; step < 1000; ++step) {
    ASSERT_TRUE(row.Add(step, MixedValue::Of(held_by_the_store)).ok());
  }
  EXPECT_EQ(row.Take().histograms.size(), 1000u);
}

TEST_F(HistogramMemory, SumsAreHeldAsTheyGrow) {
  const auto sum = ParseExpr("sum(h)");
  ASSERT_TRUE(sum.ok());
  HistogramAggregate aggregate(As<AggregateExpr>(**sum), &run_);
  int series = 0;
  while (series < 1000) {
    Row row;
    row.histograms.push_back({0, Wide(static_cast<int32_t>(kBuckets) * series)});
    if (!aggregate.Add(0, row, [](int) { return false; }).ok()) break;
    ++series;
  }
  EXPECT_GE(series, 5);
  EXPECT_LE(series, 12);
}

TEST_F(HistogramMemory, SumsThatDoNotGrowTakeNothingMore) {
  const auto sum = ParseExpr("sum(h)");
  ASSERT_TRUE(sum.ok());
  HistogramAggregate aggregate(As<AggregateExpr>(**sum), &run_);
  Row row;
  row.histograms.push_back({0, Wide(0)});
  for (int series = 0; series < 1000; ++series) {
    ASSERT_TRUE(aggregate.Add(0, row, [](int) { return false; }).ok());
  }
}

}  // namespace
}  // namespace vedette::promql
