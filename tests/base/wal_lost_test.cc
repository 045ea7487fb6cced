#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "tests/support/temp_dir.h"
#include "wal_fixture.h"

// Files that vanish while the log is open, other processes, and a process that was killed.

namespace vedette::base {
namespace {

using Texts = std::vector<std::string>;

class LostTest : public WalTest {
 protected:
  std::unique_ptr<Wal> OpenAt(test::FakeClock* clock, FileSystem* fs) {
    Wal::Options options = OptionsFor(fs);
    options.clock = clock;
    auto wal = Wal::Open(options, [](WalPosition, uint8_t, std::string_view) { return Status(); });
    EXPECT_TRUE(wal.ok()) << wal.status();
    return std::move(*wal);
  }
  // Lets the log look at its files; it does so once a second.
  void AwaitLoss(const Wal& wal, uint64_t losses) {
    fake_.Advance(Wal::kLookEvery);
    while (wal.losses() < losses) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }

  test::FakeClock fake_;
};

TEST_F(LostTest, NothingIsAcknowledgedIntoARemovedSegment) {
  const auto wal = OpenAt(&fake_, &fs_);
  ASSERT_TRUE(wal->Append(1, "before").ok());
  ASSERT_TRUE(wal->Sync().ok());
  ASSERT_TRUE(fs_.Remove(Segment(1)).ok());
  ASSERT_TRUE(wal->Append(1, "into nowhere").ok());
  const Status synced = wal->Sync();
  EXPECT_TRUE(absl::IsUnavailable(synced)) << synced;
  EXPECT_NE(synced.ToString().find("00000001.wal was removed while in use"), std::string::npos);
  EXPECT_EQ(log_.Count("a segment was removed while in use"), 1);
  EXPECT_EQ(Counted("lost_segments"), 1);
  EXPECT_EQ(wal->losses(), 1u);
  // It goes on by itself; those who may have lost something are told so for a while.
  EXPECT_EQ(wal->Append(1, "after")->segment, 2u);
  EXPECT_FALSE(wal->Sync().ok());
  fake_.Advance(Wal::kDoubt);
  EXPECT_TRUE(wal->Sync().ok());
}

TEST_F(LostTest, SegmentWithAnotherFilesNameIsLost) {
  const auto wal = OpenAt(&fake_, &fs_);
  ASSERT_TRUE(wal->Append(1, "x").ok());
  ASSERT_TRUE(fs_.WriteFileAtomic(Segment(1), *fs_.ReadFile(Segment(1))).ok());
  EXPECT_FALSE(wal->Sync().ok());
}

TEST_F(LostTest, RemovedSegmentsAreNoticedWithinASecondThoughNobodyWrites) {
  const auto wal = OpenAt(&fake_, &fs_);
  ASSERT_TRUE(wal->Append(1, "closed").ok());
  ASSERT_TRUE(wal->Roll().ok());
  ASSERT_TRUE(wal->Append(1, "open").ok());
  ASSERT_TRUE(wal->Sync().ok());
  ASSERT_TRUE(fs_.Remove(Segment(1)).ok());
  AwaitLoss(*wal, 1);
  EXPECT_EQ(log_.Count("segment=wal/00000001.wal"), 1);
  EXPECT_FALSE(wal->Sync().ok());
  ASSERT_TRUE(fs_.Remove(Segment(2)).ok());
  AwaitLoss(*wal, 2);
  EXPECT_EQ(wal->BytesOnDisk(), 0u);
}

TEST_F(LostTest, DroppedSegmentsAreNotMissed) {
  const auto wal = OpenAt(&fake_, &fs_);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(wal->Append(1, "x").ok());
    const auto next = wal->Roll();
    wal->OnDurable([](const Status& status) { EXPECT_TRUE(status.ok()) << status; });
    ASSERT_TRUE(wal->DropBefore(*next).ok());
    fake_.Advance(Wal::kLookEvery);
  }
  EXPECT_TRUE(wal->Sync().ok());
  EXPECT_EQ(wal->losses(), 0u);
}

// The twin and the machine's file system alike.
void CheckRemovedFolder(FileSystem* fs, Wal::Options options, test::FakeClock* clock) {
  std::vector<std::string> seen;
  const auto collect = [&](WalPosition, uint8_t, std::string_view payload) {
    seen.emplace_back(payload);
    return Status();
  };
  auto wal = Wal::Open(options, collect);
  ASSERT_TRUE(wal.ok()) << wal.status();
  ASSERT_TRUE((*wal)->Append(1, "gone").ok());
  ASSERT_TRUE((*wal)->Sync().ok());
  ASSERT_TRUE(fs->RemoveAll(options.dir).ok());
  ASSERT_TRUE((*wal)->Append(1, "gone too").ok());
  EXPECT_FALSE((*wal)->Sync().ok());
  const auto position = (*wal)->Append(1, "kept");
  ASSERT_TRUE(position.ok()) << position.status();
  EXPECT_EQ(position->segment, 2u);
  clock->Advance(Wal::kDoubt);
  EXPECT_TRUE((*wal)->Sync().ok());
  EXPECT_TRUE((*wal)->DropBefore(1).ok());
  wal->reset();
  ASSERT_TRUE(Wal::Open(options, collect).ok());
  EXPECT_EQ(seen, Texts{"kept"});
}

TEST_F(LostTest, FolderRemovedWhileRunningIsMadeAgain) {
  Wal::Options options = OptionsFor(&fs_);
  options.clock = &fake_;
  CheckRemovedFolder(&fs_, options, &fake_);
}

TEST_F(LostTest, FolderRemovedWhileRunningIsMadeAgainOnTheMachine) {
  const test::TempDir dir;
  const auto fs = NewPosixFileSystem();
  Wal::Options options = OptionsFor(fs.get());
  options.dir = dir.Join("data/wal");
  options.clock = &fake_;
  CheckRemovedFolder(fs.get(), options, &fake_);
}

TEST_F(LostTest, FolderBelongsToOneProcess) {
  const auto wal = Open();
  const auto second = TryOpen(&fs_);
  ASSERT_TRUE(absl::IsUnavailable(second.status())) << second.status();
  EXPECT_NE(second.status().ToString().find("wal/LOCK: held by another process"),
            std::string::npos);
}

TEST_F(LostTest, FolderThatAnotherTookOverMeanwhileIsNotWrittenTo) {
  const auto wal = OpenAt(&fake_, &fs_);
  ASSERT_TRUE(wal->Append(1, "x").ok());
  ASSERT_TRUE(fs_.RemoveAll("wal").ok());
  auto other = OpenAt(&fake_, &fs_);
  ASSERT_TRUE(other->Append(1, "theirs").ok());
  EXPECT_FALSE(wal->Sync().ok());
  const auto refused = wal->Append(1, "ours");
  EXPECT_TRUE(absl::IsUnavailable(refused.status())) << refused.status();
  EXPECT_EQ(log_.Count("records cannot be written"), 1);
  ASSERT_TRUE(other->Sync().ok());
  other.reset();
  EXPECT_TRUE(wal->Append(1, "ours").ok()) << "free again";
  EXPECT_EQ(log_.Count("records are written again"), 1);
}

TEST_F(LostTest, WhatAKilledProcessLeftIsSyncedBeforeAnyoneIsToldItIsThere) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    FaultFs fs(seed);
    auto killed = TryOpen(&fs);
    // Held up by nobody: not synced when the process dies.
    ASSERT_TRUE((*killed)->Append(1, "in the page cache").ok());
    fs.Kill();
    const auto wal = TryOpen(&fs);
    ASSERT_EQ(Payloads(), Texts{"in the page cache"});
    ASSERT_TRUE((*wal)->Sync().ok());
    fs.Restart();
    ASSERT_TRUE(TryOpen(&fs).ok());
    ASSERT_EQ(Payloads(), Texts{"in the page cache"}) << "seed " << seed;
  }
}

TEST_F(LostTest, FailedSyncIsCountedAsALossFromTheStartOn) {
  {
    const auto killed = Open();
    ASSERT_TRUE(killed->Append(1, "x").ok());
  }
  fs_.FailAt(2, FaultFs::Fault::kFailedSync);  // opened to be synced, synced
  const auto wal = OpenAt(&fake_, &fs_);
  EXPECT_EQ(wal->losses(), 1u);
  EXPECT_FALSE(wal->Sync().ok());
  fake_.Advance(Wal::kDoubt);
  EXPECT_TRUE(wal->Sync().ok());
}

}  // namespace
}  // namespace vedette::base
