#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "collector/tsdb/int_column.h"
#include "collector/tsdb/part.h"
#include "collector/tsdb/part_cursor.h"
#include "collector/tsdb/part_writer.h"
#include "collector/tsdb/series_page.h"
#include "tests/support/fault_fs.h"
#include "tests/support/long_tests.h"

// A part file as a whole: what goes in comes out, and what rots costs its page.

namespace vedette::tsdb {
namespace {

constexpr const char* kPath = "one.part";
constexpr int64_t kStartMs = 1'700'000'000'000;

using SeriesList = std::vector<model::SeriesSamples>;

// Series that share times and series that do not, of one sample and of many blocks, equal columns
// among them.
SeriesList RandomSeries(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  SeriesList all;
  for (size_t i = 0; i < count; ++i) {
    model::SeriesSamples one;
    one.labels = model::Labels{{"__name__", "m" + std::to_string(1000 + i / 7)},
                               {"instance", "host" + std::to_string(10 + i % 7)},
                               {"job", "test"}};
    const bool loose = random() % 4 == 0;
    const size_t n = random() % 29 == 0 ? 1 + random() % 5000 : loose ? 1 + random() % 50 : 60;
    const uint64_t kind = random() % 5;
    int64_t at = kStartMs + (loose ? static_cast<int64_t>(random() % 900) : 0);
    std::mt19937_64 values(kind == 4 ? random() : i / 7);  // mostly as the other instances have it
    double v = 0;
    for (size_t k = 0; k < n; ++k) {
      one.timestamps_ms.push_back(at);
      at += loose ? 1 + static_cast<int64_t>(random() % 2000) : 15'000;
      if (kind == 1) v += static_cast<double>(values() % 1000);
      if (kind == 2) v = static_cast<double>(values() % 5) / 10;
      if (kind >= 3) v = std::bit_cast<double>(values());
      one.values.push_back(v);
    }
    all.push_back(std::move(one));
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.labels < b.labels; });
  return all;
}

class PartTest : public testing::Test {
 protected:
  void Write(const SeriesList& all) {
    int64_t min_ms = INT64_MAX;
    for (const auto& one : all) min_ms = std::min(min_ms, one.timestamps_ms.front());
    auto writer = PartWriter::Create(&fs_, kPath, min_ms);
    ASSERT_TRUE(writer.ok()) << writer.status();
    for (const auto& one : all) {
      ASSERT_TRUE((*writer)->Add(one.labels, one.timestamps_ms, one.values).ok());
    }
    ASSERT_TRUE((*writer)->Finish().ok());
  }

  // The series in range, and how often damage was reported; fails on anything but damage.
  struct Found {
    SeriesList series;
    int damages = 0;
  };
  Found ReadAll(int64_t min_ms = INT64_MIN, int64_t max_ms = INT64_MAX) {
    Found found;
    const auto part = Part::Open(&fs_, kPath);
    if (!part.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(part.status())) << part.status();
      found.damages = 1;
      return found;
    }
    std::vector<uint32_t> numbers;
    for (uint32_t i = 0; i < (*part)->series(); ++i) numbers.push_back(i);
    PartCursor cursor(*part, numbers, {}, min_ms, max_ms, [&found](const base::Status& damage) {
      EXPECT_NE(damage.ToString().find(kPath), std::string::npos) << damage;
      ++found.damages;
      return base::Status();
    });
    while (true) {
      const auto more = cursor.Next();
      EXPECT_TRUE(more.ok()) << more.status();
      if (!more.ok() || !*more) return found;
      model::SeriesSamples one;
      one.labels = cursor.labels();
      EXPECT_TRUE(cursor.Read(&one).ok());
      found.series.push_back(std::move(one));
    }
  }

  static void ExpectSame(const model::SeriesSamples& a, const model::SeriesSamples& b) {
    ASSERT_EQ(a.labels, b.labels);
    ASSERT_EQ(a.timestamps_ms, b.timestamps_ms) << a.labels.ToString();
    ASSERT_EQ(a.values.size(), b.values.size());
    for (size_t i = 0; i < a.values.size(); ++i) {
      ASSERT_EQ(std::bit_cast<uint64_t>(a.values[i]), std::bit_cast<uint64_t>(b.values[i]))
          << a.labels.ToString() << " at " << i;
    }
  }

  test::FaultFs fs_;
};

TEST_F(PartTest, EverySampleComesBack) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (const size_t count : {1, 128, 129, 300}) {
    const SeriesList all = RandomSeries(seed, count);
    Write(all);
    const Found found = ReadAll();
    EXPECT_EQ(found.damages, 0);
    ASSERT_EQ(found.series.size(), all.size());
    for (size_t i = 0; i < all.size(); ++i) ExpectSame(found.series[i], all[i]);
  }
}

TEST_F(PartTest, ThousandsOfSeriesComeBackAndAreFound) {
  const SeriesList all = RandomSeries(77, test::ForRun<size_t>(2000, 5000));
  Write(all);
  const Found found = ReadAll();
  EXPECT_EQ(found.damages, 0);
  ASSERT_EQ(found.series.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) ExpectSame(found.series[i], all[i]);
  const auto part = Part::Open(&fs_, kPath);
  ASSERT_TRUE(part.ok()) << part.status();
  for (const auto& [name, value] : {std::pair("instance", "host12"), std::pair("__name__", "m1700"),
                                    std::pair("job", "test"), std::pair("job", "no")}) {
    std::vector<uint32_t> expected;
    for (uint32_t i = 0; i < all.size(); ++i) {
      if (all[i].labels.Get(name) == value) expected.push_back(i);
    }
    const auto matched = (*part)->Match({model::Matcher::Equal(name, value)});
    ASSERT_TRUE(matched.ok()) << matched.status();
    EXPECT_EQ(**matched, expected) << value;
  }
}

// Full blocks and constant ones are known without reading them, to the bit.
TEST_F(PartTest, SummariesSayWhatTheBlocksHold) {
  const SeriesList all = RandomSeries(21, 600);
  Write(all);
  const auto part = Part::Open(&fs_, kPath);
  ASSERT_TRUE(part.ok()) << part.status();
  std::vector<uint32_t> numbers((*part)->series());
  std::iota(numbers.begin(), numbers.end(), 0u);
  PartCursor cursor(*part, numbers, {}, INT64_MIN, INT64_MAX,
                    [](const base::Status& damage) { return damage; });
  size_t summarized = 0;
  while (*cursor.Next()) {
    const std::vector<PartCursor::Block> blocks = cursor.Blocks();
    for (size_t i = 0; i < blocks.size(); ++i) {
      model::SeriesSamples samples;
      ASSERT_TRUE(cursor.ReadBlock(i, &samples).ok());
      const std::vector<int64_t>& times = samples.timestamps_ms;
      const std::vector<double>& values = samples.values;
      ASSERT_EQ(times.size(), blocks[i].samples);
      EXPECT_EQ(times.front(), blocks[i].min_ms);
      EXPECT_EQ(times.back(), blocks[i].max_ms);
      const BlockSummary expected = Summarize(values);
      const std::optional<BlockSummary>& summary = blocks[i].summary;
      EXPECT_TRUE(summary || values.size() < kSummarySamples);
      if (!summary) continue;
      summarized += values.size() == kSummarySamples ? 1 : 0;
      EXPECT_EQ(std::bit_cast<uint64_t>(summary->min), std::bit_cast<uint64_t>(expected.min));
      EXPECT_EQ(std::bit_cast<uint64_t>(summary->max), std::bit_cast<uint64_t>(expected.max));
      EXPECT_EQ(summary->has_reset, expected.has_reset);
      EXPECT_EQ(summary->has_nan, expected.has_nan);
      EXPECT_EQ(summary->has_stale, expected.has_stale);
    }
    EXPECT_FALSE(cursor.ReadBlock(blocks.size(), nullptr).ok());
  }
  EXPECT_GT(summarized, 10u);
}

TEST_F(PartTest, RangeCutsBlocksAtBothEnds) {
  const SeriesList all = RandomSeries(5, 200);
  Write(all);
  const int64_t min_ms = kStartMs + 1'234'567;
  const int64_t max_ms = kStartMs + 30'000'000;
  std::map<model::Labels, model::SeriesSamples> expected;
  for (const auto& one : all) {
    for (size_t i = 0; i < one.values.size(); ++i) {
      if (one.timestamps_ms[i] < min_ms || one.timestamps_ms[i] > max_ms) continue;
      model::SeriesSamples& cut = expected[one.labels];
      cut.labels = one.labels;
      cut.timestamps_ms.push_back(one.timestamps_ms[i]);
      cut.values.push_back(one.values[i]);
    }
  }
  for (const auto& one : ReadAll(min_ms, max_ms).series) {
    if (one.values.empty()) continue;  // a block overlaps, none of its samples does
    ExpectSame(one, expected[one.labels]);
    expected.erase(one.labels);
  }
  EXPECT_TRUE(expected.empty());
}

TEST_F(PartTest, EqualColumnsOfNeighboursAreStoredOnce) {
  SeriesList all;
  std::mt19937_64 random(3);
  std::vector<double> wild;
  for (int i = 0; i < 200; ++i) wild.push_back(static_cast<double>(random() >> 11));
  for (int instance = 10; instance < 60; ++instance) {
    model::SeriesSamples one;
    one.labels = model::Labels{{"__name__", "m"}, {"instance", std::to_string(instance)}};
    for (int64_t i = 0; i < 200; ++i) one.timestamps_ms.push_back(kStartMs + i * 1000);
    one.values = wild;
    all.push_back(std::move(one));
  }
  Write(all);
  EXPECT_LT(fs_.Stat(kPath)->size, 200u * 8 + 600);
  const Found found = ReadAll();
  ASSERT_EQ(found.series.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) ExpectSame(found.series[i], all[i]);
}

// A few bytes of each page: found, nothing wrong given, and a page's worth lost.
TEST_F(PartTest, FlippedByteIsFoundAndCostsItsPage) {
  const SeriesList all = RandomSeries(9, 400);
  Write(all);
  const std::string image = *fs_.ReadFile(kPath);
  std::map<model::Labels, const model::SeriesSamples*> expected;
  for (const auto& one : all) expected[one.labels] = &one;
  uint64_t samples = 0;
  for (const auto& one : all) samples += one.values.size();
  size_t readable = 0;
  const size_t flips = test::ForRun(25, 300);
  const size_t step = image.size() / flips + 1;
  for (size_t at = kPartHeaderBytes; at < image.size(); at += step) {
    std::string bad = image;
    bad[at] = static_cast<char>(bad[at] ^ 0x40);
    ASSERT_TRUE(fs_.WriteFileAtomic(kPath, bad).ok());
    const auto part = Part::Open(&fs_, kPath);
    if (!part.ok()) continue;  // directory and footer: the part is set aside
    ++readable;
    const Found found = ReadAll();
    // Postings are not on this way.
    const auto names = (*part)->LabelValues("instance");
    const auto metrics = (*part)->LabelValues("__name__");
    const auto jobs = (*part)->LabelValues("job");
    EXPECT_TRUE(found.damages > 0 || !names.ok() || !metrics.ok() || !jobs.ok()) << "byte " << at;
    uint64_t kept = 0;
    bool right = true;
    for (const auto& one : found.series) {
      const model::SeriesSamples& whole = *expected.at(one.labels);
      for (size_t i = 0; i < one.values.size(); ++i) {
        const auto where = std::lower_bound(whole.timestamps_ms.begin(), whole.timestamps_ms.end(),
                                            one.timestamps_ms[i]);
        const auto index = static_cast<size_t>(where - whole.timestamps_ms.begin());
        right =
            right && index < whole.values.size() && *where == one.timestamps_ms[i] &&
            std::bit_cast<uint64_t>(whole.values[index]) == std::bit_cast<uint64_t>(one.values[i]);
      }
      kept += one.values.size();
    }
    ASSERT_TRUE(right) << "byte " << at;
    // A times page is that of many series.
    EXPECT_GT(kept, samples / 8) << "byte " << at;
  }
  EXPECT_GT(readable, flips / 2);
}

}  // namespace
}  // namespace vedette::tsdb
