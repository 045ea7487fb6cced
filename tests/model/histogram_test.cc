#include "model/histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "model/exemplar.h"
#include "model/histogram_wire.h"
#include "model/sample.h"

namespace vedette::model {
namespace {

Histogram Integers() {
  Histogram h;
  h.schema = 1;
  h.zero_threshold = 0.001;
  h.zero_count = 2;
  h.count = 12;
  h.sum = 18.4;
  h.positive = {{{0, 2}, {1, 2}}, {1, 1, -1, 0}, {}};  // 1 2 1 1
  h.negative = {{{-3, 2}}, {3, -1}, {}};               // 3 2
  return h;
}

Histogram Custom() {
  Histogram h;
  h.schema = Histogram::kCustomSchema;
  h.count = 4;
  h.sum = 7;
  h.custom_bounds = {0.5, 1, 2};
  h.positive = {{{1, 3}}, {1, 1, -1}, {}};  // 1 2 1, the last up to +Inf
  return h;
}

TEST(Histogram, GoodOnesAreValid) {
  for (const Histogram& h : {Histogram(), Integers(), Custom(), Integers().ToFloat(),
                             Custom().ToFloat(), StaleHistogram(false), StaleHistogram(true)}) {
    EXPECT_TRUE(h.Validate().ok()) << h.Validate();
  }
  Histogram nan = Integers();
  nan.sum = std::numeric_limits<double>::quiet_NaN();
  nan.count = 15;  // three NaNs were observed
  EXPECT_TRUE(nan.Validate().ok());
}

using Change = std::function<void(Histogram*)>;

TEST(Histogram, EveryFaultIsNamed) {
  const std::vector<std::pair<Change, std::string>> cases = {
      {[](Histogram* h) { h->schema = 9; }, "schema 9; allowed are -4 to 8 and -53"},
      {[](Histogram* h) { h->schema = -5; }, "schema -5; allowed are -4 to 8 and -53"},
      {[](Histogram* h) { h->positive.spans[1].offset = -1; },
       "positive side: span 1 has the offset -1; allowed from 0 on"},
      {[](Histogram* h) { h->negative.spans[0].length = 1; },
       "negative side: spans for 1 buckets, found 2 buckets"},
      {[](Histogram* h) { h->positive.spans[1].length = 4'000'000'000; },
       "positive side: span 1 ends beyond bucket 2^31"},
      {[](Histogram* h) { h->positive.deltas[2] = -5; }, "positive side: bucket 2 counts -3"},
      {[](Histogram* h) {
         h->positive.deltas = {INT64_MAX, 1, 0, 0};
       },
       "positive side: bucket 1 counts more than 2^63"},
      {[](Histogram* h) {
         h->positive.deltas = {INT64_MAX, 0, 0, 0};
       },
       "positive side: buckets together count more than 2^64"},
      {[](Histogram* h) { h->count = 13; }, "buckets count 12, the whole 13"},
      {[](Histogram* h) { h->zero_count = UINT64_MAX; }, "buckets together count more than 2^64"},
      {[](Histogram* h) {
         h->sum = NAN;
         h->count = 11;
       },
       "buckets count 12, the whole 11"},
      {[](Histogram* h) { h->custom_bounds = {1}; }, "exponential buckets with custom bounds"},
      {[](Histogram* h) { h->positive.counts = {1}; },
       "positive side: buckets of integer and float mixed"},
      {[](Histogram* h) {
         *h = h->ToFloat();
         h->negative.counts[1] = -0.5;
       },
       "negative side: bucket 1 counts -0.5"},
      {[](Histogram* h) {
         *h = h->ToFloat();
         h->count_float = -1;
       },
       "count is -1"},
      {[](Histogram* h) {
         *h = h->ToFloat();
         h->zero_count_float = -1;
       },
       "zero bucket counts -1"},
      {[](Histogram* h) {
         *h = Custom();
         h->custom_bounds[1] = 0.5;
       },
       "custom bound 1 is 0.5 after 0.5; allowed are finite bounds, each above the one before"},
      {[](Histogram* h) {
         *h = Custom();
         h->custom_bounds[2] = INFINITY;
       },
       "custom bound 2 is +Inf after 1; allowed are finite bounds, each above the one before"},
      {[](Histogram* h) {
         *h = Custom();
         h->custom_bounds[0] = NAN;
       },
       "custom bound 0 is NaN; allowed are finite bounds, each above the one before"},
      {[](Histogram* h) {
         *h = Custom();
         h->custom_bounds.pop_back();
       },
       "custom buckets: spans up to bucket 3 with 2 bounds"},
      {[](Histogram* h) {
         *h = Custom();
         h->negative = {{{0, 1}}, {1}, {}};
       },
       "custom buckets with negative ones"},
      {[](Histogram* h) {
         *h = Custom();
         h->zero_threshold = 1;
       },
       "custom buckets with a zero bucket"},
  };
  for (const auto& [change, message] : cases) {
    Histogram h = Integers();
    change(&h);
    EXPECT_EQ(std::string(h.Validate().message()), message);
  }
}

TEST(Histogram, FloatsAreTheSameCounts) {
  const Histogram f = Integers().ToFloat();
  EXPECT_EQ(f.positive.counts, (std::vector<double>{1, 2, 1, 1}));
  EXPECT_EQ(f.negative.counts, (std::vector<double>{3, 2}));
  EXPECT_EQ(f.count_float, 12);
  EXPECT_EQ(f.ToFloat(), f);
  EXPECT_NE(f, Integers());
}

TEST(Histogram, EqualityIsToTheBit) {
  Histogram a = Integers();
  Histogram b = a;
  EXPECT_EQ(a, b);
  a.sum = b.sum = NAN;
  EXPECT_EQ(a, b);
  b.sum = StaleNan();
  EXPECT_NE(a, b);
  EXPECT_TRUE(b.IsStale());
  EXPECT_FALSE(a.IsStale());
  b = a;
  a.zero_threshold = 0.0;
  b.zero_threshold = -0.0;
  EXPECT_NE(a, b);
  b = a;
  b.reset = CounterReset::kGauge;
  EXPECT_NE(a, b);
}

TEST(HistogramWire, WhatIsEncodedDecodes) {
  for (Histogram h : {Histogram(), Integers(), Custom(), Integers().ToFloat(), Custom().ToFloat(),
                      StaleHistogram(true)}) {
    h.reset = CounterReset::kNotReset;
    const auto back = DecodeHistogram(EncodeHistogram({-7, 9, h}));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->histogram, h);
    EXPECT_EQ(back->time_ms, -7);
    EXPECT_EQ(back->start_ms, 9);
  }
}

TEST(HistogramWire, BucketsMayComeUnpacked) {
  const std::string bytes("\x08\x01\x5a\x02\x10\x02\x60\x02\x60\x01", 10);  // 1, then -1 on it
  const auto histogram = DecodeHistogram(bytes);
  ASSERT_TRUE(histogram.ok()) << histogram.status();
  EXPECT_EQ(histogram->histogram.positive.deltas, (std::vector<int64_t>{1, -1}));
}

TEST(HistogramWire, BadOnesAreRefusedWithTheReason) {
  Histogram bad = Integers();
  bad.count = 1;
  EXPECT_EQ(DecodeHistogram(EncodeHistogram({1, 0, bad})).status().message(),
            "native histogram: buckets count 12, the whole 1");
  const std::string whole = EncodeHistogram({1, 2, Integers()});
  for (size_t n = 0; n < whole.size(); ++n) {
    DecodeHistogram(whole.substr(0, n)).IgnoreError();
  }
  EXPECT_FALSE(DecodeHistogram("\x5a\xff").ok());
  // A span of four billion buckets, none of which is there.
  EXPECT_FALSE(DecodeHistogram(std::string("\x5a\x06\x10\xff\xff\xff\xff\x07", 8)).ok());
}

TEST(Exemplar, LongLabelsAreRefused) {
  Exemplar exemplar;
  exemplar.labels = Labels({{"trace_id", std::string(120, 'a')}});
  EXPECT_TRUE(exemplar.Validate().ok());
  std::string umlauts;
  for (int i = 0; i < 120; ++i) umlauts += "\xc3\xa4";
  exemplar.labels = Labels({{"trace_id", umlauts}});
  EXPECT_TRUE(exemplar.Validate().ok());
  exemplar.labels = Labels({{"trace_id", std::string(121, 'a')}});
  EXPECT_EQ(exemplar.Validate().message(),
            "exemplar's labels have 129 characters, allowed are 128");
}

}  // namespace
}  // namespace vedette::model
