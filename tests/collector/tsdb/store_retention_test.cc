#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store_fixture.h"

// Retention by size: the oldest days go, everything in the folder counts.

namespace vedette::tsdb {
namespace {

class SizeTest : public StoreTest {
 protected:
  // A day's part of about 30 kB: values without a pattern.
  void MakeDay() {
    std::vector<model::SampleRow> rows;
    for (int i = 0; i < 4000; ++i) {
      next_ = next_ * 6364136223846793005ull + 1442695040888963407ull;
      rows.push_back(Row(SeriesNamed("m", i % 8), Now() + i / 8,
                         std::bit_cast<double>((next_ >> 12) | 0x3ff0000000000000ull)));
    }
    Append(rows);
    ASSERT_TRUE(store_->Flush().ok());
    days_.push_back(Now());
    clock_.Advance(std::chrono::hours(24));
  }
  // The first day of which samples are left; -1 for none.
  int OldestDay() {
    const int64_t min_ms = store_->Stats().min_time_ms;
    for (size_t i = 0; i < days_.size(); ++i) {
      if (days_[i] == min_ms) return static_cast<int>(i);
    }
    return -1;
  }
  double Gauge(const std::string& name) {
    for (const auto& family : telemetry_.Collect()) {
      if (family.name == name) return family.points.front().value;
    }
    return -1;
  }
  void Maintain() {
    ASSERT_TRUE(store_->Maintain().ok());
    clock_.Advance(std::chrono::minutes(1));
  }

  uint64_t next_ = 1;
  std::vector<int64_t> days_;
};

TEST_F(SizeTest, DropsTheOldestDaysUntilItFits) {
  Open();
  for (int i = 0; i < 5; ++i) MakeDay();
  const uint64_t part = store_->Stats().part_bytes / 5;
  store_.reset();
  options_.retention_bytes = 3 * part + part / 2;
  Open();
  Maintain();
  EXPECT_EQ(OldestDay(), 2);
  EXPECT_EQ(store_->Stats().parts, 3u);
  EXPECT_LE(Gauge("vedette_tsdb_storage_bytes"), static_cast<double>(options_.retention_bytes));
  EXPECT_EQ(Gauge("vedette_tsdb_retention_limit_bytes"),
            static_cast<double>(options_.retention_bytes));
  EXPECT_EQ(Gauge("vedette_tsdb_size_retentions_total"), 1);
}

TEST_F(SizeTest, CountsEverythingInTheFolder) {
  Open();
  for (int i = 0; i < 3; ++i) MakeDay();
  const uint64_t part = store_->Stats().part_bytes / 3;
  store_.reset();
  // Somebody's file, or one set aside: its room is not there for parts.
  ASSERT_TRUE(fs_.CreateDirs("data/metrics/parts").ok());
  ASSERT_TRUE(fs_.WriteFileAtomic("data/metrics/parts/00000000000000aa.part.broken",
                                  std::string(2 * part, 'x'))
                  .ok());
  options_.retention_bytes = 4 * part + part / 2;
  Open();
  Maintain();
  EXPECT_EQ(store_->Stats().parts, 2u);
  EXPECT_EQ(OldestDay(), 1);
}

TEST_F(SizeTest, KeepsTheNewestPartAndSaysOnceThatItIsTooLarge) {
  Open();
  for (int i = 0; i < 3; ++i) MakeDay();
  store_.reset();
  options_.retention_bytes = 100;
  Open();
  for (int i = 0; i < 3; ++i) Maintain();
  EXPECT_EQ(store_->Stats().parts, 1u);
  EXPECT_EQ(OldestDay(), 2);
  EXPECT_EQ(log_.Count("larger than its size allows"), 1);
}

TEST_F(SizeTest, LooksOnceAMinute) {
  options_.retention_bytes = 1;
  Open();
  ASSERT_TRUE(store_->Maintain().ok());
  for (int i = 0; i < 2; ++i) MakeDay();  // the clock moves by days
  EXPECT_EQ(store_->Stats().parts, 2u);
  ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(store_->Stats().parts, 1u);
}

TEST_F(SizeTest, NoLimitDropsNothing) {
  Open();
  for (int i = 0; i < 4; ++i) MakeDay();
  Maintain();
  EXPECT_EQ(store_->Stats().parts, 4u);
}

}  // namespace
}  // namespace vedette::tsdb
