#include "collector/tsdb/exemplar_ring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "collector/tsdb/exemplar_record.h"

namespace vedette::tsdb {
namespace {

using RingVerdict = ExemplarRing::Verdict;

model::Labels Series(const std::string& name, const std::string& job = "a") {
  return model::Labels({{"__name__", name}, {"job", job}});
}

model::Exemplar One(int64_t time_ms, double value = 1, const std::string& trace = "t") {
  return {model::Labels({{"trace_id", trace}}), value, time_ms};
}

const std::vector<std::vector<model::Matcher>> kAll = {{}};

TEST(ExemplarRing, OrderOfASeriesIsKept) {
  ExemplarRing ring({});
  EXPECT_EQ(ring.Add(Series("x"), One(10)), RingVerdict::kAdded);
  EXPECT_EQ(ring.Add(Series("x"), One(10)), RingVerdict::kSame);
  EXPECT_EQ(ring.Add(Series("x"), One(9)), RingVerdict::kOutOfOrder);
  EXPECT_EQ(ring.Add(Series("x"), One(10, 0.5)), RingVerdict::kOutOfOrder);
  EXPECT_EQ(ring.Add(Series("x"), One(10, 2)), RingVerdict::kAdded);
  EXPECT_EQ(ring.Add(Series("y"), One(3)), RingVerdict::kAdded);
  EXPECT_EQ(ring.size(), 3u);
  EXPECT_EQ(ring.series(), 2u);
}

TEST(ExemplarRing, SelectsBySeriesAndTime) {
  ExemplarRing ring({});
  for (int64_t t = 1; t <= 5; ++t) {
    ring.Add(Series("x", "b"), One(t));
    ring.Add(Series("x", "a"), One(t * 10));
    ring.Add(Series("y"), One(t));
  }
  const auto x = ring.Select({{model::Matcher::Equal("__name__", "x")}}, 2, 20);
  ASSERT_EQ(x.size(), 2u);
  EXPECT_EQ(x[0].series, Series("x", "a"));
  EXPECT_EQ(x[0].exemplars, (std::vector<model::Exemplar>{One(10), One(20)}));
  EXPECT_EQ(x[1].series, Series("x", "b"));
  EXPECT_EQ(x[1].exemplars.size(), 4u);
  EXPECT_EQ(
      ring.Select({{model::Matcher::Equal("__name__", "y")}, {model::Matcher::Equal("job", "b")}},
                  INT64_MIN, INT64_MAX)
          .size(),
      2u);
  EXPECT_TRUE(ring.Select(kAll, 6, 9).empty());
  EXPECT_TRUE(ring.Select({}, INT64_MIN, INT64_MAX).empty());
}

TEST(ExemplarRing, TheOldestOfAllMakesRoom) {
  std::mt19937 random(3);
  ExemplarRing ring({50, 1 << 20});
  std::deque<std::pair<model::Labels, model::Exemplar>> expected;
  for (int64_t t = 0; t < 2000; ++t) {
    const model::Labels series = Series("s" + std::to_string(random() % 30));
    const model::Exemplar exemplar =
        One(t, static_cast<double>(t % 7), std::to_string(random() % 9));
    ASSERT_EQ(ring.Add(series, exemplar), RingVerdict::kAdded);
    expected.emplace_back(series, exemplar);
    if (expected.size() > 50) expected.pop_front();
    ASSERT_EQ(ring.size(), expected.size());
    if (t % 20 != 0) continue;
    size_t found = 0;
    for (const SeriesExemplars& one : ring.Select(kAll, INT64_MIN, INT64_MAX)) {
      for (const model::Exemplar& e : one.exemplars) {
        ASSERT_NE(std::find(expected.begin(), expected.end(), std::pair(one.series, e)),
                  expected.end());
        ++found;
      }
    }
    ASSERT_EQ(found, expected.size());
  }
}

TEST(ExemplarRing, BytesAreBoundedToo) {
  ExemplarRing ring({1'000'000, 100'000});
  for (int64_t t = 0; t < 5000; ++t) {
    ring.Add(Series("s" + std::to_string(t)), One(t, 1, std::string(100, 'x')));
    ASSERT_LE(ring.bytes(), 100'000u);
  }
  EXPECT_GT(ring.size(), 100u);
  EXPECT_EQ(ring.size(), ring.series());
  ExemplarRing none({0, 0});
  none.Add(Series("x"), One(1));
  EXPECT_EQ(none.size(), 0u);
  EXPECT_EQ(none.bytes(), 0u);
}

TEST(ExemplarRecord, IsAsDocumented) {
  EXPECT_EQ(kWalExemplars, 16);
  EXPECT_EQ(kWalCarryMark, 17);
  EXPECT_EQ(kCarryBegins, std::string(1, 1));
  EXPECT_EQ(kCarryEnds, std::string(1, 2));
  const LoggedExemplar one = {model::Labels({{"a", "b"}}), {model::Labels({{"c", "d"}}), 1, -2}};
  EXPECT_EQ(EncodeExemplars({&one, 1}), std::string("\x01\x04\x01"
                                                    "a\x01"
                                                    "b\x04\x01"
                                                    "c\x01"
                                                    "d\x03\x00\x00\x00\x00\x00\x00\xf0\x3f",
                                                    20));
}

TEST(ExemplarRecord, WhatIsEncodedDecodesAndEveryCutIsRefused) {
  const std::vector<LoggedExemplar> exemplars = {{Series("x"), One(-5, 0.1)},
                                                 {Series("y"), {{}, -0.0, INT64_MAX}}};
  const std::string payload = EncodeExemplars(exemplars);
  const auto back = DecodeExemplars(payload);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, exemplars);
  EXPECT_TRUE(DecodeExemplars(EncodeExemplars({}))->empty());
  for (size_t n = 0; n < payload.size(); ++n) {
    EXPECT_FALSE(DecodeExemplars(payload.substr(0, n)).ok()) << n;
  }
  EXPECT_FALSE(DecodeExemplars(payload + "x").ok());
}

}  // namespace
}  // namespace vedette::tsdb
