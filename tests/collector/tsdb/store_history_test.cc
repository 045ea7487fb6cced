#include <string>

#include "store_fixture.h"

// What the store says of its past stands for as long as the version does.

namespace vedette::tsdb {
namespace {

class StoreHistory : public StoreTest {
 protected:
  static constexpr int64_t kSecond = 1000;
  static constexpr int64_t kMinute = 60 * kSecond;
  static constexpr int64_t kHour = 60 * kMinute;
  static constexpr int64_t kDay = 24 * kHour;

  StoreHistory() {
    options_.out_of_order_window_ms = 2 * kHour;
    options_.retention_ms = 10 * kDay;
  }
  // A sample a minute up to now.
  void Fill(int64_t minutes, const std::string& metric = "a") {
    for (int64_t i = minutes; i >= 0; --i)
      Append({Row(SeriesNamed(metric), Now() - i * kMinute, 1)});
  }
  History Past() const { return store_->History(); }
  void Flush() { ASSERT_TRUE(store_->Flush().ok()); }
};

TEST_F(StoreHistory, NothingStandsWithoutAPart) {
  Open();
  EXPECT_EQ(Past().boundary_ms, INT64_MIN);
  Fill(30);
  EXPECT_EQ(Past().boundary_ms, INT64_MIN);
}

TEST_F(StoreHistory, FlushExtendsItAndIsNoChange) {
  Open();
  Fill(30);
  Flush();
  const History first = Past();
  EXPECT_EQ(first.boundary_ms, Now() - kMinute);
  clock_.Advance(std::chrono::minutes(30));
  Fill(29);
  EXPECT_EQ(Past().boundary_ms, first.boundary_ms);
  Flush();
  EXPECT_EQ(Past().boundary_ms, Now() - kMinute);
  EXPECT_EQ(Past().version, first.version);
}

TEST_F(StoreHistory, WhatIsInMemoryBoundsIt) {
  Open();
  Fill(30, "slow");
  Flush();
  const uint64_t version = Past().version;
  Append({Row(SeriesNamed("late"), Now() - kSecond, 1)});
  Append({Row(SeriesNamed("slow"), Now() + kMinute, 1)});
  EXPECT_EQ(Past().boundary_ms, Now() - kMinute);
  EXPECT_EQ(Past().version, version) << "it came after the boundary";
}

TEST_F(StoreHistory, LateSampleIsAnotherVersion) {
  Open();
  Fill(60);
  Flush();
  const History before = Past();
  Append({Row(SeriesNamed("b"), Now() - 10 * kMinute, 1)});
  EXPECT_NE(Past().version, before.version);
  EXPECT_EQ(Past().boundary_ms, Now() - 10 * kMinute - 1);
  // The part of the past that is open now may be written to.
  const History open = Past();
  Append({Row(SeriesNamed("b"), Now() - 5 * kMinute, 1)});
  EXPECT_EQ(Past().version, open.version);
  Flush();
  EXPECT_EQ(Past().boundary_ms, Now() - kMinute);
  Append({Row(SeriesNamed("b"), Now() - 7 * kMinute, 1)});
  EXPECT_NE(Past().version, open.version);
}

TEST_F(StoreHistory, RefusedSampleIsNoChange) {
  Open();
  Fill(60);
  Flush();
  const History before = Past();
  EXPECT_EQ(Append({Row(SeriesNamed("a"), Now() - 3 * kHour, 1)}).accepted, 0u);
  EXPECT_EQ(Past().version, before.version);
  EXPECT_EQ(Past().boundary_ms, before.boundary_ms);
}

TEST_F(StoreHistory, DeletionIsAnotherVersionAndItsRewriteNone) {
  Open();
  Fill(60);
  Flush();
  const uint64_t before = Past().version;
  ASSERT_TRUE(store_->Delete({model::Matcher::Equal("__name__", "a")}, Now() - kHour, Now()).ok());
  const uint64_t deleted = Past().version;
  EXPECT_NE(deleted, before);
  ASSERT_TRUE(store_->CleanTombstones().ok());
  EXPECT_EQ(Past().version, deleted);
}

TEST_F(StoreHistory, ImportIsAnotherVersion) {
  Open();
  Fill(60);
  Flush();
  const uint64_t before = Past().version;
  const int64_t first = Now() - 3 * kDay;
  const base::Status imported =
      store_->Import({{first / kDay, first}}, [&](int64_t, const Store::Visitor& add) {
        return add({SeriesNamed("imported"), {first}, {1}});
      });
  ASSERT_TRUE(imported.ok()) << imported;
  EXPECT_NE(Past().version, before);
  EXPECT_EQ(Past().boundary_ms, Now() - kMinute);
}

TEST_F(StoreHistory, MergesAreNoChangeAndRetentionIsOne) {
  Open();
  for (int i = 0; i < 9; ++i) {
    Fill(20);
    Flush();
    clock_.Advance(std::chrono::minutes(30));
  }
  const uint64_t before = Past().version;
  const size_t parts = PartFiles().size();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_LT(PartFiles().size(), parts);
  EXPECT_EQ(Past().version, before);
  for (int day = 0; day < 13; ++day) {
    clock_.Advance(std::chrono::hours(24));
    Fill(1);
    ASSERT_TRUE(store_->Maintain().ok());
  }
  EXPECT_NE(Past().version, before);
}

TEST_F(StoreHistory, IsThereAgainAfterAStart) {
  Open();
  Fill(60);
  Flush();
  clock_.Advance(std::chrono::minutes(10));
  Fill(9);
  ASSERT_TRUE(Durable().ok());
  const int64_t boundary = Past().boundary_ms;
  Open();
  EXPECT_EQ(Past().boundary_ms, boundary);
}

}  // namespace
}  // namespace vedette::tsdb
