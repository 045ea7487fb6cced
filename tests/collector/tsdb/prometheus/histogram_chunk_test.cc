#include "collector/tsdb/prometheus/histogram_chunk.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

#include "model/histogram_chunk.h"
#include "tests/support/random_histogram.h"

// Chunks of native histograms: what remote read writes is what an import reads.

namespace vedette::tsdb::prometheus {
namespace {

using model::CounterReset;
using model::Histogram;
using model::HistogramSample;

std::vector<HistogramSample> RandomSamples(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  test::RandomHistograms histograms(seed);
  std::vector<HistogramSample> samples;
  int64_t time_ms = -5;
  for (size_t i = 0; i < count; ++i) {
    samples.push_back({time_ms, 0, std::make_shared<const Histogram>(histograms.Next())});
    time_ms += 15'000 + static_cast<int64_t>(random() % 3 == 0 ? random() % 900 : 0);
  }
  return samples;
}

// What a chunk can say of a reset.
CounterReset HintOf(CounterReset sent, bool first) {
  if (sent == CounterReset::kGauge) return sent;
  if (!first) return CounterReset::kNotReset;
  return sent == CounterReset::kReset ? sent : CounterReset::kUnknown;
}

TEST(HistogramChunk, WhatIsWrittenIsRead) {
  const uint64_t seed = std::random_device()();
  for (uint64_t round = 0; round < 40; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed + round));
    const auto samples = RandomSamples(seed + round, 200);
    for (size_t at = 0; at < samples.size();) {
      model::HistogramChunkWriter writer;
      const size_t first = at;
      while (at < samples.size() && writer.Takes(*samples[at].histogram)) {
        writer.Append(samples[at++]);
      }
      ASSERT_GT(at, first);
      EXPECT_EQ(writer.min_ms(), samples[first].time_ms);
      EXPECT_EQ(writer.max_ms(), samples[at - 1].time_ms);
      const bool is_float = writer.is_float();
      const std::string chunk = writer.Take();
      std::vector<HistogramSample> back;
      uint64_t invalid = 0;
      const auto decoded = DecodeHistogramChunk(chunk, is_float, &back, &invalid);
      ASSERT_TRUE(decoded.ok()) << decoded;
      EXPECT_EQ(invalid, 0u);
      ASSERT_EQ(back.size(), at - first);
      for (size_t i = 0; i < back.size(); ++i) {
        Histogram expected = *samples[first + i].histogram;
        if (!expected.IsStale()) expected.reset = HintOf(expected.reset, i == 0);
        EXPECT_EQ(back[i].time_ms, samples[first + i].time_ms);
        ASSERT_EQ(*back[i].histogram, expected) << i;
      }
    }
  }
}

TEST(HistogramChunk, NeitherResetNorOtherLayoutGoesOnInAChunk) {
  Histogram first;
  first.count = 3;
  first.positive.spans = {{0, 2}};
  first.positive.deltas = {1, 1};
  const auto takes = [&first](auto change) {
    model::HistogramChunkWriter writer;
    writer.Append({0, 0, std::make_shared<const Histogram>(first)});
    Histogram next = first;
    change(&next);
    return writer.Takes(next);
  };
  EXPECT_TRUE(takes([](Histogram*) {}));
  EXPECT_TRUE(takes([](Histogram* h) { *h = model::StaleHistogram(false); }));
  EXPECT_TRUE(takes([](Histogram* h) { h->reset = CounterReset::kNotReset; }));
  EXPECT_FALSE(takes([](Histogram* h) { h->reset = CounterReset::kReset; }));
  EXPECT_FALSE(takes([](Histogram* h) { h->reset = CounterReset::kGauge; }));
  EXPECT_FALSE(takes([](Histogram* h) { h->positive.deltas = {2, -1}; }));
  EXPECT_FALSE(takes([](Histogram* h) { h->count = 2; }));
  EXPECT_FALSE(takes([](Histogram* h) { h->schema = 1; }));
  EXPECT_FALSE(takes([](Histogram* h) { h->zero_threshold = 1; }));
  EXPECT_FALSE(takes([](Histogram* h) { h->positive.spans = {{1, 2}}; }));
  EXPECT_FALSE(takes([](Histogram* h) { *h = h->ToFloat(); }));
  EXPECT_FALSE(takes([](Histogram* h) { *h = model::StaleHistogram(true); }));
}

// Upstream's encoding of one histogram, by its document (tsdb/docs/format/chunks.md).
TEST(HistogramChunk, IsAsUpstreamHasIt) {
  Histogram h;
  h.count = 4;
  h.sum = 1;
  h.zero_threshold = 1;  // 0.5 * 2^1: 244
  h.zero_count = 1;
  h.positive.spans = {{0, 2}};
  h.positive.deltas = {1, 1};
  model::HistogramChunkWriter writer;
  writer.Append({0, 0, std::make_shared<const Histogram>(h)});
  const std::string chunk = writer.Take();
  // Schema 0: "0"; one span: "10001" length 2 "10010" offset 0 "0"; no negative spans: "0"; time 0:
  // "0"; count 4: "10100"; zero count 1: "10001"; sum: 64 bits; buckets: "10001" "10001".
  // 0 10001 10 | 010 0 0 0 10 | 100 10001 | 0x3ff0000000000000 | 10001 100 | 01
  EXPECT_EQ(chunk, std::string("\x00\x01\x00\xf4\x46\x42\x91\x3f\xf0\0\0\0\0\0\0\x8c\x40", 17));
}

TEST(HistogramChunk, DamageIsFoundOrHarmless) {
  for (const bool is_float : {false, true}) {
    std::vector<HistogramSample> samples;
    for (HistogramSample& sample : RandomSamples(5, 60)) {
      const Histogram& h = *sample.histogram;
      if (is_float && !h.is_float) {
        sample.histogram = std::make_shared<const Histogram>(h.ToFloat());
      }
      samples.push_back(sample);
    }
    model::HistogramChunkWriter writer;
    for (const HistogramSample& sample : samples) {
      if (writer.Takes(*sample.histogram)) writer.Append(sample);
    }
    const bool floats = writer.is_float();
    const std::string chunk = writer.Take();
    for (size_t i = 0; i < chunk.size(); ++i) {
      for (const int bit : {0, 3, 6}) {
        std::string bad = chunk;
        bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
        std::vector<HistogramSample> out;
        uint64_t invalid = 0;
        const base::Status status = DecodeHistogramChunk(bad, floats, &out, &invalid);
        EXPECT_TRUE(status.ok() || absl::IsDataLoss(status)) << status;
        for (const HistogramSample& sample : out) EXPECT_TRUE(sample.histogram->Validate().ok());
      }
    }
  }
}

}  // namespace
}  // namespace vedette::tsdb::prometheus
