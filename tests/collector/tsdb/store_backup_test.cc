#include <gtest/gtest.h>

#include <string>

#include "collector/tsdb/backup.h"
#include "collector/tsdb/verify.h"
#include "store_fixture.h"

// A backup is a store of its own that holds what was there when it was made.

namespace vedette::tsdb {
namespace {

class BackupTest : public StoreTest {
 protected:
  void Fill() {
    Open();
    for (int day = 0; day < 3; ++day) {
      for (int i = 0; i < 20; ++i) {
        Append({Row(SeriesNamed("m"), Now(), i), Row(SeriesNamed("n", day), Now(), i * 0.5)});
        clock_.Advance(std::chrono::seconds(15));
      }
      ASSERT_TRUE(store_->Flush().ok());
      clock_.Advance(std::chrono::hours(24));
    }
    Append({Row(SeriesNamed("m"), Now(), 99)});  // in memory and in the log
    ASSERT_TRUE(
        store_->Delete({model::Matcher::Equal("instance", "1")}, INT64_MIN, INT64_MAX).ok());
  }
  Contents ContentsOf(const std::string& dir) {
    Options options = options_;
    options.dir = dir;
    auto store = Store::Open(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *Read(**store) : Contents();
  }
  uint64_t FindingsIn(const std::string& dir) {
    const auto report = VerifyStore({&fs_, dir, {}});
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? report->findings : 99;
  }
};

TEST_F(BackupTest, HoldsEverythingAndIsSound) {
  Fill();
  const Contents whole = All();
  const auto report = store_->Backup("backup", nullptr);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->parts, 4u);
  EXPECT_EQ(report->tombstones, 1u);
  EXPECT_EQ(FindingsIn("backup"), 0u);
  EXPECT_EQ(ContentsOf("backup"), whole);
  // It shares nothing with what comes after.
  Append({Row(SeriesNamed("m"), Now() + 1000, 100)});
  EXPECT_EQ(ContentsOf("backup"), whole);
}

TEST_F(BackupTest, SkippingTheHeadLeavesMemoryOut) {
  Open();
  Append({Row(SeriesNamed("m"), Now(), 1)});
  ASSERT_TRUE(store_->Flush().ok());
  Append({Row(SeriesNamed("m"), Now() + 1, 2)});
  ASSERT_TRUE(store_->Backup("backup", nullptr, /*skip_head=*/true).ok());
  EXPECT_EQ(ContentsOf("backup").begin()->second.size(), 1u);
  EXPECT_EQ(All().begin()->second.size(), 2u);
}

TEST_F(BackupTest, RestoresIntoAnEmptyFolderOnly) {
  Fill();
  const Contents whole = All();
  ASSERT_TRUE(store_->Backup("backup", nullptr).ok());
  store_.reset();
  const auto refused = RestoreStore(&fs_, "backup", "data/metrics");
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status())) << refused.status();
  ASSERT_TRUE(fs_.RemoveAll("data/metrics").ok());
  const auto report = RestoreStore(&fs_, "backup", "data/metrics");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->linked, 0u);
  Open();
  EXPECT_EQ(All(), whole);
  // A store like any other: it takes samples and flushes them.
  Append({Row(SeriesNamed("m"), Now() + 1000, 100)});
  ASSERT_TRUE(store_->Flush().ok());
}

TEST_F(BackupTest, DamagedBackupIsNotRestoredAndLeavesNothing) {
  Fill();
  ASSERT_TRUE(store_->Backup("backup", nullptr).ok());
  const auto parts = fs_.List("backup/parts");
  const std::string path = "backup/parts/" + parts->back();
  fs_.Corrupt(path, fs_.Stat(path)->size - 30, "??");
  const auto report = RestoreStore(&fs_, "backup", "restored");
  EXPECT_TRUE(absl::IsDataLoss(report.status())) << report.status();
  EXPECT_FALSE(fs_.Exists("restored"));
  EXPECT_TRUE(absl::IsNotFound(RestoreStore(&fs_, "nowhere", "restored").status()));
}

TEST_F(BackupTest, StoreWithSamplesInItsLogAloneIsNoBackup) {
  Fill();
  store_.reset();  // the last sample is in the log alone
  const auto refused = RestoreStore(&fs_, options_.dir, "restored");
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status())) << refused.status();
  EXPECT_FALSE(fs_.Exists("restored"));
}

TEST_F(BackupTest, FullDiskLeavesNothingBehind) {
  Fill();
  ASSERT_TRUE(store_->Flush().ok());
  int failed = 0;
  for (uint64_t k = 1; k < 40; ++k) {
    fs_.FailAt(k, test::FaultFs::Fault::kNoSpace);
    const auto report = store_->Backup("backup", nullptr);
    fs_.ClearFault();
    if (report.ok()) {  // it needs fewer operations, or the log's thread met the fault
      EXPECT_EQ(FindingsIn("backup"), 0u) << k;
    } else {
      ++failed;
      EXPECT_FALSE(fs_.Exists("backup/MANIFEST")) << k;
    }
    ASSERT_TRUE(fs_.RemoveAll("backup").ok());
  }
  EXPECT_GT(failed, 5);
}

}  // namespace
}  // namespace vedette::tsdb
