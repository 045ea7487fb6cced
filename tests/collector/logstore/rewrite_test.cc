#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "collector/logstore/rewrite_plan.h"
#include "store_fixture.h"

// Level-0 parts become day parts, and nobody who reads can tell.

namespace vedette::logstore {
namespace {

struct PlanCase {
  std::string_view what;
  std::vector<PartSize> parts;
  std::vector<size_t> want;
};

TEST(RewritePlan, TakesADayWhenItIsWorthIt) {
  constexpr uint64_t kMiB = 1 << 20;
  const PartSize rows{9, 1, false, false};
  const PartSize columns{9, 1, true, false};
  const PartSize old_rows{3, 1, false, true};
  const PartSize old_columns{3, kMiB, true, true};
  const PartSize large{3, 100 * kMiB, true, true};
  const std::vector<PlanCase> cases = {
      {"too few of an open day", {rows, rows}, {}},
      {"enough of an open day", {rows, {8, 1, true, false}, rows, rows}, {0, 2, 3}},
      {"one of a closed day", {rows, old_rows}, {1}},
      {"one of a closed day that has just come", {{3, 1, false, false}}, {}},
      {"a closed day that is one part", {old_columns}, {}},
      {"small day parts of a closed day", {old_columns, old_columns}, {0, 1}},
      {"large day parts stay", {large, large}, {}},
      {"small ones of an open day", {columns, columns, columns, columns}, {0, 1, 2, 3}},
  };
  for (const PlanCase& c : cases) {
    EXPECT_EQ(PlanRewrite(c.parts, {5, 3}), c.want) << c.what;
  }
  EXPECT_TRUE(PlanRewrite(cases[1].parts, {5, 0}).empty());
  const std::vector<PartSize> many(100, old_rows);
  EXPECT_LT(PlanRewrite(many, {5, 3}).size(), 50u);
}

std::vector<std::string> PartFiles(TestStore& t) { return *t.fs.List("data/logs/parts"); }

bool EndsIn(const std::string& name, std::string_view suffix) {
  return std::string_view(name).ends_with(suffix);
}

TEST(StoreRewrite, PartsBecomeOneDayPartThatReadsTheSame) {
  TestStore t;
  t.rewrite_rows_parts = 3;
  ASSERT_TRUE(t.Open().ok());
  for (uint64_t i = 0; i < 3; ++i) {
    // Later pushes have earlier lines too, and repetitions.
    ASSERT_TRUE(t.Push(Positions(1 + 10 * i, 10 + 10 * i)).ok());
    ASSERT_TRUE(t.Push(OneLine("again")).ok());
    ASSERT_TRUE(t.Push(OneLine("round " + std::to_string(i))).ok());
    ASSERT_TRUE(t.store->Flush().ok());
  }
  ASSERT_EQ(PartFiles(t).size(), 3u);
  const auto forward = t.Read();
  const auto backward = t.Read(Direction::kBackward);
  ASSERT_EQ(forward.size(), 34u);
  ASSERT_TRUE(t.store->Maintain().ok());
  ASSERT_EQ(PartFiles(t).size(), 1u);
  EXPECT_TRUE(EndsIn(PartFiles(t)[0], ".cols"));
  EXPECT_EQ(t.Read(), forward);
  EXPECT_EQ(t.Read(Direction::kBackward), backward);
  EXPECT_EQ(t.store->Volume({}, INT64_MIN, INT64_MAX).entries, 34u);
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), forward);
  EXPECT_EQ(t.Metric("vedette_logs_unfaithful_granules_total"), 0);
}

// A few hundred lines of which each has a template of its own.
TEST(StoreRewrite, LinesThatHaveNothingInCommonAreRewrittenToo) {
  TestStore t;
  t.rewrite_rows_parts = 1;
  ASSERT_TRUE(t.Open().ok());
  std::mt19937 random(7);
  std::vector<std::string> want;
  for (int i = 0; i < 3000; ++i) {
    std::string line;
    while (line.size() < 40) line += static_cast<char>('!' + random() % 90);
    want.push_back(line);
    ASSERT_TRUE(t.Push(OneLine(std::move(line), kNowNs - 5000 + i)).ok());
  }
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.store->Maintain().ok());
  ASSERT_TRUE(EndsIn(PartFiles(t).at(0), ".cols"));
  EXPECT_EQ(t.Read(), want);
}

TEST(StoreRewrite, AReaderThatWasThereBeforeReadsToTheEnd) {
  TestStore t;
  t.rewrite_rows_parts = 2;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(Positions(1, 10)).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.Push(Positions(11, 20)).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  size_t seen = 0;
  SelectRequest request;
  request.end_ns = INT64_MAX;
  ASSERT_TRUE(t.store
                  ->Select(request,
                           [&](std::span<const Row> rows) {
                             if (seen == 0) {
                               EXPECT_TRUE(t.store->Maintain().ok());
                               EXPECT_EQ(PartFiles(t).size(), 3u);
                             }
                             seen += rows.size();
                             return true;
                           })
                  .ok());
  EXPECT_EQ(seen, 20u);
  ASSERT_TRUE(t.store->Maintain().ok());
  EXPECT_EQ(PartFiles(t).size(), 1u);
}

TEST(StoreRewrite, AFullDiskLeavesThePartsAsTheyAre) {
  TestStore t;
  t.rewrite_rows_parts = 2;
  ASSERT_TRUE(t.Open().ok());
  for (uint64_t i = 0; i < 2; ++i) {
    ASSERT_TRUE(t.Push(Positions(1 + 10 * i, 10 + 10 * i)).ok());
    ASSERT_TRUE(t.store->Flush().ok());
  }
  t.fs.FailAt(2, test::FaultFs::Fault::kNoSpace);
  EXPECT_FALSE(t.store->Maintain().ok());
  t.fs.ClearFault();
  EXPECT_EQ(PartFiles(t).size(), 2u);
  EXPECT_EQ(t.Read().size(), 20u);
  ASSERT_TRUE(t.store->Maintain().ok());
  EXPECT_EQ(PartFiles(t).size(), 1u);
  EXPECT_EQ(t.Read().size(), 20u);
}

TEST(StoreRewrite, APartWithADamagedBlockIsLeftAndTheRestGoesOn) {
  TestStore t;
  t.rewrite_rows_parts = 2;
  ASSERT_TRUE(t.Open().ok());
  for (uint64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(t.Push(Positions(1 + 10 * i, 10 + 10 * i)).ok());
    ASSERT_TRUE(t.store->Flush().ok());
  }
  const std::string path = "data/logs/parts/" + PartFiles(t)[0];
  std::string bytes = *t.fs.ReadFile(path);
  bytes[20] ^= 1;
  ASSERT_TRUE(t.fs.WriteFileAtomic(path, bytes).ok());
  EXPECT_FALSE(t.store->Maintain().ok());
  EXPECT_TRUE(t.store->Maintain().ok());
  EXPECT_EQ(PartFiles(t).size(), 2u);
  EXPECT_EQ(t.Read().size(), 20u);
}

TEST(StoreRewrite, AByteFlippedInADayPartCostsItsGranuleOrItsPartAtMost) {
  TestStore t;
  t.rewrite_rows_parts = 1;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(Positions(1, 40)).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.store->Maintain().ok());
  ASSERT_EQ(PartFiles(t).size(), 1u);
  // Another part that must stay whole.
  ASSERT_TRUE(t.Push(OneLine("other")).ok());
  t.rewrite_rows_parts = 0;
  ASSERT_TRUE(t.store->Flush().ok());
  const std::string path = "data/logs/parts/" + PartFiles(t)[0];
  const std::string sound = *t.fs.ReadFile(path);
  const std::vector<std::string> all = t.Read();
  for (size_t i = 0; i < sound.size(); ++i) {
    std::string bytes = sound;
    bytes[i] ^= 4;
    ASSERT_TRUE(t.fs.WriteFileAtomic(path, bytes).ok());
    const std::vector<std::string> read = t.Read();
    EXPECT_TRUE(std::find(read.begin(), read.end(), "other") != read.end());
    EXPECT_TRUE(read == all || read.size() == 1) << "byte " << i;
  }
}

TEST(StoreRetention, BySizeDropsTheOldestAndFreesTheirSpace) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  std::mt19937 random(1);
  for (int64_t i = 0; i < 6; ++i) {
    std::string line = std::to_string(i) + " ";
    while (line.size() < 10'000) line += static_cast<char>('!' + random() % 90);
    ASSERT_TRUE(t.Push(OneLine(line, kNowNs - (6 - i) * 3600 * kSecondNs)).ok());
    ASSERT_TRUE(t.store->Flush().ok());
  }
  ASSERT_EQ(PartFiles(t).size(), 6u);
  t.retention_bytes = 25'000;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.store->Maintain().ok());
  EXPECT_EQ(PartFiles(t).size(), 2u);
  const auto left = t.Read();
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0][0], '4');
  EXPECT_EQ(left[1][0], '5');
}

}  // namespace
}  // namespace vedette::logstore
