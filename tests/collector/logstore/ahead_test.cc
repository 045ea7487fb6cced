#include "collector/logstore/ahead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace vedette::logstore {
namespace {

TEST(PrepareAhead, TakesInOrderWhatWasPreparedOnce) {
  base::ThreadPool pool("ahead", 3, 16);
  constexpr size_t kCount = 2000;
  std::vector<int> prepared(kCount);
  std::vector<std::atomic<int>> busy(4);
  size_t next = 0;
  PrepareAhead(
      kCount, busy.size(), &pool,
      [&](size_t i, size_t worker) {
        EXPECT_EQ(busy[worker]++, 0);
        ++prepared[i];
        --busy[worker];
      },
      [&](size_t i) {
        EXPECT_EQ(i, next++);
        EXPECT_EQ(prepared[i], 1);
        return true;
      });
  EXPECT_EQ(next, kCount);
}

TEST(PrepareAhead, PreparesNoMoreAheadThanWasTaken) {
  for (size_t taken = 1; taken < 40; ++taken) {
    base::ThreadPool pool("ahead", 3, 16);
    std::atomic<size_t> prepared{0};
    PrepareAhead(
        1000, 4, &pool, [&](size_t, size_t) { ++prepared; },
        [&](size_t i) { return i + 1 < taken; });
    EXPECT_GE(prepared, taken);
    EXPECT_LE(prepared, taken + std::min<size_t>(taken - 1, 8));
  }
}

TEST(PrepareAhead, HelpersWorkWhileTheCallerTakes) {
  base::ThreadPool pool("ahead", 1, 16);
  std::mutex mutex;
  std::condition_variable changed;
  size_t ready = 0;
  PrepareAhead(
      4, 2, &pool,
      [&](size_t, size_t) {
        const std::lock_guard<std::mutex> lock(mutex);
        ++ready;
        changed.notify_all();
      },
      [&](size_t i) {
        std::unique_lock<std::mutex> lock(mutex);
        if (i != 2) return true;
        return changed.wait_for(lock, std::chrono::seconds(60), [&] { return ready == 4; });
      });
  EXPECT_EQ(ready, 4u);
}

TEST(PrepareAhead, NeedsNoHelp) {
  base::ThreadPool pool("ahead", 1, 1);
  std::atomic<bool> go_on{false};
  // The only thread is somebody else's, and nothing fits into the queue.
  ASSERT_TRUE(pool.TrySubmit([&] { go_on.wait(false); }));
  for (base::ThreadPool* const helpers : {static_cast<base::ThreadPool*>(nullptr), &pool}) {
    size_t taken = 0;
    PrepareAhead(
        50, 3, helpers, [](size_t, size_t worker) { EXPECT_EQ(worker, 0u); },
        [&](size_t) { return ++taken > 0; });
    EXPECT_EQ(taken, 50u);
  }
  go_on = true;
  go_on.notify_all();
}

}  // namespace
}  // namespace vedette::logstore
