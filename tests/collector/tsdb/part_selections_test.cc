#include "collector/tsdb/part_selections.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store_fixture.h"

namespace vedette::tsdb {
namespace {

constexpr size_t kBudget = 1 << 20;

PartSelections::Series SeriesUpTo(uint32_t count) {
  std::vector<uint32_t> series(count);
  for (uint32_t i = 0; i < count; ++i) series[i] = i;
  return std::make_shared<const std::vector<uint32_t>>(std::move(series));
}

std::string PartNumber(int number) { return "parts/" + std::to_string(number) + ".part"; }

// Ninety days of parts, each asked for selectors of a thousand hosts: what is kept of one part
// leaves that much less for the others.
TEST(PartSelections, AllPartsTogetherKeepNoMoreThanTheirBudget) {
  PartSelections lately(kBudget);
  for (int part = 0; part < 90; ++part) {
    for (int i = 0; i < 20; ++i) {
      const std::string number = std::to_string(i);
      lately.PutSeries(PartNumber(part), number + std::string(30'000, 'h'), SeriesUpTo(1000));
      lately.PutSeries(PartNumber(part), number, SeriesUpTo(0));
      lately.PutValues(PartNumber(part), number,
                       std::make_shared<const std::vector<std::string>>(500, "a host's name"));
      ASSERT_LE(lately.bytes(), kBudget);
    }
  }
  EXPECT_GT(lately.bytes(), kBudget / 2);
  EXPECT_NE(lately.FindSeries(PartNumber(89), "19"), nullptr);
}

TEST(PartSelections, WhatOnePartHasIsNotWhatAnotherHas) {
  PartSelections lately(kBudget);
  lately.PutSeries("p1", "up", SeriesUpTo(1));
  lately.PutSeries("p2", "up", SeriesUpTo(2));
  lately.PutValues("p1", "up", std::make_shared<const std::vector<std::string>>(3));
  EXPECT_EQ(lately.FindSeries("p1", "up")->size(), 1u);
  EXPECT_EQ(lately.FindSeries("p2", "up")->size(), 2u);
  EXPECT_EQ(lately.FindValues("p1", "up")->size(), 3u);
  EXPECT_EQ(lately.FindSeries("p", "1up"), nullptr);
  EXPECT_EQ(lately.FindValues("p2", "up"), nullptr);
}

// It asks every part of its range: kept, its answers would leave no room for any other.
TEST(PartSelections, OneQueryOfAllSeriesDrivesOutNothing) {
  PartSelections lately(16 << 20);
  lately.PutSeries(PartNumber(0), "up", SeriesUpTo(3));
  for (int part = 0; part < 90; ++part) {
    lately.PutSeries(PartNumber(part), "{}", SeriesUpTo(100'000));
  }
  EXPECT_NE(lately.FindSeries(PartNumber(0), "up"), nullptr);
}

TEST_F(StoreTest, PartsShareOneBudgetForWhatSelectorsFound) {
  options_.selection_cache_bytes = 32 << 10;
  Open();
  for (int part = 0; part < 6; ++part) {
    for (int i = 0; i < 50; ++i) Append({Row(SeriesNamed("m", i), Now(), 1)});
    ASSERT_TRUE(store_->Flush().ok());
    clock_.Advance(std::chrono::hours(1));
  }
  const Contents all = All();
  for (int asked = 0; asked < 2; ++asked) {
    for (int i = 0; i < 50; ++i) {
      const std::string instance = std::to_string(i);
      const auto found = Read(*store_, {model::Matcher::Equal("instance", instance)});
      ASSERT_TRUE(found.ok()) << found.status();
      ASSERT_EQ(found->size(), 1u);
      EXPECT_EQ(found->begin()->second, all.at(SeriesNamed("m", i).ToString()));
    }
    EXPECT_EQ(store_->LabelValues("instance", {})->size(), 50u);
  }
  ASSERT_TRUE(store_->Flush().ok());
  const double kept = [this] {
    for (const auto& family : telemetry_.Collect()) {
      if (family.name == "vedette_tsdb_selection_cache_bytes") return family.points[0].value;
    }
    return -1.0;
  }();
  EXPECT_GT(kept, 0);
  EXPECT_LE(kept, 32 << 10);
}

}  // namespace
}  // namespace vedette::tsdb
