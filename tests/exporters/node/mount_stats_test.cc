#include "exporters/node/mount_stats.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/strings.h"
#include "exporters/node/mounts.h"

namespace vedette::exporters::node {
namespace {

// Mount points of which some do not answer until told to.
class FakeMounts {
 public:
  void Stick(const std::string& path) {
    const std::lock_guard<std::mutex> lock(mutex_);
    stuck_[path] = true;
  }
  void Release(const std::string& path) {
    const std::lock_guard<std::mutex> lock(mutex_);
    stuck_[path] = false;
    changed_.notify_all();
  }
  MountStat Stat(const std::string& path) {
    std::unique_lock<std::mutex> lock(mutex_);
    ++asked_[path];
    changed_.wait(lock, [&] { return !stuck_[path]; });
    ++answered_;
    changed_.notify_all();
    MountStat stat;
    stat.size = static_cast<double>(path.size());
    return stat;
  }
  int Asked(const std::string& path) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return asked_[path];
  }
  void WaitForAnswers(int n) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return answered_ >= n; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, bool> stuck_;
  std::map<std::string, int> asked_;
  int answered_ = 0;
};

MountStats Make(const std::shared_ptr<FakeMounts>& mounts, int workers) {
  return MountStats(workers, [mounts](const std::string& path) { return mounts->Stat(path); });
}

TEST(MountStats, AnswersComeInTheOrderAsked) {
  const auto mounts = std::make_shared<FakeMounts>();
  MountStats stats = Make(mounts, 4);
  const std::vector<std::string> paths = {"/", "/a", "/bb", "/a"};
  const auto answers = stats.StatAll({{"/"}, {"/a"}, {"/bb"}, {"/a"}}, std::chrono::seconds(30));
  ASSERT_EQ(answers.size(), 4u);
  for (size_t i = 0; i < paths.size(); ++i) {
    EXPECT_FALSE(answers[i].timed_out);
    EXPECT_EQ(answers[i].size, static_cast<double>(paths[i].size()));
  }
  EXPECT_EQ(mounts->Asked("/a"), 1);
}

TEST(MountStats, WhatAnswersAtOnceIsAskedOnTheCallersThread) {
  const std::thread::id here = std::this_thread::get_id();
  MountStats stats(1, [here](const std::string&) {
    return MountStat{.size = std::this_thread::get_id() == here ? 1.0 : 2.0};
  });
  const auto answers =
      stats.StatAll({{"/a", true}, {"/b"}, {"/c", true}}, std::chrono::seconds(30));
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].size, 1);
  EXPECT_EQ(answers[1].size, 2);
  EXPECT_EQ(answers[2].size, 1);
}

TEST(MountStats, StuckMountHoldsUpNobodyElse) {
  const auto mounts = std::make_shared<FakeMounts>();
  mounts->Stick("/nfs");
  MountStats stats = Make(mounts, 1);  // the one worker gets stuck first
  const auto answers = stats.StatAll({{"/nfs"}, {"/a"}, {"/b"}}, std::chrono::seconds(2));
  EXPECT_TRUE(answers[0].timed_out);
  EXPECT_FALSE(answers[1].timed_out);
  EXPECT_FALSE(answers[2].timed_out);
  mounts->Release("/nfs");
}

TEST(MountStats, StuckMountIsNotAskedAgainUntilItAnswers) {
  const auto mounts = std::make_shared<FakeMounts>();
  mounts->Stick("/nfs");
  MountStats stats = Make(mounts, 2);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(stats.StatAll({{"/nfs"}}, std::chrono::milliseconds(200))[0].timed_out);
  }
  EXPECT_EQ(mounts->Asked("/nfs"), 1);
  mounts->Release("/nfs");
  mounts->WaitForAnswers(1);
  // Its old answer may still be on the way in, so ask until it is asked anew.
  bool answered = false;
  for (int i = 0; i < 1000 && !answered; ++i) {
    answered = !stats.StatAll({{"/nfs"}}, std::chrono::seconds(5))[0].timed_out;
    if (!answered) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_TRUE(answered);
  EXPECT_EQ(mounts->Asked("/nfs"), 2);
}

TEST(MountStats, EndsWhileAMountIsStuck) {
  const auto mounts = std::make_shared<FakeMounts>();
  mounts->Stick("/nfs");
  {
    MountStats stats = Make(mounts, 2);
    EXPECT_TRUE(stats.StatAll({{"/nfs"}}, std::chrono::milliseconds(500))[0].timed_out);
  }
  mounts->Release("/nfs");
  mounts->WaitForAnswers(1);
}

TEST(Mounts, OnlyWhatCannotHangAnswersAtOnce) {
  struct {
    const char* mounts;  // TYPE:POINT ...
    const char* at_once;
  } const cases[] = {
      {"ext4:/ tmpfs:/run nfs4:/srv xfs:/srv/disk ext4:/srv-b btrfs:/b", "/ /run /srv-b"},
      {"overlay:/ ext4:/data", ""},
      {"ext4:/ fuse.sshfs:/mnt/a ext4:/mnt/a/b/c ext4:/mnt/ab", "/ /mnt/ab"},
      {"ext4:/ nfs:/x ext4:/x", "/"},
  };
  for (const auto& c : cases) {
    std::string text;
    for (const std::string_view one : base::Split(c.mounts, ' ')) {
      const size_t colon = one.find(':');
      text += base::Concat(
          {"31 29 8:7 / ", one.substr(colon + 1), " rw - ", one.substr(0, colon), " device rw\n"});
    }
    std::vector<Mount> mounts = ParseMounts(text);
    MarkLocalMounts(&mounts);
    std::string at_once;
    for (const Mount& mount : mounts) {
      if (!mount.answers_at_once) continue;
      at_once += base::Concat({at_once.empty() ? "" : " ", mount.mount_point});
    }
    EXPECT_EQ(at_once, c.at_once) << c.mounts;
  }
}

TEST(MountStats, StatfsErrorsAreKept) {
  EXPECT_EQ(StatMountPoint("/no/such/mount").error, ENOENT);
  EXPECT_EQ(StatMountPoint("/").error, 0);
  EXPECT_GT(StatMountPoint("/").size, 0);
}

}  // namespace
}  // namespace vedette::exporters::node
