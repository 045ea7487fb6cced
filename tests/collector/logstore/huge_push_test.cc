#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "store_fixture.h"

// Pushes that are stored in pieces, alone and beside others.

namespace vedette::logstore {
namespace {

using Strings = std::vector<std::string>;
using test::FaultFs;

constexpr size_t kLineBytes = 16 << 10;
constexpr size_t kLines = 700;  // 11 MB: eleven pieces

// Lines of one time, which tell their numbers by their beginning.
model::LogPush HugePush(const std::string& name, size_t lines = kLines) {
  model::LogPush push;
  for (size_t i = 0; i < lines; ++i) {
    if (i % 300 == 0) push.streams.push_back({{{"app", name}, {"n", std::to_string(i)}}, {}});
    std::string line = name + std::to_string(10'000 + i);
    line.resize(kLineBytes, '.');
    push.streams.back().entries.push_back({kNowNs, std::move(line), {}});
  }
  return push;
}

Strings NamesOf(const std::string& name, size_t lines = kLines) {
  Strings names;
  for (size_t i = 0; i < lines; ++i) names.push_back(name + std::to_string(10'000 + i));
  return names;
}

// What is stored, each line's beginning, in reading order.
Strings Beginnings(const TestStore& t) {
  Strings lines = t.Read();
  for (std::string& line : lines) line = line.substr(0, line.find('.'));
  return lines;
}

TEST(HugePush, IsReadWholeInTheOrderSent) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(HugePush("a")).ok());
  EXPECT_EQ(Beginnings(t), NamesOf("a"));
  t.store.reset();
  t.fs.Restart();
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(Beginnings(t), NamesOf("a"));
}

TEST(HugePush, WhatIsLeftOutIsToldOverAllPieces) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  model::LogPush push = HugePush("a");
  push.streams[0].entries[3].timestamp_ns = kNowNs - 100 * kDayNs;
  push.streams[1].entries[299].timestamp_ns = kNowNs + kDayNs;
  push.streams[2].entries[0].timestamp_ns = kNowNs - 100 * kDayNs;
  push.left_out = std::make_shared<std::vector<size_t>>();
  const auto left_out = push.left_out;
  const base::Status status = t.Push(std::move(push));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("too old"), std::string_view::npos) << status;
  EXPECT_EQ(*left_out, (std::vector<size_t>{3, 599, 600}));
  Strings expected = NamesOf("a");
  for (const size_t index : {600, 599, 3}) expected.erase(expected.begin() + index);
  EXPECT_EQ(Beginnings(t), expected);
}

TEST(HugePush, FillsMemoryRatherThanBeingStoredInPart) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  // More than twice the memtable.
  ASSERT_TRUE(t.Push(HugePush("a")).ok());
  EXPECT_EQ(t.Push(OneLine("x")).code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(t.store->Maintain().ok());
  EXPECT_TRUE(t.Push(OneLine("x")).ok());
}

// The log fails at every operation of the push: it is refused, and comes again.
TEST(HugePush, IsStoredOnceHoweverOftenItComesAgain) {
  constexpr size_t kFew = 150;  // three pieces
  for (const auto fault :
       {FaultFs::Fault::kNoSpace, FaultFs::Fault::kFailedSync, FaultFs::Fault::kShortWrite}) {
    bool taken = false;
    for (uint64_t k = 1; !taken; ++k) {
      TestStore t(k);
      ASSERT_TRUE(t.Open().ok());
      t.fs.FailAt(k, fault);
      taken = t.Push(HugePush("a", kFew)).ok();
      t.fs.ClearFault();
      if (!taken) {
        ASSERT_TRUE(t.store->Flush().ok());
        t.clock.Advance(std::chrono::minutes(1));
        ASSERT_TRUE(t.Push(HugePush("a", kFew)).ok()) << k;
      }
      EXPECT_EQ(Beginnings(t), NamesOf("a", kFew)) << k;
      t.store.reset();
      t.fs.Restart();
      ASSERT_TRUE(t.Open().ok());
      EXPECT_EQ(Beginnings(t), NamesOf("a", kFew)) << k;
      ASSERT_LT(k, 30u);
    }
  }
}

// Until it is taken: memory may be full, or the log in doubt.
void PushUntilTaken(TestStore* t, const std::function<model::LogPush()>& push) {
  while (!t->Push(push()).ok()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(HugePush, SmallOnesAndThoseOfASourceBesideItAreEachStoredOnce) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  std::atomic<bool> done = false;
  {
    std::jthread upkeep([&] {
      while (!done) {
        EXPECT_TRUE(t.store->Maintain().ok());
        t.Read();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
    });
    {
      std::vector<std::jthread> pushers;
      for (const std::string name : {"a", "b"}) {
        pushers.emplace_back([&t, name] { PushUntilTaken(&t, [&] { return HugePush(name); }); });
      }
      // Both send the same, cut otherwise.
      for (const uint64_t batch : {3, 7}) {
        pushers.emplace_back([&t, batch] {
          for (uint64_t p = 1; p <= 105; p += batch) {
            PushUntilTaken(&t, [&] { return Positions(p, p + batch - 1); });
          }
        });
      }
      pushers.emplace_back([&t] {
        for (size_t i = 0; i < 50; ++i) {
          PushUntilTaken(&t, [&] { return OneLine("small" + std::to_string(i)); });
        }
      });
    }
    done = true;
  }
  ASSERT_TRUE(t.Open().ok());
  std::map<std::string, Strings> by_kind;
  for (const std::string& line : Beginnings(t)) by_kind[line.substr(0, 1)].push_back(line);
  EXPECT_EQ(by_kind["a"], NamesOf("a"));
  EXPECT_EQ(by_kind["b"], NamesOf("b"));
  EXPECT_EQ(by_kind["s"].size(), 50u);
  Strings positions;
  for (uint64_t p = 1; p <= 105; ++p) positions.push_back(std::to_string(p));
  Strings found;
  for (const auto& [kind, lines] : by_kind) {
    if (kind[0] >= '0' && kind[0] <= '9') found.insert(found.end(), lines.begin(), lines.end());
  }
  std::sort(positions.begin(), positions.end());
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, positions);
}

}  // namespace
}  // namespace vedette::logstore
