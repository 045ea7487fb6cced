// Files of tasks that stay open between scrapes, and whether a task has run.
#include "exporters/runtime/kept_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>

#include "tests/support/temp_dir.h"

namespace vedette::exporters {
namespace {

class KeptFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::open(dir_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ASSERT_GE(folder_, 0);
  }
  void TearDown() override { ::close(folder_); }
  void Write(const std::string& name, std::string_view text) const {
    std::ofstream(dir_.Join(name), std::ios::binary) << text;
  }

  const test::TempDir dir_;
  int folder_ = -1;
  KeptFilesLimit limit_{4};
};

TEST_F(KeptFiles, TaskHasRunWhenItsCountersMoved) {
  RunMark mark;
  const auto has_run = [&] { return mark.HasRun(folder_, "schedstat", &limit_); };
  EXPECT_TRUE(has_run()) << "it cannot be told";
  Write("schedstat", "31853 0 2\n");
  EXPECT_TRUE(has_run()) << "the first look";
  EXPECT_FALSE(has_run());
  Write("schedstat", "31853 0 3\n");
  EXPECT_TRUE(has_run());
  EXPECT_FALSE(has_run());
  Write("schedstat", "0 0 0\n");  // a kernel that does not count
  EXPECT_TRUE(has_run());
  EXPECT_TRUE(has_run());
}

TEST_F(KeptFiles, EndedTaskIsNotReadFromAnOpenFile) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  const int proc = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::string path = std::to_string(child) + "/stat";
  KeptFile file;
  char text[1024];
  EXPECT_GT(file.Read(proc, path.c_str(), &limit_, text, sizeof text), 0);
  EXPECT_GT(file.Read(proc, path.c_str(), &limit_, text, sizeof text), 0);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(file.Read(proc, path.c_str(), &limit_, text, sizeof text), -1);
  EXPECT_TRUE(errno == ENOENT || errno == ESRCH) << errno;
  ::close(proc);
}

TEST_F(KeptFiles, FilesBeyondTheLimitAreReadAllTheSame) {
  KeptFilesLimit limit(1);
  const int proc = ::open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  char text[4096];
  KeptFile first;
  {
    KeptFile second;
    EXPECT_GT(first.Read(proc, "stat", &limit, text, sizeof text), 0);
    EXPECT_FALSE(limit.Take());
    EXPECT_GT(second.Read(proc, "statm", &limit, text, sizeof text), 0);
  }
  EXPECT_FALSE(limit.Take()) << "only what was counted is given back";
  first = KeptFile();
  EXPECT_TRUE(limit.Take());
  ::close(proc);
}

TEST_F(KeptFiles, FileOfACopiedTreeIsOpenedEachTime) {
  KeptFile file;
  char text[16];
  Write("stat", "one");
  EXPECT_EQ(file.Read(folder_, "stat", &limit_, text, sizeof text), 3);
  ASSERT_EQ(::unlink(dir_.Join("stat").c_str()), 0);
  Write("stat", "three");
  EXPECT_EQ(file.Read(folder_, "stat", &limit_, text, sizeof text), 5);
}

TEST_F(KeptFiles, NumbersOfAFolderAreListedFromItsStart) {
  for (const char* name : {"0", "17", "4194304", "net", "1x", "99999999999999999999"}) {
    Write(name, "");
  }
  std::vector<char> buffer;
  std::vector<NumberEntry> entries;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(ListNumbers(folder_, &buffer, &entries));
    std::sort(entries.begin(), entries.end(),
              [](const NumberEntry& a, const NumberEntry& b) { return a.id < b.id; });
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_EQ(entries[0].id, 0);
    EXPECT_EQ(entries[1].id, 17);
    EXPECT_EQ(entries[2].id, 4194304);
    EXPECT_NE(entries[1].inode, entries[2].inode);
  }
  EXPECT_FALSE(ListNumbers(-1, &buffer, &entries));
}

}  // namespace
}  // namespace vedette::exporters
