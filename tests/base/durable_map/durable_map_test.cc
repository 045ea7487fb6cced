#include "base/durable_map/durable_map.h"

#include <map>

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"

namespace vedette::base {
namespace {

using test::FaultFs;

DurableMap::Options OptionsOn(FaultFs* fs, Clock* clock) {
  DurableMap::Options options;
  options.dir = "/state";
  options.fs = fs;
  options.clock = clock;
  return options;
}

std::map<std::string, std::string> All(const DurableMap& map) {
  std::map<std::string, std::string> all;
  for (auto& [key, value] : map.Scan("")) all.emplace(key, value);
  return all;
}

TEST(DurableMap, WhatWasCommittedIsThereAfterReopening) {
  FaultFs fs;
  test::FakeClock clock;
  {
    auto map = DurableMap::Open(OptionsOn(&fs, &clock));
    ASSERT_TRUE(map.ok()) << map.status();
    DurableMap::Batch batch;
    batch.Put("a/1", "x");
    batch.Put("a/2", std::string("\0y", 2));
    batch.Put("b/1", "");
    ASSERT_TRUE((*map)->Commit(batch).ok());
    DurableMap::Batch second;
    second.Erase("a/1");
    ASSERT_TRUE((*map)->Commit(second).ok());
  }
  auto map = DurableMap::Open(OptionsOn(&fs, &clock));
  ASSERT_TRUE(map.ok());
  EXPECT_EQ((*map)->Get("a/1"), std::nullopt);
  EXPECT_EQ((*map)->Scan("a/").size(), 1u);
  EXPECT_EQ((*map)->Get("b/1"), "");
}

TEST(DurableMap, LogStaysSmallHoweverOftenAKeyChanges) {
  FaultFs fs;
  test::FakeClock clock;
  auto options = OptionsOn(&fs, &clock);
  options.checkpoint_bytes = 10'000;
  std::map<std::string, std::string> want;
  {
    auto map = DurableMap::Open(options);
    ASSERT_TRUE(map.ok());
    for (int i = 0; i < 2000; ++i) {
      DurableMap::Batch batch;
      const std::string key = "key" + std::to_string(i % 7);
      batch.Put(key, std::string(100, static_cast<char>('a' + i % 26)));
      want[key] = std::string(100, static_cast<char>('a' + i % 26));
      ASSERT_TRUE((*map)->Commit(batch).ok());
    }
    EXPECT_LT((*map)->BytesOnDisk(), 40'000u);
  }
  auto map = DurableMap::Open(options);
  ASSERT_TRUE(map.ok());
  EXPECT_EQ(All(**map), want);
}

TEST(DurableMap, FullDiskTakesTheReserveAndGoesOn) {
  FaultFs fs;
  test::FakeClock clock;
  auto options = OptionsOn(&fs, &clock);
  bool reserve = true;
  options.release_reserve = [&] {
    if (!reserve) return false;
    reserve = false;
    fs.ClearFault();
    return true;
  };
  auto map = DurableMap::Open(options);
  ASSERT_TRUE(map.ok());
  DurableMap::Batch batch;
  batch.Put("k", "v");
  fs.FailAlways(FaultFs::Fault::kNoSpace);
  EXPECT_TRUE((*map)->Commit(batch).ok());
  EXPECT_FALSE(reserve);
  EXPECT_EQ((*map)->Get("k"), "v");
  fs.FailAlways(FaultFs::Fault::kNoSpace);
  DurableMap::Batch refused;
  refused.Put("k", "w");
  const Status full = (*map)->Commit(refused);
  EXPECT_TRUE(IsNoSpace(full)) << full;
  EXPECT_EQ((*map)->Get("k"), "v");
  fs.ClearFault();
  clock.Advance(std::chrono::seconds(60));
  EXPECT_TRUE((*map)->Commit(refused).ok());
  EXPECT_EQ((*map)->Get("k"), "w");
}

// Commits `steps` batches; returns what was acknowledged and, apart, what the first failed one
// would have made of it.
struct Outcome {
  std::map<std::string, std::string> acknowledged;
  std::map<std::string, std::string> in_doubt;
};
Outcome Work(DurableMap* map, int steps) {
  Outcome outcome;
  for (int i = 0; i < steps; ++i) {
    DurableMap::Batch batch;
    auto next = outcome.acknowledged;
    const std::string key = "k" + std::to_string(i % 5);
    batch.Put(key, std::to_string(i));
    batch.Put("last", std::to_string(i));
    next[key] = next["last"] = std::to_string(i);
    if (i % 3 == 2) {
      const std::string gone = "k" + std::to_string((i + 1) % 5);
      batch.Erase(gone);
      next.erase(gone);
    }
    if (!map->Commit(batch).ok()) {
      outcome.in_doubt = next;
      return outcome;
    }
    outcome.acknowledged = next;
  }
  outcome.in_doubt = outcome.acknowledged;
  return outcome;
}

TEST(DurableMap, PowerCutAtEveryOperationLosesNothingAcknowledged) {
  constexpr int kSteps = 40;
  for (uint64_t k = 1;; ++k) {
    SCOPED_TRACE("crash at operation " + std::to_string(k));
    FaultFs fs(k);
    test::FakeClock clock;
    auto options = OptionsOn(&fs, &clock);
    options.checkpoint_bytes = 500;
    fs.FailAt(k, FaultFs::Fault::kCrash);
    Outcome outcome;
    {
      auto map = DurableMap::Open(options);
      if (map.ok()) outcome = Work(map->get(), kSteps);
    }
    const bool crashed = fs.crashed();
    fs.Restart();
    auto map = DurableMap::Open(options);
    ASSERT_TRUE(map.ok()) << map.status();
    const auto found = All(**map);
    EXPECT_TRUE(found == outcome.acknowledged || found == outcome.in_doubt);
    if (!crashed) break;
  }
}

TEST(DurableMap, FailedWritesAtEveryOperationLeaveWhatWasThere) {
  constexpr int kSteps = 20;
  for (const auto fault : {FaultFs::Fault::kError, FaultFs::Fault::kNoSpace,
                           FaultFs::Fault::kShortWrite, FaultFs::Fault::kFailedSync}) {
    for (uint64_t k = 1; k < 120; ++k) {
      SCOPED_TRACE("fault at operation " + std::to_string(k));
      FaultFs fs(k);
      test::FakeClock clock;
      auto options = OptionsOn(&fs, &clock);
      options.checkpoint_bytes = 500;
      auto map = DurableMap::Open(options);
      ASSERT_TRUE(map.ok());
      fs.FailAt(k, fault);
      const Outcome outcome = Work(map->get(), kSteps);
      EXPECT_EQ(All(**map), outcome.acknowledged);
      fs.ClearFault();
      clock.Advance(std::chrono::seconds(60));
      DurableMap::Batch batch;
      batch.Put("after", "1");
      ASSERT_TRUE((*map)->Commit(batch).ok());
      auto want = outcome.acknowledged;
      want["after"] = "1";
      map->reset();
      fs.Restart();
      map = DurableMap::Open(options);
      ASSERT_TRUE(map.ok());
      EXPECT_EQ(All(**map), want);
    }
  }
}

}  // namespace
}  // namespace vedette::base
