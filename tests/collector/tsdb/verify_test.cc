#include "collector/tsdb/verify.h"

#include <gtest/gtest.h>

#include <string>

#include "base/wal_format.h"
#include "collector/tsdb/part_format.h"
#include "store_fixture.h"

// Every flipped byte of every file kind is found; a sound store has no findings.

namespace vedette::tsdb {
namespace {

class VerifyTest : public StoreTest {
 protected:
  void Fill(int series = 70, int scrapes = 40) {
    Open();
    for (int i = 0; i < scrapes; ++i) {
      std::vector<model::SampleRow> rows;
      for (int n = 0; n < series; ++n) rows.push_back(Row(SeriesNamed("m", n), Now(), n * 0.1 + i));
      Append(rows);
      clock_.Advance(std::chrono::seconds(15));
    }
    ASSERT_TRUE(store_->Flush().ok());
    ASSERT_TRUE(store_->Delete({model::Matcher::Equal("instance", "1")}, 0, 1).ok());
    Append({Row(SeriesNamed("m"), Now(), 1), Row(SeriesNamed("m", 1), Now(), 1)});
    Append({Row(SeriesNamed("m"), Now() + 1, 1)});
    store_.reset();
  }
  VerifyReport Verify() {
    auto report = VerifyStore({&fs_, options_.dir, {}});
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : VerifyReport();
  }
  std::string PathOf(const std::string& kind) {
    for (const VerifiedFile& file : Verify().files) {
      if (file.kind == kind && file.bytes > 0) return file.path;
    }
    return "";
  }
};

TEST_F(VerifyTest, SoundStoreHasNoFindings) {
  Fill();
  const VerifyReport report = Verify();
  EXPECT_EQ(report.findings, 0u);
  std::map<std::string, int> kinds;
  for (const VerifiedFile& file : report.files) {
    ++kinds[file.kind];
    for (const std::string& finding : file.findings) ADD_FAILURE() << file.path << ": " << finding;
    if (file.kind == "part") {
      EXPECT_EQ(file.series, 70u);
      EXPECT_EQ(file.samples, 2800u);
    }
  }
  EXPECT_EQ(kinds["manifest"], 1);
  EXPECT_EQ(kinds["part"], 1);
  EXPECT_EQ(kinds["tombstone"], 1);
  EXPECT_GE(kinds["log"], 1);
}

TEST_F(VerifyTest, EveryFlippedByteOfAPartIsFound) {
  Fill(9, 12);
  const std::string path = PathOf("part");
  const std::string whole = *fs_.ReadFile(path);
  for (uint64_t at = 0; at < whole.size(); ++at) {
    fs_.Corrupt(path, at, std::string(1, static_cast<char>(whole[at] ^ 0x10)));
    EXPECT_GT(Verify().findings, 0u) << "byte " << at;
    fs_.Corrupt(path, at, whole.substr(at, 1));
  }
  EXPECT_EQ(Verify().findings, 0u);
}

TEST_F(VerifyTest, FlippedBytesOfTheOtherKindsAreFound) {
  Fill(9, 12);
  for (const char* kind : {"manifest", "tombstone"}) {
    const std::string path = PathOf(kind);
    const std::string whole = *fs_.ReadFile(path);
    for (uint64_t at = 12; at < whole.size(); ++at) {
      fs_.Corrupt(path, at, std::string(1, static_cast<char>(whole[at] ^ 0x10)));
      EXPECT_GT(Verify().findings, 0u) << kind << " byte " << at;
      fs_.Corrupt(path, at, whole.substr(at, 1));
    }
  }
  const std::string log = PathOf("log");
  for (const uint64_t at : {3ull, 40ull, 50ull}) {
    const std::string whole = *fs_.ReadFile(log);
    fs_.Corrupt(log, at, std::string(1, static_cast<char>(whole[at] ^ 0x10)));
    EXPECT_GT(Verify().findings, 0u) << "log byte " << at;
    fs_.Corrupt(log, at, whole.substr(at, 1));
  }
}

TEST_F(VerifyTest, MissingAndUnnamedFilesAreFound) {
  Fill();
  const std::string part = PathOf("part");
  const std::string bytes = *fs_.ReadFile(part);
  ASSERT_TRUE(fs_.Remove(part).ok());
  EXPECT_EQ(Verify().findings, 1u);
  ASSERT_TRUE(fs_.WriteFileAtomic(part, bytes).ok());
  ASSERT_TRUE(fs_.WriteFileAtomic("data/metrics/parts/0000000000000000.part", bytes).ok());
  EXPECT_EQ(Verify().findings, 1u);
  ASSERT_TRUE(fs_.Rename("data/metrics/parts/0000000000000000.part",
                         "data/metrics/parts/0000000000000000.part.broken")
                  .ok());
  EXPECT_EQ(Verify().findings, 1u);
}

TEST_F(VerifyTest, DamageThatManySeriesMeetIsSaidOnce) {
  Fill();
  const std::string part = PathOf("part");
  // Behind the header the first value page: dozens of series have their samples in it.
  fs_.Corrupt(part, kPartHeaderBytes + 1, "\xff\xff");
  const VerifyReport report = Verify();
  EXPECT_EQ(report.findings, 1u);
  for (const VerifiedFile& file : report.files) {
    for (const std::string& finding : file.findings) {
      EXPECT_NE(finding.find("checksum mismatch"), std::string::npos) << finding;
    }
  }
}

// A log of five segments, none of them in parts.
class VerifyLogTest : public VerifyTest {
 protected:
  void SetUp() override {
    for (int i = 0; i < 5; ++i) {
      Open();
      Append({Row(SeriesNamed("m"), Now() + i, i)});
      store_.reset();
    }
  }
  static std::string Segment(int n) {
    return "data/metrics/wal/0000000" + std::to_string(n) + ".wal";
  }
  // "PATH: FINDING" of all there are.
  std::vector<std::string> Findings() {
    std::vector<std::string> found;
    for (const VerifiedFile& file : Verify().files) {
      for (const std::string& finding : file.findings) found.push_back(file.path + ": " + finding);
    }
    return found;
  }
  using Lines = std::vector<std::string>;
};

TEST_F(VerifyLogTest, GapsInTheNumbersAreFound) {
  EXPECT_EQ(Findings(), Lines());
  ASSERT_TRUE(fs_.Remove(Segment(2)).ok());
  EXPECT_EQ(Findings(), Lines{Segment(2) + ": is missing, what it held is lost"});
  ASSERT_TRUE(fs_.Remove(Segment(3)).ok());
  EXPECT_EQ(Findings(), Lines{Segment(2) + ": is missing, and all up to " + Segment(3) +
                              ": what they held is lost"});
}

TEST_F(VerifyLogTest, SegmentsThatTheManifestWantsAreFound) {
  Open();
  Append({Row(SeriesNamed("m"), Now() + 10, 1)});
  ASSERT_TRUE(store_->Flush().ok());
  Append({Row(SeriesNamed("m"), Now() + 11, 1)});
  store_.reset();
  Open();
  Append({Row(SeriesNamed("m"), Now() + 12, 1)});
  store_.reset();
  EXPECT_EQ(Findings(), Lines()) << "those below are not missed";
  ASSERT_TRUE(fs_.Remove(Segment(7)).ok());
  EXPECT_EQ(Findings(), Lines{Segment(7) + ": is missing, what it held is lost"});
  ASSERT_TRUE(fs_.RemoveAll("data/metrics/wal").ok());
  EXPECT_EQ(Findings(), Lines{Segment(7) + ": is missing, what it held is lost"});
}

TEST_F(VerifyLogTest, SegmentsSetAsideAreFoundAndNotMissed) {
  ASSERT_TRUE(fs_.Rename(Segment(2), Segment(2) + ".broken").ok());
  ASSERT_TRUE(fs_.Rename(Segment(4), Segment(4) + ".2.broken").ok());
  EXPECT_EQ(Findings(),
            (Lines{Segment(2) + ".broken: was set aside because it could not be read",
                   Segment(4) + ".2.broken: was set aside because it could not be read"}));
}

TEST_F(VerifyTest, FoldersAndFilesInEachOthersPlaceAreFound) {
  Fill();
  ASSERT_TRUE(fs_.RemoveAll("data/metrics/wal").ok());
  ASSERT_TRUE(fs_.WriteFileAtomic("data/metrics/wal", "x").ok());
  ASSERT_TRUE(fs_.RemoveAll("data/metrics/tombstones").ok());
  ASSERT_TRUE(fs_.WriteFileAtomic("data/metrics/tombstones", "x").ok());
  EXPECT_GE(Verify().findings, 2u);
}

TEST_F(VerifyTest, FolderWithoutAStoreIsSaidToBeNone) {
  EXPECT_TRUE(absl::IsNotFound(VerifyStore({&fs_, "nowhere", {}}).status()));
}

}  // namespace
}  // namespace vedette::tsdb
