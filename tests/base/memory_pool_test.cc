#include "base/memory_pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace vedette::base {
namespace {

TEST(MemoryPool, IsGivenBackAndNeverOverdrawn) {
  const auto pool = std::make_shared<MemoryPool>(100);
  EXPECT_TRUE(absl::IsResourceExhausted(pool->Take(101, "the list").status()));
  {
    const auto first = pool->Take(60, "the list");
    ASSERT_TRUE(first.ok());
    const base::Status refused = pool->Take(41, "the other").status();
    EXPECT_TRUE(absl::IsUnavailable(refused));
    EXPECT_EQ(Message(refused),
              "the other takes 41 bytes, while queries and answers under way hold 60 of the 100 "
              "that they may; try again");
    EXPECT_EQ(pool->held(), 60u);
    EXPECT_TRUE(pool->Take(40, "the other").ok());
  }
  EXPECT_EQ(pool->held(), 0u);
  EXPECT_TRUE(std::make_shared<MemoryPool>(0)->Take(UINT64_MAX, "all").ok());
}

TEST(MemoryPool, HoldThatGrowsIsOneDemand) {
  const auto pool = std::make_shared<MemoryPool>(100);
  MemoryPool::Hold hold(pool);
  EXPECT_TRUE(hold.Grow(70, "the query").ok());
  // No wait would help: it alone is more than all.
  const base::Status refused = hold.Grow(40, "the query");
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_EQ(Message(refused),
            "the query takes 110 bytes, more than the 100 of all queries together; ask for fewer "
            "series or a larger step");
  EXPECT_EQ(hold.bytes(), 70u);
  hold.GrowAnyway(50);
  EXPECT_EQ(pool->held(), 120u);
  EXPECT_TRUE(absl::IsUnavailable(pool->Take(1, "another").status()));
  hold = {};
  EXPECT_EQ(pool->held(), 0u);
}

TEST(MemoryPool, WithoutAPoolNothingIsRefused) {
  MemoryPool::Hold hold;
  EXPECT_TRUE(hold.Grow(UINT64_MAX, "the query").ok());
}

TEST(MemoryPool, ManyThreadsNeverHoldMoreThanThereIs) {
  const auto pool = std::make_shared<MemoryPool>(10);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&pool] {
      for (int round = 0; round < 10'000; ++round) {
        const auto hold = pool->Take(4, "one");
        EXPECT_LE(pool->held(), 10u);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(pool->held(), 0u);
}

}  // namespace
}  // namespace vedette::base
