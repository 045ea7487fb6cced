#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "store_fixture.h"
#include "tests/support/long_tests.h"

// Random operations against a std::map: whatever is done to the store, it answers as the map does.

namespace vedette::tsdb {
namespace {

constexpr int kModelSeries = 6;

class ModelTest : public StoreTest {
 protected:
  double ValueOf(int series, int64_t time_ms) {
    if (series == 0) return 1;
    if (series == 1) return static_cast<double>(time_ms / 1000);
    if (series == 2 && time_ms % 7 == 0) return model::StaleNan();
    if (series == 3) return -0.0;
    return static_cast<double>(time_ms % 9973) / (series == 4 ? 100.0 : 7.0);
  }

  void AppendOne() {
    const int series = static_cast<int>(random_() % kModelSeries);
    const int64_t back = random_() % 3 == 0 ? static_cast<int64_t>(random_() % 1'200'000) : 0;
    const int64_t time_ms = Now() - back / 1000 * 1000;
    const bool other = random_() % 10 == 0;
    const double value = other ? 123456.5 : ValueOf(series, time_ms);
    const model::Labels labels = SeriesNamed("m", series);
    const model::AppendStats stats = Append({Row(labels, time_ms, value)});
    ASSERT_EQ(stats.accepted + stats.out_of_order + stats.duplicate, 1u);
    auto& samples = expected_[labels.ToString()];
    const auto known = samples.find(time_ms);
    if (stats.out_of_order == 1) {
      ASSERT_LT(time_ms, samples.rbegin()->first - options_.out_of_order_window_ms);
    } else if (stats.duplicate == 1) {
      ASSERT_NE(known, samples.end());
      // Or it differs from one that was taken and is never seen, the first being in a part.
      ASSERT_TRUE(known->second != std::bit_cast<uint64_t>(value) ||
                  unseen_.contains({labels.ToString(), time_ms}));
    } else if (!samples.emplace(time_ms, std::bit_cast<uint64_t>(value)).second &&
               known->second != std::bit_cast<uint64_t>(value)) {
      unseen_.insert({labels.ToString(), time_ms});
    }
  }

  void Step() {
    const uint64_t what = random_() % 100;
    if (what < 70) {
      AppendOne();
    } else if (what < 85) {
      clock_.Advance(std::chrono::seconds(random_() % 1500));
    } else if (what < 90) {
      ASSERT_TRUE(store_->Flush().ok());
    } else if (what < 95) {
      ASSERT_TRUE(store_->Maintain().ok());
    } else if (what < 97) {
      Open();
    } else {
      Compare();
    }
  }

  void Compare() {
    ASSERT_EQ(All(), expected_);
    const int64_t min_ms = Now() - static_cast<int64_t>(random_() % 20'000'000);
    const int64_t max_ms = min_ms + static_cast<int64_t>(random_() % 10'000'000);
    const int series = static_cast<int>(random_() % kModelSeries);
    const auto got =
        Read(*store_, {model::Matcher::Equal("instance", std::to_string(series))}, min_ms, max_ms);
    ASSERT_TRUE(got.ok()) << got.status();
    Contents want;
    const std::string name = SeriesNamed("m", series).ToString();
    for (const auto& [time_ms, bits] : expected_[name]) {
      if (time_ms >= min_ms && time_ms <= max_ms) want[name][time_ms] = bits;
    }
    if (expected_[name].empty()) expected_.erase(name);
    ASSERT_EQ(*got, want);
  }

  std::mt19937_64 random_;
  Contents expected_;
  std::set<std::pair<std::string, int64_t>> unseen_;
};

TEST_F(ModelTest, AnswersAsAMapDoes) {
  const uint64_t seed = std::random_device()();
  for (uint64_t round = 0; round < test::ForRun(2u, 20u); ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed + round));
    random_.seed(seed + round);
    options_.dir = "data/" + std::to_string(round);
    expected_.clear();
    unseen_.clear();
    Open();
    for (int i = 0; i < 800 && !HasFatalFailure(); ++i) Step();
    if (HasFatalFailure()) return;
    Open();
    Compare();
  }
}

}  // namespace
}  // namespace vedette::tsdb
