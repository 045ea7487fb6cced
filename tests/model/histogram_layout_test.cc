#include "model/histogram_layout.h"

#include <gtest/gtest.h>

#include <vector>

namespace vedette::model {
namespace {

Histogram Of(int32_t schema, std::vector<HistogramSpan> spans, std::vector<int64_t> deltas) {
  Histogram histogram;
  histogram.schema = schema;
  histogram.positive.spans = std::move(spans);
  histogram.positive.deltas = std::move(deltas);
  return histogram;
}

TEST(HistogramLayout, EmptyBucketsGoButForShortRuns) {
  // Counts 0 1 0 0 2 0 0 0 3 0.
  Histogram histogram = Of(0, {{-1, 10}}, {0, 1, -1, 0, 2, -2, 0, 0, 3, -3});
  CompactBuckets(&histogram, 2);
  EXPECT_EQ(histogram.positive.spans, (std::vector<HistogramSpan>{{0, 4}, {3, 1}}));
  EXPECT_EQ(histogram.positive.deltas, (std::vector<int64_t>{1, -1, 0, 2, 1}));
  CompactBuckets(&histogram, 0);
  EXPECT_EQ(histogram.positive.spans, (std::vector<HistogramSpan>{{0, 1}, {2, 1}, {3, 1}}));
  EXPECT_EQ(histogram.positive.deltas, (std::vector<int64_t>{1, 1, 1}));
}

TEST(HistogramLayout, ALowerSchemaHasTheSameCounts) {
  // Buckets 1..4 of schema 1 are (1, 1.41], (1.41, 2], (2, 2.83], (2.83, 4].
  Histogram histogram = Of(1, {{0, 5}}, {1, 1, 1, 1, 1});  // bucket 0 ends at 1
  ReduceResolution(&histogram, 0);
  EXPECT_EQ(histogram.schema, 0);
  EXPECT_EQ(histogram.positive.spans, (std::vector<HistogramSpan>{{0, 3}}));
  EXPECT_EQ(histogram.positive.deltas, (std::vector<int64_t>{1, 4, 4}));  // 1, 5, 9
  histogram.is_float = true;
  histogram.positive = {{{-3, 2}}, {}, {0.5, 0.25}};
  ReduceResolution(&histogram, -1);
  EXPECT_EQ(histogram.positive.spans, (std::vector<HistogramSpan>{{-1, 1}}));
  EXPECT_EQ(histogram.positive.counts, (std::vector<double>{0.75}));
}

TEST(HistogramLayout, WhatDoesNotFitStaysAsItIs) {
  Histogram histogram = Of(3, {{0, 4'000'000'000}}, {1, 2});
  CompactBuckets(&histogram, 0);
  ReduceResolution(&histogram, 1);
  EXPECT_EQ(histogram.positive.spans, (std::vector<HistogramSpan>{{0, 4'000'000'000}}));
  EXPECT_FALSE(histogram.Validate().ok());
}

}  // namespace
}  // namespace vedette::model
