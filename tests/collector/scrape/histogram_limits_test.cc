#include "collector/scrape/histogram_limits.h"

#include <gtest/gtest.h>

#include <limits>

#include "model/histogram_layout.h"

namespace vedette::scrape {
namespace {

model::Histogram OneInEach(int32_t schema, uint32_t buckets) {
  model::Histogram histogram;
  histogram.schema = schema;
  histogram.count = buckets;
  histogram.positive.spans = {{1, buckets}};
  histogram.positive.deltas.resize(buckets);
  histogram.positive.deltas[0] = 1;
  return histogram;
}

TEST(HistogramLimits, BucketsBecomeAsWideAsTheLimitNeeds) {
  HistogramConfig config;
  config.bucket_limit = 5;
  model::Histogram histogram = OneInEach(8, 20);
  EXPECT_TRUE(LimitHistogram(config, &histogram).ok());
  EXPECT_EQ(histogram.schema, 6);
  EXPECT_EQ(model::BucketCount(histogram), 5u);
}

// Each step to wider buckets costs a walk over all of them, so the steps may not be counted from
// whatever a page says.
TEST(HistogramLimits, WhatIsNoHistogramIsLeftForTheStoreToRefuse) {
  HistogramConfig config;
  config.bucket_limit = 5;
  for (const int32_t schema : {std::numeric_limits<int32_t>::max(), 9, -54, -53}) {
    const model::Histogram as_sent = OneInEach(schema, 20);
    model::Histogram histogram = as_sent;
    EXPECT_TRUE(LimitHistogram(config, &histogram).ok()) << schema;
    EXPECT_EQ(histogram, as_sent) << schema;
  }
  model::Histogram misfit = OneInEach(8, 20);
  misfit.positive.spans[0].length = 1;
  EXPECT_TRUE(LimitHistogram(config, &misfit).ok());
  EXPECT_EQ(misfit.schema, 8);
}

}  // namespace
}  // namespace vedette::scrape
