#include <gtest/gtest.h>

#include "store_fixture.h"

// Compact leaves one part a day, today's too, and every sample that was not deleted.

namespace vedette::tsdb {
namespace {

class CompactTest : public StoreTest {
 protected:
  void Scrapes(int times) {
    for (int i = 0; i < times; ++i) {
      Append({Row(SeriesNamed("stays"), Now(), i), Row(SeriesNamed("gone"), Now(), i)});
      clock_.Advance(std::chrono::minutes(10));
    }
  }
};

TEST_F(CompactTest, LeavesOnePartADayAndEverySample) {
  Open();
  for (int day = 0; day < 2; ++day) {
    for (int flush = 0; flush < 3; ++flush) {
      Scrapes(3);
      ASSERT_TRUE(store_->Flush().ok());
    }
    clock_.Advance(std::chrono::hours(22));  // with the scrapes: less than a day
  }
  Scrapes(1);  // in memory alone
  const Contents before = All();
  ASSERT_GT(PartFiles().size(), 3u);
  ASSERT_TRUE(store_->Compact().ok());
  EXPECT_EQ(PartFiles().size(), 3u);
  EXPECT_EQ(All(), before);
  ASSERT_TRUE(store_->Compact().ok()) << "a second time";
  EXPECT_EQ(All(), before);
  Open();
  EXPECT_EQ(All(), before);
}

TEST_F(CompactTest, TakesWhatWasDeletedOffTheDisk) {
  Open();
  Scrapes(3);
  ASSERT_TRUE(store_->Flush().ok());
  ASSERT_TRUE(
      store_->Delete({model::Matcher::Equal("__name__", "gone")}, INT64_MIN, INT64_MAX).ok());
  ASSERT_TRUE(store_->Compact().ok());
  EXPECT_EQ(store_->Stats().part_samples, 3u);
  EXPECT_EQ(store_->Stats().tombstones, 0u);
}

TEST_F(CompactTest, OfAnEmptyStoreIsNothing) {
  Open();
  EXPECT_TRUE(store_->Compact().ok());
  EXPECT_TRUE(PartFiles().empty());
}

}  // namespace
}  // namespace vedette::tsdb
