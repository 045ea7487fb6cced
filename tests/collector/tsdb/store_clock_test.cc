#include "model/wire_batch.h"
#include "store_fixture.h"

// A clock that is wrong for a while costs nothing that was stored and keeps nothing out afterwards.

namespace vedette::tsdb {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class StoreClockTest : public StoreTest {
 protected:
  std::vector<model::SampleRow> Page() const {
    std::vector<model::SampleRow> rows;
    for (int i = 0; i < 12; ++i) rows.push_back(Row(SeriesNamed("m", i), Now(), i));
    return rows;
  }
  uint64_t TakePage() { return Append(Page()).accepted; }
  uint64_t Send() {
    std::vector<model::WireSeries> series(12);
    for (int i = 0; i < 12; ++i) {
      series[static_cast<size_t>(i)].labels = SeriesNamed("w", i);
      series[static_cast<size_t>(i)].samples = {{Now(), 1}};
    }
    const std::string bytes = model::EncodeRemoteWriteV1(series);
    const auto batch = model::WireBatch::ParseV1(bytes);
    EXPECT_TRUE(batch.ok()) << batch.status();
    const auto stats = store_->Append(*batch);
    return stats.ok() ? stats->accepted : 0;
  }
  // Minutes of a store's life; retention looks at sizes once in each.
  void Live(int minutes) {
    for (int i = 0; i < minutes; ++i) {
      clock_.Advance(seconds(60));
      TakePage();
      ASSERT_TRUE(store_->Maintain().ok());
    }
  }
};

TEST_F(StoreClockTest, AJumpAheadDropsNothingThoughSamplesComeWithItsTime) {
  options_.retention_ms = 24ll * 3600 * 1000;
  Open();
  TakePage();
  ASSERT_TRUE(store_->Flush().ok());
  const Contents before = All();
  clock_.StepWall(hours(24 * 400));
  Live(90);
  for (const auto& [series, samples] : before) {
    EXPECT_TRUE(All().at(series).contains(samples.begin()->first)) << series;
  }
  // Nobody has set it right in a day: it was wrong before.
  clock_.Advance(hours(24));
  Live(2);
  EXPECT_FALSE(All().begin()->second.contains(before.begin()->second.begin()->first));
}

TEST_F(StoreClockTest, SamplesAreTakenAgainAtOnceWhenItStepsBack) {
  Open();
  EXPECT_EQ(TakePage() + Send(), 24u);
  clock_.StepWall(hours(48));
  clock_.Advance(seconds(15));
  EXPECT_EQ(TakePage() + Send(), 24u);
  clock_.StepWall(-hours(48));
  for (int i = 0; i < 4; ++i) {
    clock_.Advance(seconds(15));
    EXPECT_EQ(TakePage(), 12u) << i;
    EXPECT_EQ(Send(), 12u) << i;
    if (i == 1) {
      ASSERT_TRUE(store_->Flush().ok());
    }
    ASSERT_TRUE(store_->Maintain().ok());
  }
  const Contents before = All();
  for (const auto& [series, samples] : before) EXPECT_EQ(samples.size(), 6u) << series;
  // The window holds from the clock now.
  const auto late = Append({Row(SeriesNamed("m"), Now() - options_.out_of_order_window_ms - 1, 9)});
  EXPECT_EQ(late.out_of_order, 1u);
  Open();
  EXPECT_EQ(All(), before);
  clock_.Advance(seconds(15));
  EXPECT_EQ(TakePage() + Send(), 24u);
}

// What is over a bound says of whom.
TEST_F(StoreClockTest, RefusalsNameSeriesAndLimit) {
  options_.max_series = 12;
  Open();
  EXPECT_EQ(TakePage(), 12u);
  const auto more = Append({Row(SeriesNamed("n", 7), Now(), 1)});
  EXPECT_EQ(more.refused, 1u);
  EXPECT_NE(more.first_error.find("{__name__=\"n\", instance=\"7\", job=\"test\"}"),
            std::string::npos)
      << more.first_error;
  EXPECT_NE(more.first_error.find("limit of 12 series"), std::string::npos) << more.first_error;
  EXPECT_EQ(Send(), 0u);
  options_.head_bytes = 10'000;
  options_.max_series = 1000;
  Open();
  model::AppendStats full;
  for (int i = 0; i < 1000 && full.refused == 0; ++i) {
    full = Append({Row(SeriesNamed("o", i), Now(), 1)});
  }
  EXPECT_NE(full.first_error.find("__name__=\"o\""), std::string::npos) << full.first_error;
  EXPECT_NE(full.first_error.find("memory limit of 10000 bytes"), std::string::npos)
      << full.first_error;
}

}  // namespace
}  // namespace vedette::tsdb
