#include "exporters/pve/call_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace vedette::exporters::pve {
namespace {

TEST(PveCallQueue, RunsWhatJobsAdd) {
  base::ThreadPool pool("test", 3, 16);
  CallQueue queue;
  std::atomic<int> ran{0};
  for (int i = 0; i < 10; ++i) {
    queue.Add([&] {
      ++ran;
      for (int k = 0; k < 10; ++k) queue.Add([&] { ++ran; });
    });
  }
  queue.Run(&pool, 3);
  EXPECT_EQ(ran, 110);
}

TEST(PveCallQueue, ABusyPoolDoesNotHoldItUp) {
  base::ThreadPool pool("test", 1, 1);
  std::atomic<bool> release{false};
  ASSERT_TRUE(pool.TrySubmit([&] {
    while (!release) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }));
  CallQueue queue;
  int ran = 0;
  queue.Add([&] { ++ran; });
  queue.Add([&] { ++ran; });
  queue.Run(&pool, 3);
  EXPECT_EQ(ran, 2);
  release = true;
}

TEST(PveCallQueue, WithoutJobsItReturns) {
  base::ThreadPool pool("test", 1, 1);
  CallQueue().Run(&pool, 1);
}

}  // namespace
}  // namespace vedette::exporters::pve
