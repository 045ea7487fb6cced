#include "collector/tsdb/histogram_column.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/codec/bytes.h"
#include "collector/tsdb/block_column.h"
#include "collector/tsdb/histogram_codec.h"
#include "tests/support/long_tests.h"
#include "tests/support/random_histogram.h"

namespace vedette::tsdb {
namespace {

using model::Histogram;
using model::HistogramSample;

std::vector<HistogramSample> RandomSamples(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  test::RandomHistograms histograms(seed);
  const bool started = random() % 2 == 0;
  std::vector<HistogramSample> samples;
  for (size_t i = 0; i < count; ++i) {
    const auto time_ms = static_cast<int64_t>(i) * 15'000;
    samples.push_back({time_ms, started && random() % 5 != 0 ? time_ms / 700'000 * 700'000 : 0,
                       std::make_shared<const Histogram>(histograms.Next())});
  }
  return samples;
}

std::vector<int64_t> TimesOf(std::span<const HistogramSample> samples) {
  std::vector<int64_t> times;
  for (const HistogramSample& sample : samples) times.push_back(sample.time_ms);
  return times;
}

TEST(HistogramCodec, WhatIsWrittenIsRead) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  test::RandomHistograms histograms(seed);
  for (int i = 0; i < 500; ++i) {
    const Histogram one = histograms.Next();
    ASSERT_TRUE(one.Validate().ok()) << one.Validate();
    std::string bytes;
    PutHistogram(one, &bytes);
    base::ByteReader in(bytes);
    const auto back = ReadHistogram(&in);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_TRUE(in.empty());
    EXPECT_EQ(*back, one);
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      base::ByteReader short_in(std::string_view(bytes).substr(0, cut));
      EXPECT_FALSE(ReadHistogram(&short_in).ok());
    }
  }
}

TEST(HistogramCodec, TheResetHintIsNoPartOfTheCounts) {
  Histogram one = test::RandomHistograms(3).Next();
  Histogram other = one;
  other.reset = model::CounterReset::kReset;
  EXPECT_TRUE(SameCounts(one, other));
  EXPECT_EQ(CountsHash(one), CountsHash(other));
  other.sum += 1;
  EXPECT_FALSE(SameCounts(one, other));
  EXPECT_NE(CountsHash(one), CountsHash(other));
}

TEST(HistogramColumn, WhatIsWrittenIsRead) {
  const uint64_t seed = std::random_device()();
  for (uint64_t round = 0; round < 60; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed + round));
    const auto samples = RandomSamples(seed + round, 1 + (seed + round * 17) % 300);
    ASSERT_EQ(HistogramsOfBlock(samples), samples.size());
    std::string column;
    EncodeHistograms(samples, &column);
    EXPECT_EQ(KindOf(column), ColumnKind::kHistograms);
    std::vector<HistogramSample> back;
    const auto decoded = DecodeHistograms(column, TimesOf(samples), &back);
    ASSERT_TRUE(decoded.ok()) << decoded;
    ASSERT_EQ(back.size(), samples.size());
    for (size_t i = 0; i < back.size(); ++i) {
      EXPECT_EQ(back[i].time_ms, samples[i].time_ms);
      EXPECT_EQ(back[i].start_ms, samples[i].start_ms);
      ASSERT_EQ(*back[i].histogram, *samples[i].histogram) << i;
    }
  }
}

TEST(HistogramColumn, ASteadySeriesCostsLittle) {
  std::vector<HistogramSample> samples;
  Histogram h;
  h.schema = 3;
  h.zero_threshold = 0.5;
  h.positive.spans = {{-10, 20}, {3, 10}};
  h.positive.deltas.assign(30, 1);
  for (int64_t i = 0; i < 240; ++i) {
    h.positive.deltas[0] += 2;  // two more in each bucket
    h.count += 60;
    if (i == 0) h.count = 30 * 31 / 2 + 60;
    h.sum += 0.25;
    samples.push_back({i * 15'000, 1, std::make_shared<const Histogram>(h)});
    ASSERT_TRUE(h.Validate().ok()) << h.Validate();
  }
  std::string column;
  EncodeHistograms(samples, &column);
  EXPECT_LT(column.size(), 240u) << "less than a byte a histogram";
}

TEST(HistogramColumn, LargeHistogramsMakeSmallBlocks) {
  Histogram h;
  h.positive.spans = {{0, 30'000}};
  h.positive.deltas.assign(30'000, 0);
  const std::vector<HistogramSample> samples(5, {0, 0, std::make_shared<const Histogram>(h)});
  EXPECT_EQ(HistogramsOfBlock(samples), 2u);
  h.positive.spans = {{0, 300'000}};
  h.positive.deltas.assign(300'000, 0);
  const std::vector<HistogramSample> larger(2, {0, 0, std::make_shared<const Histogram>(h)});
  ASSERT_EQ(HistogramsOfBlock(larger), 1u);
  std::string column;
  EncodeHistograms(std::span(larger).first(1), &column);
  std::vector<HistogramSample> back;
  ASSERT_TRUE(DecodeHistograms(column, std::vector<int64_t>{0}, &back).ok());
  EXPECT_EQ(*back.front().histogram, h);
}

TEST(HistogramColumn, DamageIsFoundOrHarmless) {
  const auto samples = RandomSamples(11, test::ForRun(12, 40));
  const std::vector<int64_t> times = TimesOf(samples);
  std::string column;
  EncodeHistograms(samples, &column);
  std::vector<HistogramSample> out;
  for (size_t cut = 0; cut < column.size(); ++cut) {
    EXPECT_TRUE(
        absl::IsDataLoss(DecodeHistograms(std::string_view(column).substr(0, cut), times, &out)));
  }
  EXPECT_TRUE(out.empty());
  for (size_t i = 0; i < column.size(); ++i) {
    for (const int bit : {0, 3, 7}) {
      std::string bad = column;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      out.clear();
      const base::Status status = DecodeHistograms(bad, times, &out);
      EXPECT_TRUE(status.ok() || absl::IsDataLoss(status)) << status;
      for (const HistogramSample& sample : out) EXPECT_TRUE(sample.histogram->Validate().ok());
    }
  }
}

TEST(BlockColumn, StartsStandBeforeTheFloats) {
  const std::vector<double> values = {1, 2, 3};
  const std::vector<int64_t> starts = {0, 1'700'000'000'000, 1'700'000'000'000};
  std::string column;
  EncodeStartedValues(values, starts, &column);
  EXPECT_EQ(KindOf(column), ColumnKind::kStartedFloats);
  std::vector<int64_t> back(3);
  const auto floats = DecodeStarts(column, back);
  ASSERT_TRUE(floats.ok()) << floats.status();
  EXPECT_EQ(KindOf(*floats), ColumnKind::kFloats);
  EXPECT_EQ(back, starts);
  EXPECT_FALSE(DecodeStarts(std::string_view(column).substr(0, 3), back).ok());
}

}  // namespace
}  // namespace vedette::tsdb
