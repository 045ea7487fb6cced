#include "base/durable_map/durable_map.h"

#include <map>

#include <gtest/gtest.h>

#include "base/wal_format.h"
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

TEST(DurableMap, FilesStayFewHoweverOftenItIsOpened) {
  FaultFs fs;
  test::FakeClock clock;
  for (int i = 0; i < 100; ++i) {
    auto map = DurableMap::Open(OptionsOn(&fs, &clock));
    ASSERT_TRUE(map.ok());
    ASSERT_EQ(All(**map).size(), static_cast<size_t>(i));
    DurableMap::Batch batch;
    batch.Put("key" + std::to_string(i), "value");
    ASSERT_TRUE((*map)->Commit(batch).ok());
    EXPECT_LE(fs.List("/state")->size(), 19u) << i;
  }
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

TEST(DurableMap, FolderBelongsToOneProcess) {
  FaultFs fs;
  test::FakeClock clock;
  const auto map = DurableMap::Open(OptionsOn(&fs, &clock));
  const auto second = DurableMap::Open(OptionsOn(&fs, &clock));
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
}

TEST(DurableMap, FolderRemovedWhileRunningIsWrittenAnewWhole) {
  FaultFs fs;
  test::FakeClock clock;
  std::map<std::string, std::string> want;
  {
    auto map = DurableMap::Open(OptionsOn(&fs, &clock));
    for (const char* key : {"a", "b"}) {
      DurableMap::Batch batch;
      batch.Put(key, "1");
      want[key] = "1";
      ASSERT_TRUE((*map)->Commit(batch).ok());
    }
    ASSERT_TRUE(fs.RemoveAll("/state").ok());
    DurableMap::Batch batch;
    batch.Put("c", "1");
    EXPECT_FALSE((*map)->Commit(batch).ok());
    EXPECT_EQ(All(**map), want);
    clock.Advance(Wal::kDoubt);
    ASSERT_TRUE((*map)->Commit(batch).ok());
    want["c"] = "1";
  }
  auto map = DurableMap::Open(OptionsOn(&fs, &clock));
  ASSERT_TRUE(map.ok()) << map.status();
  EXPECT_EQ(All(**map), want);
}

// Makes a map whose log is one checkpoint and a batch after it.
std::map<std::string, std::string> WriteCheckpoint(FaultFs* fs, Clock* clock) {
  auto options = OptionsOn(fs, clock);
  options.checkpoint_bytes = 0;
  auto map = DurableMap::Open(options);
  for (int i = 0; i < 100; ++i) {
    DurableMap::Batch batch;
    batch.Put("key" + std::to_string(i % 3), std::string(50, static_cast<char>('a' + i % 26)));
    EXPECT_TRUE((*map)->Commit(batch).ok());
    if (i > 50 && (*map)->BytesOnDisk() < 300) break;  // just rewritten
  }
  DurableMap::Batch batch;
  batch.Put("after", "1");
  EXPECT_TRUE((*map)->Commit(batch).ok());
  return All(**map);
}

TEST(DurableMap, DamagedCheckpointRecordCostsItselfOnly) {
  test::FakeClock clock;
  FaultFs sound;
  const auto want = WriteCheckpoint(&sound, &clock);
  const std::vector<std::string> names = *sound.List("/state");
  ASSERT_EQ(names.size(), 2u) << "the lock and one segment";
  const std::string path = "/state/" + names[0];
  const std::string image = *sound.ReadFile(path);
  // Begin is the first frame; end the one after the part with the entries.
  const uint64_t begin = wal_format::kHeaderBytes;
  const uint64_t part = begin + wal_format::kFrameHeaderBytes;
  const uint64_t end = part + wal_format::kFrameHeaderBytes +
                       static_cast<unsigned char>(image[part + 8]) +
                       256u * static_cast<unsigned char>(image[part + 9]);
  for (const uint64_t at : {begin, end}) {
    SCOPED_TRACE(at);
    FaultFs fs;
    ASSERT_TRUE(fs.CreateDirs("/state").ok());
    ASSERT_TRUE(fs.WriteFileAtomic(path, image).ok());
    fs.Corrupt(path, at, "?");
    auto map = DurableMap::Open(OptionsOn(&fs, &clock));
    ASSERT_TRUE(map.ok()) << map.status();
    EXPECT_EQ((*map)->corrupt_frames(), 1u);
    EXPECT_EQ(All(**map), want);
  }
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
