#include "app/memory_budget.h"

#include <gtest/gtest.h>

namespace vedette::app {
namespace {

constexpr uint64_t kGiB = 1ull << 30;

TEST(MemoryBudget, IsAQuarterOfWhatIsAvailableUpToTwoGiB) {
  EXPECT_EQ(MakeMemoryBudget(4 * kGiB).total, kGiB);
  EXPECT_EQ(MakeMemoryBudget(64 * kGiB).total, 2 * kGiB);
}

TEST(MemoryBudget, SharesAddUpToTheWhole) {
  const MemoryBudget budget = MakeMemoryBudget(4 * kGiB);
  const uint64_t sum =
      budget.tsdb_head + budget.scrape + budget.logs + budget.queries + budget.rest;
  EXPECT_LE(sum, budget.total);
  EXPECT_GT(sum, budget.total / 100 * 99);
  EXPECT_LT(budget.one_query, budget.queries);
}

TEST(AvailableMemory, TakesTheSmallerOfMachineAndCgroup) {
  const std::string meminfo = "MemTotal:       4194304 kB\nMemFree:         100 kB\n";
  EXPECT_EQ(AvailableMemory(meminfo, "max\n", 9), 4 * kGiB);
  EXPECT_EQ(AvailableMemory(meminfo, "1073741824\n", 9), kGiB);
  EXPECT_EQ(AvailableMemory(meminfo, "", 9), 4 * kGiB);
  EXPECT_EQ(AvailableMemory(meminfo, std::to_string(100 * kGiB), 9), 4 * kGiB);
}

// As under systemd's ProcSubset=pid, which our unit has: a budget of nothing would refuse all.
TEST(AvailableMemory, IsKnownWhereProcIsHidden) {
  EXPECT_EQ(AvailableMemory("", "max\n", 4 * kGiB), 4 * kGiB);
  EXPECT_EQ(AvailableMemory("", "1073741824\n", 4 * kGiB), kGiB);
  EXPECT_GT(AvailableMemory(), 0u);
}

}  // namespace
}  // namespace vedette::app
