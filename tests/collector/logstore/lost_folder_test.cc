#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "store_fixture.h"

// The data folder is removed while the store has it open.

namespace vedette::logstore {
namespace {

using Lines = std::vector<std::string>;

TEST(LostFolder, PushesFailUntilItIsMadeAgainAndNothingAcknowledgedAfterIsLost) {
  TestStore test;
  ASSERT_TRUE(test.Open().ok());
  ASSERT_TRUE(test.Push(OneLine("before")).ok());
  ASSERT_TRUE(test.fs.RemoveAll("data/logs").ok());
  const base::Status refused = test.Push(OneLine("into nowhere", kNowNs + 1));
  EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
  EXPECT_GE(test.logger.Count("a segment was removed while in use"), 1);
  ASSERT_TRUE(test.store->Maintain().ok());
  test.clock.Advance(base::Wal::kDoubt);
  ASSERT_TRUE(test.Push(OneLine("after", kNowNs + 2)).ok());
  const Lines want = {"before", "into nowhere", "after"};
  EXPECT_EQ(test.Read(), want);
  ASSERT_TRUE(test.Open().ok());
  EXPECT_EQ(test.Read(), want) << "what was in memory is in parts";
}

TEST(LostFolder, IsNoticedThoughNobodyPushes) {
  TestStore test;
  ASSERT_TRUE(test.Open().ok());
  ASSERT_TRUE(test.Push(OneLine("before")).ok());
  ASSERT_TRUE(test.fs.RemoveAll("data/logs").ok());
  test.clock.Advance(base::Wal::kLookEvery);
  while (test.logger.Count("a segment was removed while in use") == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  while (test.fs.List("data/logs/parts").value_or(Lines()).empty()) {
    ASSERT_TRUE(test.store->Maintain().ok());
  }
  ASSERT_TRUE(test.Open().ok());
  EXPECT_EQ(test.Read(), Lines{"before"});
}

}  // namespace
}  // namespace vedette::logstore
