#include "base/fs.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "base/regex.h"
#include "base/secrets.h"
#include "re2/re2.h"
#include "tests/support/fault_fs.h"
#include "tests/support/temp_dir.h"

namespace vedette::base {
namespace {

// The machine's file system and its twin answer alike.
class FileSystemTest : public ::testing::TestWithParam<bool> {
 protected:
  FileSystemTest() {
    if (GetParam()) {
      fs_ = std::make_unique<test::FaultFs>();
      EXPECT_TRUE(fs_->CreateDirs(dir_.path()).ok());
    } else {
      fs_ = NewPosixFileSystem();
    }
  }
  test::TempDir dir_;
  std::unique_ptr<FileSystem> fs_;
};

TEST_P(FileSystemTest, FilesAreWrittenReadListedAndRemoved) {
  const std::string folder = dir_.Join("a/b");
  ASSERT_TRUE(fs_->CreateDirs(folder).ok());
  ASSERT_TRUE(fs_->CreateDirs(folder).ok());
  const std::string path = JoinPath(folder, "file");
  EXPECT_EQ(fs_->Stat(path).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(fs_->ReadFile(path).status().code(), absl::StatusCode::kNotFound);
  {
    const auto file = fs_->Create(path);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    ASSERT_TRUE((*file)->Append("hello ").ok());
    ASSERT_TRUE((*file)->Sync().ok());
    ASSERT_TRUE((*file)->Close().ok());
  }
  ASSERT_TRUE((*fs_->OpenAppend(path))->Append("world").ok());
  EXPECT_EQ(*fs_->ReadFile(path), "hello world");
  EXPECT_EQ(fs_->Stat(path)->size, 11u);
  const auto file = fs_->OpenRead(path);
  char buffer[16];
  EXPECT_EQ(*(*file)->Read(6, sizeof buffer, buffer), 5u);
  EXPECT_EQ(std::string(buffer, 5), "world");
  EXPECT_EQ((*file)->Size(), 11u);
  ASSERT_TRUE(fs_->Truncate(path, 5).ok());
  EXPECT_EQ(*fs_->ReadFile(path), "hello");
  ASSERT_TRUE(fs_->Rename(path, path + "2").ok());
  EXPECT_EQ(*fs_->List(folder), std::vector<std::string>{"file2"});
  ASSERT_TRUE(fs_->WriteFileAtomic(path, "whole").ok());
  EXPECT_EQ(*fs_->List(folder), (std::vector<std::string>{"file", "file2"}));
  ASSERT_TRUE(fs_->Remove(path).ok());
  EXPECT_FALSE(fs_->Remove(path).ok());
  ASSERT_TRUE(fs_->RemoveAll(dir_.Join("a")).ok());
  ASSERT_TRUE(fs_->RemoveAll(dir_.Join("a")).ok());
  EXPECT_FALSE(fs_->Exists(folder));
}

TEST_P(FileSystemTest, LockIsHeldOnce) {
  const std::string path = dir_.Join("lock");
  auto lock = fs_->Lock(path);
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(fs_->Lock(path).status().code(), absl::StatusCode::kUnavailable);
  lock->reset();
  EXPECT_TRUE(fs_->Lock(path).ok());
}

TEST_P(FileSystemTest, ReserveTakesItsSpace) {
  const std::string path = dir_.Join("reserve");
  ASSERT_TRUE(fs_->Allocate(path, 100'000).ok());
  EXPECT_EQ(fs_->Stat(path)->size, 100'000u);
  EXPECT_GT(*fs_->FreeSpace(dir_.path()), 0u);
}

INSTANTIATE_TEST_SUITE_P(PosixAndTwin, FileSystemTest, ::testing::Bool());

TEST(FaultFs, UnsyncedNamesAndBytesMayBeGoneSyncedOnesNever) {
  int lost_names = 0;
  int torn = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    test::FaultFs fs(seed);
    ASSERT_TRUE(fs.CreateDirs("d").ok());
    ASSERT_TRUE(fs.WriteFileAtomic("d/kept", "kept").ok());
    ASSERT_TRUE((*fs.OpenAppend("d/kept"))->Append("tail").ok());
    ASSERT_TRUE(fs.Create("d/new").ok());
    fs.FailAt(1, test::FaultFs::Fault::kCrash);
    EXPECT_FALSE(fs.Remove("d/kept").ok());
    fs.Restart();
    const std::string content = *fs.ReadFile("d/kept");
    EXPECT_EQ(content, std::string("kepttail").substr(0, content.size()));
    EXPECT_GE(content.size(), 4u);
    torn += content.size() < 8;
    lost_names += !fs.Exists("d/new");
  }
  EXPECT_GT(lost_names, 5);
  EXPECT_GT(torn, 5);
}

TEST(FileSystem, AtomicWriteShowsOldOrNewAtEveryFault) {
  for (uint64_t k = 1; k < 8; ++k) {
    test::FaultFs fs(k);
    ASSERT_TRUE(fs.CreateDirs("d").ok());
    ASSERT_TRUE(fs.WriteFileAtomic("d/f", "old").ok());
    fs.FailAt(k, test::FaultFs::Fault::kCrash);
    const bool written = fs.WriteFileAtomic("d/f", "new!").ok();
    fs.FailAt(1, test::FaultFs::Fault::kCrash);
    fs.Remove("d/none").IgnoreError();
    fs.Restart();
    const std::string content = *fs.ReadFile("d/f");
    EXPECT_TRUE(content == "new!" || (content == "old" && !written)) << content;
  }
}

TEST(Secrets, AreReadTrimmedAndNeverShown) {
  const test::TempDir dir;
  const auto fs = NewPosixFileSystem();
  const auto secret = ReadSecretFile(fs.get(), dir.Write("token", "  s3cret\n"));
  ASSERT_TRUE(secret.ok());
  EXPECT_EQ(secret->Reveal(), "s3cret");
  const auto empty = ReadSecretFile(fs.get(), dir.Write("empty", "\n"));
  EXPECT_NE(empty.status().ToString().find("empty"), std::string::npos);
  EXPECT_FALSE(ReadSecretFile(fs.get(), dir.Join("absent")).ok());
  EXPECT_TRUE(ConstantTimeEquals("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEquals("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEquals("abc", "ab"));
}

TEST(Regex, AcceptsWhatGoAcceptsAndReportsTheRest) {
  const struct {
    const char* pattern;
    const char* text;
    bool matches;
  } kCases[] = {
      {"a.b", "a\nb", true},      {"(?<name>x)\\1?", "x", false}, {"(?<name>x)", "x", true},
      {"(?P<name>x)", "x", true}, {"\\(?<a>", "(<a>", true},      {"[(?<]+", "(?<", true},
      {"\\Q(?<\\E", "(?<", true}, {"\\d+\\s\\w", "12 x", true},   {"(?i)ABC", "abc", true}};
  for (const auto& c : kCases) {
    const auto regex = CompileRegex(c.pattern);
    if (!regex.ok()) {
      EXPECT_FALSE(c.matches) << regex.status().ToString();
      continue;
    }
    EXPECT_EQ(RE2::FullMatch(c.text, **regex), c.matches) << c.pattern;
  }
  EXPECT_FALSE(RE2::FullMatch("a\nb", **CompileRegex("a.b", {.dot_matches_newline = false})));
  for (const std::string& bad : {std::string("("), std::string("(?<=x)"), std::string("x{2000}"),
                                 std::string("\xff"), std::string(2000, '(')}) {
    EXPECT_EQ(CompileRegex(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace vedette::base
