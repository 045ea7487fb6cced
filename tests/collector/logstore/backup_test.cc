#include "collector/logstore/backup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "base/wal_format.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/verify.h"
#include "store_fixture.h"

namespace vedette::logstore {
namespace {

constexpr char kDir[] = "data/logs";
constexpr char kCopy[] = "copy/logs";

// Lines in day parts, in level-0 parts and in the log alone.
void Fill(TestStore* test) {
  test->rewrite_rows_parts = 2;
  ASSERT_TRUE(test->Open().ok());
  for (int i = 0; i < 4; ++i) {
    for (int day = 0; day < 2; ++day) {
      const std::string line = "line " + std::to_string(i) + " of " + std::to_string(day);
      ASSERT_TRUE(test->Push(OneLine(line, kNowNs - day * kDayNs - i * kSecondNs)).ok());
    }
    ASSERT_TRUE(test->store->Flush().ok());
    if (i == 3) continue;  // parts that wait for their rewriting
    ASSERT_TRUE(test->store->Maintain().ok());
  }
  ASSERT_TRUE(test->Push(OneLine("in the log alone")).ok());
  ASSERT_TRUE(test->Push(OneLine("this one too", kNowNs + 1)).ok());
}

base::StatusOr<VerifyReport> Verify(TestStore* test, const std::string& dir) {
  return VerifyStore({&test->fs, dir, {}});
}

std::string FindingsOf(const VerifyReport& report) {
  std::string text;
  for (const VerifiedFile& file : report.files) {
    for (const std::string& finding : file.findings) text += file.path + ": " + finding + "\n";
  }
  return text;
}

// What a store opened on the copy has.
std::vector<std::string> LinesOfCopy(TestStore* test) {
  Options options;
  options.dir = kCopy;
  options.background = false;
  options.min_free_bytes = 0;
  options.reserve_bytes = 0;
  options.fs = &test->fs;
  options.clock = &test->clock;
  options.logger = &test->logger;
  auto store = Store::Open(options);
  VEDETTE_CHECK(store.ok());
  std::vector<std::string> lines;
  SelectRequest request;
  request.start_ns = INT64_MIN;
  request.end_ns = INT64_MAX;
  VEDETTE_CHECK((*store)
                    ->Select(request,
                             [&](std::span<const Row> rows) {
                               for (const Row& row : rows) lines.emplace_back(row.line);
                               return true;
                             })
                    .ok());
  return lines;
}

TEST(LogBackup, AnOpenStoresCopyHasAllThatWasAcknowledged) {
  TestStore test;
  ASSERT_NO_FATAL_FAILURE(Fill(&test));
  const auto report = CopyStore(&test.fs, nullptr, kDir, kCopy);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GT(report->parts, 1u);
  EXPECT_GT(report->log_bytes, 0u);
  EXPECT_EQ(report->linked, 0u);
  EXPECT_EQ(LinesOfCopy(&test), test.Read());
  EXPECT_EQ(test.Read().size(), 10u);
}

// The first part that is to be linked makes the store write what its log holds into parts.
class FlushingLinker final : public base::HardLinker {
 public:
  explicit FlushingLinker(Store* store) : store_(store) {}
  base::Status Link(const std::string&, const std::string&) override {
    if (!std::exchange(flushed_, true)) VEDETTE_CHECK(store_->Flush().ok());
    return base::Unavailable("no links here");
  }

 private:
  Store* const store_;
  bool flushed_ = false;
};

TEST(LogBackup, AFlushMeanwhileTakesNothingFromTheCopy) {
  TestStore test;
  ASSERT_NO_FATAL_FAILURE(Fill(&test));
  const std::vector<std::string> lines = test.Read();
  FlushingLinker linker(test.store.get());
  const auto report = CopyStore(&test.fs, &linker, kDir, kCopy);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(FindingsOf(*Verify(&test, kCopy)), "");
  EXPECT_EQ(LinesOfCopy(&test), lines);
}

TEST(LogVerify, ALogWithoutItsBeginningIsFound) {
  TestStore test;
  ASSERT_NO_FATAL_FAILURE(Fill(&test));
  test.store.reset();
  ASSERT_TRUE(test.Open().ok());  // in a segment of its own
  ASSERT_TRUE(test.Push(OneLine("after the start", kNowNs + 2)).ok());
  test.store.reset();
  EXPECT_EQ(FindingsOf(*Verify(&test, kDir)), "");
  const std::string wal = base::JoinPath(kDir, kWalFolder);
  std::vector<std::string> segments = *test.fs.List(wal);
  std::sort(segments.begin(), segments.end());
  ASSERT_GT(segments.size(), 1u);
  ASSERT_TRUE(test.fs.Remove(base::JoinPath(wal, segments.front())).ok());
  EXPECT_NE(FindingsOf(*Verify(&test, kDir)).find("goes on from is missing"), std::string::npos);
}

TEST(LogBackup, ItsCopyTakesPushesOfItsOwn) {
  TestStore test;
  ASSERT_NO_FATAL_FAILURE(Fill(&test));
  ASSERT_TRUE(CopyStore(&test.fs, nullptr, kDir, kCopy).ok());
  ASSERT_TRUE(test.fs.RemoveAll(kDir).ok());
  test.store.reset();
  ASSERT_TRUE(CopyStore(&test.fs, nullptr, kCopy, kDir).ok());
  ASSERT_TRUE(test.Open().ok());
  ASSERT_TRUE(test.Push(OneLine("behind the restore", kNowNs + kSecondNs)).ok());
  ASSERT_TRUE(test.Open().ok());
  EXPECT_EQ(test.Read().size(), 11u);
  EXPECT_EQ(test.Read().back(), "behind the restore");
}

TEST(LogBackup, NothingIsWrittenOverAndNothingIsMadeOfNothing) {
  TestStore test;
  ASSERT_NO_FATAL_FAILURE(Fill(&test));
  ASSERT_TRUE(CopyStore(&test.fs, nullptr, kDir, kCopy).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(CopyStore(&test.fs, nullptr, kDir, kCopy).status()));
  EXPECT_TRUE(absl::IsNotFound(CopyStore(&test.fs, nullptr, "nowhere", "other").status()));
  EXPECT_FALSE(test.fs.Exists("other"));
}

TEST(LogVerify, ASoundStoreHasNoFindings) {
  TestStore test;
  ASSERT_NO_FATAL_FAILURE(Fill(&test));
  const auto report = Verify(&test, kDir);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(FindingsOf(*report), "");
  uint64_t lines = 0;
  std::vector<std::string> kinds;
  for (const VerifiedFile& file : report->files) {
    kinds.push_back(file.kind);
    if (file.kind == "rows" || file.kind == "columns") lines += file.lines;
  }
  EXPECT_EQ(lines, 8u);
  for (const char* kind : {"manifest", "rows", "columns", "log"}) {
    EXPECT_NE(std::find(kinds.begin(), kinds.end(), kind), kinds.end()) << kind;
  }
}

// A byte in the middle of each file: found in that file, and in no other.
TEST(LogVerify, AFlippedByteIsFoundInItsFile) {
  TestStore test;
  ASSERT_NO_FATAL_FAILURE(Fill(&test));
  test.store.reset();
  const auto sound = Verify(&test, kDir);
  ASSERT_TRUE(sound.ok());
  for (const VerifiedFile& file : sound->files) {
    if (file.bytes == 0 || file.kind == "manifest") continue;
    if (file.kind == "log" && file.lines < 2) continue;  // damage at the end of a log is its end
    const std::string bytes = *test.fs.ReadFile(file.path);
    std::string flipped = bytes;
    const bool log = file.kind == "log";
    flipped[log ? base::wal_format::kHeaderBytes + 20 : flipped.size() / 2] ^= 0x20;
    ASSERT_TRUE(test.fs.WriteFileAtomic(file.path, flipped).ok());
    const auto report = Verify(&test, kDir);
    ASSERT_TRUE(report.ok()) << report.status();
    for (const VerifiedFile& now : report->files) {
      EXPECT_EQ(now.findings.empty(), now.path != file.path) << now.path << " of " << file.path;
    }
    ASSERT_TRUE(test.fs.WriteFileAtomic(file.path, bytes).ok());
  }
}

TEST(LogVerify, WhatIsMissingOrStrangeIsSaid) {
  TestStore test;
  ASSERT_NO_FATAL_FAILURE(Fill(&test));
  test.store.reset();
  const std::string parts = base::JoinPath(kDir, kPartsFolder);
  const std::string first = test.fs.List(parts)->front();
  ASSERT_TRUE(test.fs.WriteFileAtomic(base::JoinPath(parts, "notes.txt"), "mine").ok());
  ASSERT_TRUE(test.fs.WriteFileAtomic(base::JoinPath(parts, "019675-00000001.rows"), "old").ok());
  ASSERT_TRUE(test.fs.Remove(base::JoinPath(parts, first)).ok());
  const std::string found = FindingsOf(*Verify(&test, kDir));
  EXPECT_NE(found.find("notes.txt: is no file of the store"), std::string::npos) << found;
  EXPECT_NE(found.find("00000001.rows: is not named in MANIFEST"), std::string::npos) << found;
  EXPECT_NE(found.find(first + ": "), std::string::npos) << found;
  EXPECT_TRUE(absl::IsNotFound(Verify(&test, "nowhere").status()));
}

// A rewrite takes its number, and flushes go on while it writes.
TEST(LogVerify, APartThatTheStoresOwnerMayBeWritingIsNoFinding) {
  TestStore test;
  ASSERT_NO_FATAL_FAILURE(Fill(&test));
  const std::string path =
      base::JoinPath(base::JoinPath(kDir, kPartsFolder), "019675-00000001.cols");
  ASSERT_TRUE(test.fs.WriteFileAtomic(path, "half").ok());
  ASSERT_TRUE(test.Open().ok());  // removes it
  ASSERT_TRUE(test.fs.WriteFileAtomic(path, "half").ok());
  EXPECT_EQ(FindingsOf(*Verify(&test, kDir)), "");
  test.store.reset();
  EXPECT_NE(FindingsOf(*Verify(&test, kDir)).find("is not named in MANIFEST"), std::string::npos);
}

}  // namespace
}  // namespace vedette::logstore
