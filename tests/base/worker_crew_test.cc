#include "base/worker_crew.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace vedette::base {
namespace {

constexpr size_t kMost = 6;

class WorkerCrewTest : public testing::Test {
 protected:
  // A task that hangs until Release.
  void Hang(bool slow) {
    ASSERT_TRUE(crew_.TrySubmit(
        [this] {
          const int now = ++hanging_;
          int most = most_hanging_;
          while (now > most && !most_hanging_.compare_exchange_weak(most, now)) {
          }
          released_.wait();
          --hanging_;
          ++ended_;
        },
        slow));
  }
  void Release() { release_.set_value(); }
  static void WaitFor(const std::atomic<int>& count, int until) {
    for (int i = 0; i < 3000 && count < until; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(count, until);
  }

  std::promise<void> release_;
  const std::shared_future<void> released_{release_.get_future()};
  std::atomic<int> hanging_{0}, most_hanging_{0}, ended_{0}, quick_{0};
  WorkerCrew crew_{"test", kMost, 100};  // last: ends first
};

TEST_F(WorkerCrewTest, TasksKnownToHangDelayEachOtherAlone) {
  for (int i = 0; i < 20; ++i) Hang(/*slow=*/true);
  WaitFor(hanging_, kMost / 2);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(crew_.TrySubmit([this] { ++quick_; }));
  }
  WaitFor(quick_, 50);
  EXPECT_EQ(hanging_, static_cast<int>(kMost / 2));
  Release();
  WaitFor(ended_, 20);
  EXPECT_LE(most_hanging_, static_cast<int>(kMost / 2));
}

TEST_F(WorkerCrewTest, ThereAreAsManyThreadsAsAreKeptWaiting) {
  EXPECT_EQ(crew_.size(), 0u);
  for (int i = 0; i < 10; ++i) Hang(/*slow=*/false);
  WaitFor(hanging_, kMost);
  EXPECT_EQ(crew_.size(), kMost);
  Release();
  WaitFor(ended_, 10);
}

TEST_F(WorkerCrewTest, ItsEndRunsWhatIsQueuedAndTakesNoMore) {
  for (int i = 0; i < 15; ++i) Hang(i % 2 == 0);
  Release();
  crew_.Stop();
  EXPECT_EQ(ended_, 15);
  EXPECT_FALSE(crew_.TrySubmit([] {}));
}

TEST_F(WorkerCrewTest, AFullQueueSaysSo) {
  for (int i = 0; i < 100; ++i) Hang(/*slow=*/true);
  while (hanging_ < static_cast<int>(kMost / 2)) std::this_thread::yield();
  int taken = 0;
  while (crew_.TrySubmit([] {}, /*slow=*/true)) ++taken;
  EXPECT_EQ(taken, static_cast<int>(kMost / 2)) << "as many as have left the queue";
  EXPECT_TRUE(crew_.TrySubmit([this] { ++quick_; })) << "others have a queue of their own";
  WaitFor(quick_, 1);
  Release();
}

}  // namespace
}  // namespace vedette::base
