#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "base/wal.h"
#include "base/wal_format.h"
#include "collector/tsdb/verify.h"
#include "collector/tsdb/wal_record.h"
#include "store_fixture.h"
#include "tests/support/long_tests.h"

// What a damaged, doubtful or vanished log costs, and what it must not cost.

namespace vedette::tsdb {
namespace {

using std::chrono::seconds;

constexpr int kDamageSeries = 100;
constexpr int kDamageScrapes = 100;

class DamageTest : public StoreTest {
 protected:
  static constexpr const char* kSegment = "data/metrics/wal/00000001.wal";

  static size_t CountSamples(const Contents& contents) {
    size_t samples = 0;
    for (const auto& [series, of_series] : contents) samples += of_series.size();
    return samples;
  }

  // One record a scrape; gives the offsets at which the records begin.
  std::vector<uint64_t> Scrape() {
    std::vector<uint64_t> begins;
    for (int i = 0; i < kDamageScrapes; ++i) {
      begins.push_back(store_->Stats().wal_bytes);
      std::vector<model::SampleRow> rows;
      for (int n = 0; n < kDamageSeries; ++n)
        rows.push_back(Row(SeriesNamed("m", n), Now(), i + 0.5));
      EXPECT_TRUE(store_->Append(rows).ok());
      clock_.Advance(seconds(15));
    }
    begins[0] = base::wal_format::kHeaderBytes;
    return begins;
  }

  // The folder on disk, to the last byte.
  void ExpectSound() {
    const auto report = VerifyStore({&fs_, options_.dir, {}});
    ASSERT_TRUE(report.ok()) << report.status();
    for (const VerifiedFile& file : report->files) {
      for (const std::string& finding : file.findings)
        ADD_FAILURE() << file.path << ": " << finding;
    }
  }

  void AwaitLoss() {
    clock_.Advance(base::Wal::kLookEvery);
    while (log_.Count("a segment was removed while in use") == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
};

TEST_F(DamageTest, DamagedRecordCostsItsRowsAndThoseOfTheFewSeriesItAloneNamed) {
  Open();
  const std::vector<uint64_t> begins = Scrape();
  const Contents whole = All();
  store_.reset();
  const std::string image = *fs_.ReadFile(kSegment);
  for (size_t hit = 0; hit < begins.size(); hit += hit < 4 ? 1 : test::ForRun<size_t>(31, 7)) {
    SCOPED_TRACE("record " + std::to_string(hit));
    test::FaultFs fs;
    ASSERT_TRUE(fs.CreateDirs("data/metrics/wal").ok());
    ASSERT_TRUE(fs.WriteFileAtomic(kSegment, image).ok());
    fs.Corrupt(kSegment, begins[hit] + base::wal_format::kFrameHeaderBytes + 1, "??");
    options_.fs = &fs;
    Open();
    const Contents found = All();
    const size_t lost = CountSamples(whole) - CountSamples(found);
    EXPECT_GE(lost, size_t{kDamageSeries});
    const size_t named_there =
        hit < kNamedFirst ? 0 : (kDamageSeries + kNamedEvery - 1) / kNamedEvery;
    EXPECT_LE(lost, kDamageSeries + named_there * kNamedEvery);
    for (const auto& [series, samples] : found) {
      for (const auto& [time_ms, bits] : samples) {
        ASSERT_EQ(whole.at(series).at(time_ms), bits) << series << " got another's sample";
      }
    }
    store_.reset();
  }
}

TEST_F(DamageTest, NamesBeginAnewInEachSegment) {
  Open();
  Scrape();
  store_.reset();
  Open();  // each start begins a segment
  Scrape();
  const Contents whole = All();
  store_.reset();
  ASSERT_TRUE(fs_.Remove(kSegment).ok());
  Open();
  EXPECT_EQ(CountSamples(All()), CountSamples(whole) / 2);
}

TEST_F(DamageTest, RowsWithoutANameAreCounted) {
  Open();
  const std::vector<uint64_t> begins = Scrape();
  store_.reset();
  for (const size_t hit : {0u, 1u}) {
    fs_.Corrupt(kSegment, begins[hit] + base::wal_format::kFrameHeaderBytes + 1, "??");
  }
  Open();
  EXPECT_GT(CountSamples(All()), size_t{kDamageSeries} * (kDamageScrapes - kNamedEvery) / 2);
  EXPECT_EQ(log_.Count("lost_rows="), 1);
  EXPECT_EQ(log_.Count("lost_rows=0"), 0);
}

TEST_F(DamageTest, SampleSentAgainAfterAFailedSyncIsOnDiskBeforeItIsAcknowledged) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    test::FaultFs fs(seed);
    options_.fs = &fs;
    Open();
    std::vector<model::SampleRow> rows = {Row(SeriesNamed("m"), Now(), 1)};
    EXPECT_TRUE(store_->Append(rows).ok());
    fs.FailAlways(test::FaultFs::Fault::kFailedSync);
    EXPECT_FALSE(Durable().ok());
    fs.ClearFault();
    clock_.Advance(base::Wal::kDoubt);
    EXPECT_TRUE(store_->Append(rows).ok());
    EXPECT_TRUE(Durable().ok());
    fs.Restart();
    Open();
    EXPECT_EQ(CountSamples(All()), 1u) << "seed " << seed;
    store_.reset();
  }
}

TEST_F(DamageTest, SampleSentAgainAfterAKillIsOnDiskBeforeItIsAcknowledged) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    test::FaultFs fs(seed);
    options_.fs = &fs;
    Open();
    std::vector<model::SampleRow> rows = {Row(SeriesNamed("m"), Now(), 1)};
    EXPECT_TRUE(store_->Append(rows).ok());
    fs.Kill();
    Open();
    EXPECT_TRUE(store_->Append(rows).ok());
    EXPECT_TRUE(Durable().ok());
    fs.Restart();
    Open();
    EXPECT_EQ(CountSamples(All()), 1u) << "seed " << seed;
    store_.reset();
  }
}

TEST_F(DamageTest, WhatNobodyWaitedForIsFlushedAfterAFailedSync) {
  Open();
  Append({Row(SeriesNamed("m"), Now(), 1)});
  fs_.FailAlways(test::FaultFs::Fault::kFailedSync);
  ASSERT_FALSE(Durable().ok());
  fs_.ClearFault();
  ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(store_->Stats().parts, 1u);
  fs_.Restart();
  Open();
  EXPECT_EQ(CountSamples(All()), 1u);
}

TEST_F(DamageTest, FolderRemovedWhileRunningFailsWhoWaitsAndIsMadeAgain) {
  Open();
  Append({Row(SeriesNamed("m"), Now(), 1)});
  ASSERT_TRUE(store_->Flush().ok());
  Append({Row(SeriesNamed("m"), Now() + 1, 2)});
  ASSERT_TRUE(fs_.RemoveAll("data/metrics").ok());
  Append({Row(SeriesNamed("m"), Now() + 2, 3)});
  const base::Status durable = Durable();
  EXPECT_TRUE(absl::IsUnavailable(durable)) << durable;
  ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(log_.Count("the folder was removed while in use"), 1);
  EXPECT_EQ(log_.Count("a file is missing\" path=data/metrics/parts/"), 1);
  EXPECT_EQ(log_.Count("lost=\"1 samples\""), 1);
  clock_.Advance(base::Wal::kDoubt);
  Append({Row(SeriesNamed("m"), Now(), 4)});
  EXPECT_TRUE(Durable().ok());
  const Contents left = All();
  EXPECT_EQ(CountSamples(left), 3u) << "all that was in memory, and what came after";
  store_.reset();
  ExpectSound();
  Open();
  EXPECT_EQ(All(), left);
  EXPECT_EQ(store_->Stats().damage, 0u) << "a restart has nothing more to say";
}

TEST_F(DamageTest, FolderRemovedWithNothingInMemoryIsAStoreAgainAndStartsCleanly) {
  Open();
  Append({Row(SeriesNamed("m"), Now(), 1)});
  ASSERT_TRUE(store_->Flush().ok());
  ASSERT_TRUE(store_->Delete({model::Matcher::Equal("job", "other")}, 0, 1).ok());
  Append({Row(SeriesNamed("m"), Now() + 1, 1)});
  ASSERT_TRUE(store_->Flush().ok());
  ASSERT_TRUE(fs_.RemoveAll("data/metrics").ok());
  AwaitLoss();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store_->Maintain().ok());
  EXPECT_EQ(CountSamples(All()), 0u);
  EXPECT_EQ(store_->Stats().parts, 0u);
  store_.reset();
  ExpectSound();
  Open();
  EXPECT_EQ(store_->Stats().damage, 0u);
  Append({Row(SeriesNamed("m"), Now() + 2, 2)});
  EXPECT_EQ(CountSamples(All()), 1u);
}

TEST_F(DamageTest, PartsRemovedBetweenTwoRunsAreMissedOnce) {
  Open();
  Append({Row(SeriesNamed("m"), Now(), 1)});
  ASSERT_TRUE(store_->Flush().ok());
  Append({Row(SeriesNamed("m"), Now() + 1, 1)});
  ASSERT_TRUE(store_->Flush().ok());
  store_.reset();
  ASSERT_TRUE(fs_.Remove("data/metrics/parts/" + PartFiles().front()).ok());
  Open();
  EXPECT_EQ(CountSamples(All()), 1u);
  EXPECT_EQ(store_->Stats().damage, 1u);
  EXPECT_EQ(log_.Count("a file is missing"), 1);
  EXPECT_EQ(log_.Count("set aside"), 0) << "there is nothing to be set aside";
  Open();
  EXPECT_EQ(store_->Stats().damage, 0u);
}

TEST_F(DamageTest, FolderRemovedIsNoticedAndWhatIsInMemoryWrittenThoughNobodyWaits) {
  Open();
  Append({Row(SeriesNamed("m"), Now(), 1)});
  ASSERT_TRUE(Durable().ok());
  ASSERT_TRUE(fs_.RemoveAll("data/metrics").ok());
  AwaitLoss();
  while (store_->Stats().parts == 0) ASSERT_TRUE(store_->Maintain().ok());
  fs_.Restart();
  Open();
  EXPECT_EQ(CountSamples(All()), 1u);
}

TEST_F(DamageTest, FolderThatAnotherProcessTookOverIsLeftToIt) {
  Open();
  Append({Row(SeriesNamed("m"), Now(), 1)});
  ASSERT_TRUE(fs_.RemoveAll("data/metrics").ok());
  base::Telemetry telemetry;
  Options theirs = options_;
  theirs.telemetry = &telemetry;
  const auto other = Store::Open(theirs);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_FALSE(Durable().ok());
  std::vector<model::SampleRow> rows = {Row(SeriesNamed("m"), Now() + 1, 2)};
  EXPECT_TRUE(absl::IsUnavailable(store_->Append(rows).status()));
  const base::Status kept = store_->Maintain();
  EXPECT_TRUE(absl::IsUnavailable(kept)) << kept;
  EXPECT_NE(kept.ToString().find("held by another process"), std::string::npos) << kept;
}

TEST_F(DamageTest, LogFolderLostBetweenTwoRunsDoesNotHideWhatComesAfter) {
  Open();
  Append({Row(SeriesNamed("m"), Now(), 1)});
  for (int i = 0; i < 3; ++i) {
    Append({Row(SeriesNamed("m"), Now() + i, 1)});
    ASSERT_TRUE(store_->Flush().ok());
  }
  store_.reset();
  ASSERT_TRUE(fs_.RemoveAll("data/metrics/wal").ok());
  Open();
  Append({Row(SeriesNamed("m"), Now() + 10, 7)});
  const Contents before = All();
  Open();
  EXPECT_EQ(All(), before);
}

}  // namespace
}  // namespace vedette::tsdb
