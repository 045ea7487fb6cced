#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "store_fixture.h"

namespace vedette::tsdb {
namespace {

class StoreLendTest : public StoreTest {
 protected:
  // A scrape of so many series, of which some stand still, at the clock's time.
  void Scrape(int series, int step) {
    std::vector<model::SampleRow> rows;
    for (int i = 0; i < series; ++i) {
      rows.push_back(Row(SeriesNamed("m", i), Now(), i % 3 == 0 ? 7 : i + step));
    }
    Append(std::move(rows));
    clock_.Advance(std::chrono::seconds(15));
  }

  base::Status Lend(Store::LendRequest request, std::vector<model::SeriesSamples>* series) const {
    return store_->Lend(request, [series](const model::SeriesView& view) {
      series->push_back(model::CopyOf(view));
      return base::Status();
    });
  }
};

std::vector<model::Matcher> OfMetric(const std::string& name) {
  return {model::Matcher::Equal("__name__", name)};
}

// From memory, from a part, and of both.
TEST_F(StoreLendTest, LendsTheNewestSampleOfEachSeries) {
  Open();
  for (int step = 0; step < 40; ++step) {
    Scrape(20, step);
    if (step == 20) {
      ASSERT_TRUE(store_->Flush().ok());
    }
    for (const int64_t behind_ms : {0, 40'000, 200'000}) {
      const int64_t to_ms = Now() - behind_ms;
      std::vector<model::SeriesSamples> all;
      std::vector<model::SeriesSamples> newest;
      ASSERT_TRUE(Lend({OfMetric("m"), to_ms - 300'000, to_ms, false}, &all).ok());
      ASSERT_TRUE(Lend({OfMetric("m"), to_ms - 300'000, to_ms, true}, &newest).ok());
      ASSERT_EQ(newest.size(), all.size());
      for (size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(newest[i].labels, all[i].labels);
        EXPECT_EQ(newest[i].timestamps_ms.back(), all[i].timestamps_ms.back());
        EXPECT_EQ(newest[i].values.back(), all[i].values.back());
      }
    }
  }
}

// Whoever reads has what there was at the call; what comes meanwhile is neither seen nor harmed.
TEST_F(StoreLendTest, SamplesMayComeWhileTheOldAreRead) {
  Open();
  for (int step = 0; step < 33; ++step) Scrape(12, step);
  const Contents before = All();
  Contents seen;
  const base::Status status =
      store_->Lend({OfMetric("m"), INT64_MIN, INT64_MAX, false}, [&](const auto& view) {
        Scrape(15, 100);
        if (seen.size() == 5) {
          EXPECT_TRUE(store_->Flush().ok());
        }
        auto& samples = seen[view.labels->ToString()];
        for (size_t i = 0; i < view.values.size(); ++i) {
          samples[view.timestamps_ms[i]] = std::bit_cast<uint64_t>(view.values[i]);
        }
        return base::Status();
      });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(seen, before);
}

// A selector asked again gives series that have come since, and none that were forgotten.
TEST_F(StoreLendTest, RememberedSelectorsKnowNewSeries) {
  Open();
  const auto ten = model::Matcher::Make(model::MatchType::kRegex, "instance", "1.*");
  ASSERT_TRUE(ten.ok());
  const std::vector<std::vector<model::Matcher>> selectors = {
      OfMetric("m"), {model::Matcher::Equal("__name__", "m"), *ten}, {*ten}};
  for (int series = 1; series < 130; series += 9) {
    Scrape(series, 1);
    if (series % 4 == 0) {
      ASSERT_TRUE(store_->Flush().ok());
    }
    for (const auto& matchers : selectors) {
      size_t expected = 0;
      for (int i = 0; i < series; ++i) {
        expected += model::MatchesAll(matchers, SeriesNamed("m", i)) ? 1 : 0;
      }
      const auto found = Read(*store_, matchers);
      ASSERT_TRUE(found.ok()) << found.status();
      EXPECT_EQ(found->size(), expected) << series;
    }
    const auto instances = store_->LabelValues("instance", {});
    ASSERT_TRUE(instances.ok());
    EXPECT_EQ(instances->size(), static_cast<size_t>(series));
    EXPECT_EQ(*store_->LabelNames({}), (std::vector<std::string>{"__name__", "instance", "job"}));
  }
}

TEST_F(StoreLendTest, SelectorsTooLongToRememberKnowNewSeriesToo) {
  Open();
  const auto other =
      model::Matcher::Make(model::MatchType::kNotEqual, "instance", std::string(1 << 20, 'x'));
  ASSERT_TRUE(other.ok());
  for (const int series : {3, 7}) {
    Scrape(series, 1);
    const auto found = Read(*store_, {model::Matcher::Equal("__name__", "m"), *other});
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->size(), static_cast<size_t>(series));
  }
}

// Who asks by remote read says both ends; it is nobody's business to have them in order.
TEST_F(StoreLendTest, RangeThatEndsBeforeItBeginsHasNothing) {
  Open();
  for (const bool flushed : {false, true}) {
    const int64_t begin = Now();
    for (int step = 0; step < 20; ++step) Scrape(10, step);
    for (const bool newest_only : {false, true}) {
      std::vector<model::SeriesSamples> series;
      ASSERT_TRUE(
          Lend({OfMetric("m"), begin + 200'000, begin + 100'000, newest_only}, &series).ok());
      ASSERT_TRUE(Lend({OfMetric("m"), INT64_MAX, INT64_MIN, newest_only}, &series).ok());
      EXPECT_TRUE(series.empty()) << flushed;
    }
    const SeriesQuery all{{}, begin + 200'000, begin + 100'000, 0};
    EXPECT_EQ(*store_->LabelNames(all), std::vector<std::string>());
    EXPECT_EQ(*store_->LabelValues("instance", all), std::vector<std::string>());
    EXPECT_EQ(*store_->Series({OfMetric("m"), all.min_ms, all.max_ms, 0}),
              std::vector<model::Labels>());
    ASSERT_TRUE(store_->Flush().ok());
  }
}

// Parts that come with each flush are not taken for one another.
TEST_F(StoreLendTest, PagesAreRememberedByPart) {
  Open();
  for (int round = 0; round < 3; ++round) {
    Scrape(40, round);
    ASSERT_TRUE(store_->Flush().ok());
    const Contents first = All();
    EXPECT_EQ(first, All());
    EXPECT_EQ(first.size(), 40u);
    EXPECT_EQ(first.begin()->second.size(), static_cast<size_t>(round) + 1);
  }
}

}  // namespace
}  // namespace vedette::tsdb
