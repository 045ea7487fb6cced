#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "collector/tsdb/verify.h"
#include "model/wire_batch.h"
#include "store_fixture.h"
#include "tests/support/long_tests.h"
#include "tests/support/random_histogram.h"

// Native histograms and start timestamps from the wire to a query, through log, restart, flush,
// merge and deletion, as a map keeps them.

namespace vedette::tsdb {
namespace {

using model::CounterReset;
using model::Histogram;

struct Stored {
  int64_t start_ms = 0;
  std::optional<uint64_t> bits;  // of a float
  Histogram histogram;           // otherwise
  friend bool operator==(const Stored&, const Stored&) = default;
};
using Everything = std::map<std::string, std::map<int64_t, Stored>>;

class StoreHistogramTest : public StoreTest {
 protected:
  model::AppendStats Send(const std::vector<model::WireSeries>& series, bool v2 = true) {
    const auto stats = TrySend(series, v2);
    EXPECT_TRUE(stats.ok()) << stats.status();
    return stats.ok() ? *stats : model::AppendStats();
  }
  base::StatusOr<model::AppendStats> TrySend(const std::vector<model::WireSeries>& series,
                                             bool v2) {
    const std::string bytes =
        v2 ? model::EncodeRemoteWriteV2(series) : model::EncodeRemoteWriteV1(series);
    const auto batch = v2 ? model::WireBatch::ParseV2(bytes) : model::WireBatch::ParseV1(bytes);
    if (!batch.ok()) return batch.status();
    return store_->Append(*batch);
  }
  static model::WireSeries Named(const std::string& name) {
    model::WireSeries series;
    series.labels = SeriesNamed(name);
    return series;
  }
  static model::WireSeries With(const std::string& name, int64_t time_ms, Histogram histogram,
                                int64_t start_ms = 0) {
    model::WireSeries series = Named(name);
    series.histograms.push_back({time_ms, start_ms, std::move(histogram)});
    return series;
  }
  static Histogram Counted(uint64_t count) {
    Histogram h;
    h.count = count;
    h.sum = 0.5 * static_cast<double>(count);
    h.positive.spans = {{0, 1}};
    h.positive.deltas = {static_cast<int64_t>(count)};
    return h;
  }
  Everything ReadAll(int64_t min_ms = INT64_MIN, int64_t max_ms = INT64_MAX) {
    Everything all;
    const base::Status status =
        store_->Select({}, min_ms, max_ms, [&all](const model::SeriesSamples& series) {
          auto& samples = all[series.labels.ToString()];
          for (size_t i = 0; i < series.values.size(); ++i) {
            Stored& one = samples[series.timestamps_ms[i]];
            one.bits = std::bit_cast<uint64_t>(series.values[i]);
            if (!series.starts_ms.empty()) one.start_ms = series.starts_ms.at(i);
          }
          EXPECT_TRUE(series.starts_ms.empty() || series.starts_ms.size() == series.values.size());
          int64_t before = INT64_MIN;
          for (const model::HistogramSample& sample : series.histograms) {
            EXPECT_LT(before, sample.time_ms);
            before = sample.time_ms;
            const bool added =
                samples.emplace(sample.time_ms, Stored{sample.start_ms, {}, *sample.histogram})
                    .second;
            EXPECT_TRUE(added) << "a float and a histogram at one time";
          }
          return base::Status();
        });
    EXPECT_TRUE(status.ok()) << status;
    return all;
  }
  void ExpectSound() {
    store_.reset();
    const auto report = VerifyStore({&fs_, options_.dir, {}});
    ASSERT_TRUE(report.ok()) << report.status();
    for (const VerifiedFile& file : report->files) {
      for (const std::string& finding : file.findings) {
        ADD_FAILURE() << file.path << ": " << finding;
      }
    }
  }
};

TEST_F(StoreHistogramTest, AreKeptWhereverTheyLie) {
  Open();
  const int64_t t = Now();
  const auto stats = Send({With("h", t - 20, Counted(5), t - 500), With("h", t - 10, Counted(9)),
                           With("f", t, Counted(1).ToFloat())});
  EXPECT_EQ(stats.accepted, 3u) << stats.first_error;
  EXPECT_EQ(stats.histograms, 3u);
  EXPECT_EQ(stats.rejected(), 0u);
  const Everything expected = {
      {SeriesNamed("h").ToString(),
       {{t - 20, {t - 500, {}, Counted(5)}}, {t - 10, {0, {}, Counted(9)}}}},
      {SeriesNamed("f").ToString(), {{t, {0, {}, Counted(1).ToFloat()}}}}};
  EXPECT_EQ(ReadAll(), expected) << "in the head";
  Open();
  EXPECT_EQ(ReadAll(), expected) << "after a restart";
  ASSERT_TRUE(store_->Flush().ok());
  EXPECT_EQ(ReadAll(), expected) << "in a part";
  EXPECT_EQ(store_->Stats().part_samples, 3u);
  EXPECT_EQ(ReadAll(t - 10, t - 10).size(), 1u);
  ASSERT_TRUE(store_->Compact().ok());
  Open();
  EXPECT_EQ(ReadAll(), expected) << "merged";
  const auto series = store_->Series({{}, t - 20, t - 20, 0});
  ASSERT_TRUE(series.ok());
  EXPECT_EQ(series->size(), 1u);
  ExpectSound();
}

// A scrape passed on, floats and histograms of new series side by side, and what queries over the
// borders of their time see: in memory, in a part, and with the first sample alone in a part.
TEST_F(StoreHistogramTest, TheFirstAndTheLastSampleAreInEveryRangeThatReachesThem) {
  constexpr int kScrapes = 6;
  int number = 0;
  for (const int flush_after : {-1, 0, 3, kScrapes - 1}) {
    for (const bool v2 : {false, true}) {
      options_.dir = "data/store" + std::to_string(number++);
      Open();
      const int64_t first = Now();
      for (int i = 0; i < kScrapes; ++i, clock_.Advance(std::chrono::seconds(1))) {
        std::vector<model::WireSeries> scrape;
        for (int k = 0; k < 12; ++k) {
          scrape.push_back(Named("f" + std::to_string(k)));
          scrape.back().samples = {{Now(), 0.5 * i}};
          scrape.push_back(With("h" + std::to_string(k), Now(), Counted(i / 2 + 1)));
        }
        EXPECT_EQ(Send(scrape, v2).accepted, scrape.size());
        if (i == flush_after) {
          ASSERT_TRUE(store_->Flush().ok());
        }
      }
      const int64_t last = Now() - 1000;
      const auto expect = [&](int64_t min_ms, int64_t max_ms, size_t samples) {
        const Everything found = ReadAll(min_ms, max_ms);
        EXPECT_EQ(found.size(), samples == 0 ? 0u : 24u);
        for (const auto& [labels, of_series] : found) {
          EXPECT_EQ(of_series.size(), samples) << labels << " flushed after " << flush_after;
        }
      };
      expect(first - 8000, first - 1, 0);
      expect(first - 8000, first, 1);
      expect(first, first, 1);
      expect(first - 8000, last, kScrapes);
      expect(first, last, kScrapes);
      expect(first + 1, last, kScrapes - 1);
      expect(first + 1, last - 1, kScrapes - 2);
      expect(last, last, 1);
      expect(last, last + 8000, 1);
      expect(last + 1, last + 8000, 0);
      expect(INT64_MIN, first, 1);
      expect(last, INT64_MAX, 1);
    }
  }
}

TEST_F(StoreHistogramTest, OneTimeHasOneSample) {
  Open();
  const int64_t t = Now();
  model::WireSeries value = Named("m");
  value.samples = {{t, 1}};
  Send({value});
  EXPECT_EQ(Send({With("m", t, Counted(1))}).duplicate, 1u) << "a float is there";
  Send({With("m", t + 1, Counted(1))});
  value.samples = {{t + 1, 1}};
  EXPECT_EQ(Send({value}).duplicate, 1u) << "a histogram is the newest";
  Histogram hinted = Counted(1);
  hinted.reset = CounterReset::kReset;
  EXPECT_EQ(Send({With("m", t + 1, hinted)}).accepted, 1u) << "the same but for the hint";
  EXPECT_EQ(Send({With("m", t + 1, Counted(2))}).duplicate, 1u);
  Send({With("m", t + 5, Counted(3))});
  EXPECT_EQ(Send({With("m", t + 1, hinted)}).accepted, 1u) << "no longer the newest";
  EXPECT_EQ(Send({With("m", t + 1, Counted(2))}).duplicate, 1u);
  value.samples = {{t + 1, 1}};
  EXPECT_EQ(Send({value}).duplicate, 1u);
  EXPECT_EQ(Send({With("m", t, Counted(1))}).duplicate, 1u);
  EXPECT_EQ(Send({With("m", t + 3, Counted(7))}).accepted, 1u) << "late, in the window";
  EXPECT_EQ(Send({With("m", t - options_.out_of_order_window_ms, Counted(7))}).out_of_order, 1u);
  ASSERT_TRUE(store_->Flush().ok());
  EXPECT_EQ(Send({With("m", t + 5, hinted)}).duplicate, 1u) << "the newest, in a part by now";
  EXPECT_EQ(Send({With("m", t + 5, Counted(3))}).accepted, 1u);
  const auto all = ReadAll();
  EXPECT_EQ(all.begin()->second.size(), 4u);
  EXPECT_EQ(all.begin()->second.at(t + 1).histogram.reset, CounterReset::kUnknown);
}

TEST_F(StoreHistogramTest, ABadOneCostsItself) {
  Open();
  Histogram bad = Counted(3);
  bad.count = 4;
  const auto stats = Send({With("a", Now(), Counted(1)), With("b", Now(), bad),
                           With("c", Now(), Counted(2)), With("d", Now() + 3'600'000, Counted(2))});
  EXPECT_EQ(stats.accepted, 2u);
  EXPECT_EQ(stats.invalid, 2u);
  EXPECT_NE(stats.first_error.find("buckets count 3, the whole 4"), std::string::npos)
      << stats.first_error;
  EXPECT_NE(stats.first_error.find(SeriesNamed("b").ToString()), std::string::npos);
  EXPECT_EQ(ReadAll().size(), 2u);
}

TEST_F(StoreHistogramTest, CountAgainstTheMemoryCap) {
  options_.head_bytes = 64 << 10;
  Open();
  const int64_t t = Now();
  uint64_t accepted = 0;
  for (int64_t i = 0; i < 2000; ++i) {
    const auto stats = Send({With("h", t - 2000 + i, Counted(static_cast<uint64_t>(i)))});
    accepted += stats.accepted;
    if (stats.refused > 0) {
      EXPECT_NE(stats.first_error.find("memory limit"), std::string::npos) << stats.first_error;
      break;
    }
  }
  EXPECT_LT(accepted, 1500u);
  EXPECT_GE(store_->Stats().head_bytes, options_.head_bytes);
  ASSERT_TRUE(store_->Flush().ok());
  EXPECT_EQ(ReadAll().begin()->second.size(), accepted);
}

// Latencies over forty buckets, as a server that is asked all the time has them.
TEST_F(StoreHistogramTest, TakeLittleMemory) {
  constexpr int kSamples = 240;
  std::mt19937_64 random(1);
  std::vector<uint64_t> counts(40);
  const auto next = [&] {
    Histogram h;
    h.schema = 3;
    h.zero_threshold = 2.938735877055719e-39;
    h.positive.spans = {{-12, 40}};
    int64_t before = 0;
    for (uint64_t& count : counts) {
      count += random() % 50;
      h.count += count;
      h.positive.deltas.push_back(static_cast<int64_t>(count) - before);
      before = static_cast<int64_t>(count);
    }
    h.sum = 0.123 * static_cast<double>(h.count);
    return h;
  };
  Open();
  uint64_t plain = 0;
  for (int i = 0; i < kSamples; ++i) {
    const Histogram histogram = next();
    plain += histogram.MemoryBytes();
    ASSERT_EQ(Send({With("h", Now(), histogram)}).accepted, 1u);
    clock_.Advance(std::chrono::seconds(15));
  }
  const uint64_t bytes = store_->Stats().head_bytes;
  std::printf("%.0f bytes a histogram of 40 buckets, %.0f as a value\n",
              static_cast<double>(bytes) / kSamples, static_cast<double>(plain) / kSamples);
  EXPECT_LT(bytes, plain / 2);
}

TEST_F(StoreHistogramTest, DeletionTakesThem) {
  Open();
  const int64_t t = Now();
  Send({With("h", t - 20, Counted(5)), With("h", t - 10, Counted(6)), With("h", t, Counted(7))});
  ASSERT_TRUE(store_->Delete({model::Matcher::Equal("__name__", "h")}, t - 15, t - 5).ok());
  EXPECT_EQ(ReadAll().begin()->second.size(), 2u);
  ASSERT_TRUE(store_->CleanTombstones().ok());
  EXPECT_EQ(ReadAll().begin()->second.size(), 2u);
  EXPECT_EQ(store_->Stats().part_samples, 2u);
}

TEST_F(StoreHistogramTest, AreNotLateForTheFloatsBesideThem) {
  Open();
  const int64_t t = Now();
  const int64_t hour = 3'600'000;
  model::WireSeries floats = Named("m");
  floats.samples = {{t - hour - 1, 1}, {t, 2}};
  EXPECT_EQ(Send({With("m", t - hour, Counted(3)), floats}).rejected(), 0u);
  EXPECT_EQ(ReadAll().begin()->second.size(), 3u);
}

TEST_F(StoreHistogramTest, StartsOfLateSamplesAreTheirOwn) {
  Open();
  const int64_t t = Now();
  model::WireSeries series = Named("m");
  series.samples = {{t - 50, 1}, {t, 2}};
  series.starts_ms = {t - 900, t - 900};
  Send({series});
  series.samples = {{t - 20, 7}, {t + 1, 3}};
  series.starts_ms = {t - 30, 0};
  Send({series});
  std::map<int64_t, int64_t> expected = {
      {t - 50, t - 900}, {t - 20, t - 30}, {t, t - 900}, {t + 1, 0}};
  for (int i = 0; i < 3; ++i) {
    std::map<int64_t, int64_t> starts;
    const Everything all = ReadAll();
    for (const auto& [time_ms, one] : all.begin()->second) starts[time_ms] = one.start_ms;
    EXPECT_EQ(starts, expected) << i;
    if (i == 1) {
      ASSERT_TRUE(store_->Flush().ok());
    }
    Open();
  }
}

TEST_F(StoreHistogramTest, ARefusedBatchIsNotTakenAtAll) {
  Open();
  const int64_t t = Now();
  model::WireSeries floats = Named("m");
  floats.samples = {{t - 5, 1}};
  floats.starts_ms = {t - 100};
  Send({floats, With("h", t - 5, Counted(1))});
  const Everything before = ReadAll();
  const uint64_t bytes = store_->Stats().head_bytes;
  fs_.FailAlways(test::FaultFs::Fault::kNoSpace);
  floats.samples = {{t, 2}};
  floats.starts_ms = {t - 1};
  EXPECT_FALSE(TrySend({floats, With("h", t, Counted(2)), With("new", t, Counted(2))}, true).ok());
  fs_.ClearFault();
  EXPECT_EQ(ReadAll(), before);
  // Arrays keep the room they grew.
  EXPECT_LE(store_->Stats().head_bytes, bytes + 200);
  clock_.Advance(std::chrono::seconds(60));
  ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(Send({With("h", t, Counted(3))}).accepted, 1u) << "nothing remembers the other one";
}

// Random batches against a map.
class HistogramModelTest : public StoreHistogramTest {
 protected:
  static constexpr size_t kSeries = 5;

  bool OneIn(uint64_t n) { return random_() % n == 0; }

  model::WireSeries Batch(size_t number) {
    model::WireSeries series = Named("m" + std::to_string(number));
    for (uint64_t i = 0; i < 1 + random_() % 3; ++i) {
      const int64_t late = OneIn(6) ? static_cast<int64_t>(random_() % 300) * 1000 : 0;
      const int64_t time_ms = Now() - late + static_cast<int64_t>(i);
      const int64_t start_ms = OneIn(3) ? 0 : Now() / 3'600'000 * 3'600'000;
      // Series 0 has floats alone, the last histograms alone.
      if (number > 0 && (number + 1 == kSeries || OneIn(2))) {
        series.histograms.push_back({time_ms, start_ms, histograms_[number].Next()});
      } else {
        series.samples.push_back({time_ms, static_cast<double>(random_() % 100)});
        series.starts_ms.push_back(number == 0 ? 0 : start_ms);
      }
    }
    return series;
  }

  // As the store does, in its order: floats first.
  void Judge(const std::vector<model::WireSeries>& batch) {
    for (const model::WireSeries& series : batch) {
      for (size_t i = 0; i < series.samples.size(); ++i) {
        Take(series, series.samples[i].time_ms,
             {series.starts_ms[i], std::bit_cast<uint64_t>(series.samples[i].value), {}});
      }
    }
    for (const model::WireSeries& series : batch) {
      for (const model::TimedHistogram& one : series.histograms) {
        Take(series, one.time_ms, {one.start_ms, {}, one.histogram});
      }
    }
  }
  void Take(const model::WireSeries& series, int64_t time_ms, const Stored& sample) {
    auto& samples = expected_[series.labels.ToString()];
    if (samples.empty() || time_ms >= samples.rbegin()->first - options_.out_of_order_window_ms) {
      samples.emplace(time_ms, sample);
    }
  }

  void AppendSome() {
    std::vector<model::WireSeries> batch;
    for (size_t number = 0; number < kSeries; ++number) {
      if (!OneIn(4)) batch.push_back(Batch(number));
    }
    if (OneIn(12)) {
      fs_.FailAlways(test::FaultFs::Fault::kNoSpace);
      const auto refused = TrySend(batch, true);
      fs_.ClearFault();
      clock_.Advance(std::chrono::seconds(30));
      EXPECT_TRUE(store_->Maintain().ok());
      if (!refused.ok()) return;  // else all of it was refused or known
    } else {
      Send(batch);
    }
    Judge(batch);
  }

  void Step() {
    const uint64_t what = random_() % 100;
    if (what < 80) {
      AppendSome();
      clock_.Advance(std::chrono::seconds(15 + random_() % 60));
    } else if (what < 86) {
      ASSERT_TRUE(store_->Flush().ok());
    } else if (what < 90) {
      if (!Durable().ok()) {  // a sync under way while the disk was full
        clock_.Advance(std::chrono::seconds(30));
        ASSERT_TRUE(store_->Maintain().ok());
        ASSERT_TRUE(Durable().ok());
      }
      fs_.Kill();
      Open();
    } else if (what < 93) {
      ASSERT_TRUE(store_->Compact().ok());
    } else {
      Compare();
    }
  }

  void Compare() {
    const Everything got = ReadAll();
    ASSERT_EQ(got.size(), expected_.size());
    for (const auto& [name, samples] : expected_) {
      ASSERT_EQ(got.count(name), 1u) << name;
      for (const auto& [time_ms, one] : samples) {
        const auto at = got.at(name).find(time_ms);
        ASSERT_NE(at, got.at(name).end()) << name << " at " << time_ms;
        ASSERT_EQ(at->second, one) << name << " at " << time_ms;
      }
      ASSERT_EQ(got.at(name).size(), samples.size()) << name;
    }
  }

  std::mt19937_64 random_;
  std::vector<test::RandomHistograms> histograms_;
  Everything expected_;
};

TEST_F(HistogramModelTest, AnswersAsAMapDoes) {
  const uint64_t seed = std::random_device()();
  for (uint64_t round = 0; round < test::ForRun(1u, 10u); ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed + round));
    random_.seed(seed + round);
    histograms_.clear();
    for (size_t i = 0; i < kSeries; ++i) histograms_.emplace_back(seed + round * 100 + i);
    options_.dir = "data/" + std::to_string(round);
    expected_.clear();
    Open();
    for (int i = 0; i < 300 && !HasFatalFailure(); ++i) Step();
    if (HasFatalFailure()) return;
    Open();
    Compare();
    if (HasFatalFailure()) return;
    ExpectSound();
  }
}

}  // namespace
}  // namespace vedette::tsdb
