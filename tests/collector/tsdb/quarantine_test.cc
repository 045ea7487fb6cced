#include "collector/tsdb/quarantine.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "store_fixture.h"
#include "tests/support/temp_dir.h"

// What lies in the store's folder and is not what it should be costs itself: it is set aside, the
// store starts.

namespace vedette::tsdb {
namespace {

class QuarantineTest : public StoreTest {
 protected:
  QuarantineTest() {
    options_.fs = disk_.get();
    options_.dir = dir_.Join("metrics");
  }
  std::string At(const std::string& name) const { return options_.dir + "/" + name; }
  // A store with two parts, a deletion and a log.
  void Fill() {
    Open();
    for (int i = 0; i < 2; ++i) {
      Append({Row(SeriesNamed("m", i), Now(), i)});
      ASSERT_TRUE(store_->Flush().ok());
    }
    ASSERT_TRUE(store_->Delete({model::Matcher::Equal("instance", "7")}, 0, 1).ok());
    Append({Row(SeriesNamed("m", 2), Now(), 2)});
    store_.reset();
  }
  void PutFolder(const std::string& name) {
    std::filesystem::remove_all(At(name));
    std::filesystem::create_directories(At(name) + "/inside");
  }
  void PutFile(const std::string& name) {
    std::filesystem::remove_all(At(name));
    ASSERT_TRUE(disk_->WriteFileAtomic(At(name), "x").ok());
  }

  test::TempDir dir_{test::MemoryFolder()};
  const std::unique_ptr<base::FileSystem> disk_ = base::NewPosixFileSystem();
};

TEST_F(QuarantineTest, FolderWhereAFileBelongsCostsThatFile) {
  const struct {
    const char* name;
    size_t series;  // that are left
  } kCases[] = {{"MANIFEST", 3},
                {"LOCK", 3},
                {"reserve", 3},
                {"parts/0000000000000001.part", 2},
                {"tombstones/0000000000000003.tomb", 3},
                {"wal/LOCK", 3},
                {"wal/00000003.wal", 2}};
  for (const auto& test_case : kCases) {
    SCOPED_TRACE(test_case.name);
    std::filesystem::remove_all(options_.dir);
    Fill();
    PutFolder(test_case.name);
    Open();
    ASSERT_NE(store_, nullptr);
    EXPECT_EQ(All().size(), test_case.series);
    EXPECT_GE(store_->Stats().damage, 1u);
    EXPECT_TRUE(disk_->Exists(At(test_case.name) + ".broken/inside")) << "kept, with what is in it";
    Append({Row(SeriesNamed("m", 5), Now(), 1)});
    ASSERT_TRUE(store_->Flush().ok());
    Open();
    EXPECT_EQ(All().size(), test_case.series + 1);
    EXPECT_EQ(store_->Stats().damage, 0u) << "said once";
    store_.reset();
  }
}

TEST_F(QuarantineTest, FileWhereAFolderBelongsCostsThatFolder) {
  const struct {
    const char* name;
    size_t series;
  } kCases[] = {{"", 0}, {"parts", 1}, {"tombstones", 3}, {"wal", 2}};
  for (const auto& test_case : kCases) {
    SCOPED_TRACE(test_case.name);
    std::filesystem::remove_all(options_.dir);
    std::filesystem::remove_all(options_.dir + ".broken");
    Fill();
    const std::string name = test_case.name;
    if (name.empty()) {
      std::filesystem::remove_all(options_.dir);
      dir_.Write("metrics", "x");
    } else {
      PutFile(name);
    }
    Open();
    ASSERT_NE(store_, nullptr);
    EXPECT_EQ(All().size(), test_case.series);
    EXPECT_TRUE(disk_->Exists(name.empty() ? options_.dir + ".broken" : At(name) + ".broken"));
    Append({Row(SeriesNamed("m", 5), Now(), 1)});
    ASSERT_TRUE(store_->Flush().ok());
    ASSERT_TRUE(store_->Delete({model::Matcher::Equal("instance", "7")}, 0, 1).ok());
    Open();
    EXPECT_EQ(All().size(), test_case.series + 1);
    EXPECT_EQ(store_->Stats().damage, 0u);
    store_.reset();
  }
}

TEST_F(QuarantineTest, FoldersOfOthersAmongThePartsAreNotRemoved) {
  Fill();
  PutFolder("parts/my-backup");
  PutFolder("parts/0000000000000099.part");  // no part has this number
  Open();
  EXPECT_EQ(All().size(), 3u);
  EXPECT_TRUE(disk_->Exists(At("parts/my-backup.broken/inside")));
  EXPECT_TRUE(disk_->Exists(At("parts/0000000000000099.part.broken/inside")));
}

TEST_F(QuarantineTest, WhatWasSetAsideIsNeverWrittenOver) {
  Open();
  Quarantine quarantine(disk_.get(), &log_, &telemetry_);
  for (const char* content : {"first", "second", "third"}) {
    ASSERT_TRUE(disk_->WriteFileAtomic(At("file"), content).ok());
    quarantine.SetAside(At("file"), base::DataLoss("bad"));
  }
  EXPECT_EQ(*disk_->ReadFile(At("file.broken")), "first");
  EXPECT_EQ(*disk_->ReadFile(At("file.2.broken")), "second");
  EXPECT_EQ(*disk_->ReadFile(At("file.3.broken")), "third");
  EXPECT_EQ(quarantine.found(), 3u);
}

}  // namespace
}  // namespace vedette::tsdb
