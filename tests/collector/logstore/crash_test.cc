#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "base/strings.h"
#include "collector/logstore/deletes.h"
#include "store_fixture.h"

// The store against the simplest thing that could be right, with restarts, and against power cuts
// at every operation.

namespace vedette::logstore {
namespace {

// Pushes of a source and of none, re-cut and repeated, with flushes between; keeps what was
// acknowledged.
class Workload {
 public:
  explicit Workload(TestStore* t) : t_(t) {}

  void Run() {
    for (int round = 0; round < 6 && !t_->fs.crashed(); ++round) {
      PushPositions(next_, next_ + 2);
      PushPlain("plain-" + std::to_string(round));
      // As a shipper does whose answer got lost: the same again, cut differently.
      PushPositions(next_ > 3 ? next_ - 2 : next_, next_ + 1);
      if (round % 2 == 1) t_->store->Flush().IgnoreError();
      if (round >= 3) t_->store->Maintain().IgnoreError();
    }
  }

  // After the restart: send everything that was not acknowledged again, then look.
  void ResendAndCheck(const std::string& when) {
    const std::vector<std::string> survived = t_->Read();
    const std::set<std::string> present(survived.begin(), survived.end());
    EXPECT_EQ(present.size(), survived.size()) << "repeated lines " << when;
    for (const std::string& line : acknowledged_) {
      EXPECT_TRUE(present.contains(line)) << "lost " << line << " " << when;
    }
    for (const std::string& line : present) {
      EXPECT_TRUE(sent_.contains(line)) << "phantom " << line << " " << when;
    }
    PushPositions(next_, next_ + 5);
    for (const std::string& line : std::set<std::string>(plain_)) PushPlain(line);
    const std::vector<std::string> all = t_->Read();
    EXPECT_EQ(std::multiset<std::string>(all.begin(), all.end()),
              std::multiset<std::string>(acknowledged_.begin(), acknowledged_.end()))
        << when;
  }

 private:
  void PushPositions(uint64_t first, uint64_t last) {
    for (uint64_t p = first; p <= last; ++p) sent_.insert(std::to_string(p));
    if (!t_->Push(Positions(first, last)).ok()) return;
    for (uint64_t p = first; p <= last; ++p) acknowledged_.insert(std::to_string(p));
    next_ = std::max(next_, last + 1);
  }
  void PushPlain(const std::string& line) {
    sent_.insert(line);
    plain_.insert(line);
    if (t_->Push(OneLine(line)).ok()) acknowledged_.insert(line);
  }

  TestStore* const t_;
  uint64_t next_ = 1;
  std::set<std::string> sent_;
  std::set<std::string> plain_;
  std::set<std::string> acknowledged_;
};

TEST(StoreCrash, PowerCutAtEveryOperationLosesAndRepeatsNothing) {
  int crashes = 0;
  for (uint64_t k = 1;; ++k) {
    TestStore t(k);
    t.rewrite_rows_parts = 2;
    ASSERT_TRUE(t.Open().ok());
    t.fs.FailAt(k, test::FaultFs::Fault::kCrash);
    Workload workload(&t);
    workload.Run();
    const bool crashed = t.fs.crashed();
    t.store.reset();
    t.fs.ClearFault();
    if (crashed) t.fs.Restart();
    const base::Status opened = t.Open();
    ASSERT_TRUE(opened.ok()) << "k=" << k << " " << opened;
    workload.ResendAndCheck("k=" + std::to_string(k));
    if (testing::Test::HasFailure() || !crashed) break;
    ++crashes;
  }
  std::printf("crash at each of %d operations (seed: the operation's number)\n", crashes);
  EXPECT_GT(crashes, 30);
}

TEST(StoreCrash, AnyOneFaultIsSurvivedWithoutARestart) {
  for (const auto fault : {test::FaultFs::Fault::kError, test::FaultFs::Fault::kNoSpace,
                           test::FaultFs::Fault::kShortWrite, test::FaultFs::Fault::kFailedSync}) {
    for (uint64_t k = 1; k < 90; ++k) {
      TestStore t(k);
      t.rewrite_rows_parts = 2;
      ASSERT_TRUE(t.Open().ok());
      t.fs.FailAt(k, fault);
      Workload workload(&t);
      workload.Run();
      t.fs.ClearFault();
      t.clock.Advance(std::chrono::minutes(1));
      ASSERT_TRUE(t.store->Flush().ok());
      const std::string when =
          "fault " + std::to_string(static_cast<int>(fault)) + " k=" + std::to_string(k);
      workload.ResendAndCheck(when);
      t.store.reset();
      t.fs.Restart();
      ASSERT_TRUE(t.Open().ok()) << when;
      workload.ResendAndCheck(when + ", restarted");
      if (testing::Test::HasFailure()) return;
    }
  }
}

base::StatusOr<DeleteFilter> DeleteApp(std::string_view app) {
  DeleteFilter filter;
  filter.matchers.push_back(model::Matcher::Equal("app", std::string(app)));
  return filter;
}

// Work behind the pushes that a fault may meet: what is made ready for it, and the lines that all
// readers must find whatever happens.
struct WorkBehind {
  std::string_view what;
  std::vector<std::string> (*make_ready)(TestStore&);
  size_t parts;  // that are left when it is done
};

void PushToPart(TestStore& t, const std::string& line, int64_t time_ns,
                const std::string& app = "a") {
  VEDETTE_CHECK(t.Push(OneLine(line, time_ns, app)).ok());
  VEDETTE_CHECK(t.store->Flush().ok());
}

std::vector<std::string> ThreeRowParts(TestStore& t) {
  std::vector<std::string> lines;
  for (int i = 0; i < 3; ++i) {
    lines.push_back("line " + std::to_string(i));
    PushToPart(t, lines.back(), kNowNs + i);
  }
  return lines;
}

// Four of one day, whose times lie within each other, each with a line that all have.
std::vector<std::string> FourDayParts(TestStore& t) {
  std::map<int64_t, std::string> lines;
  for (int part = 0; part < 4; ++part) {
    for (int i = 0; i < 3; ++i) {
      const int64_t time_ns = kNowNs + 10 * i + part;
      lines[time_ns] = "line " + std::to_string(part) + " " + std::to_string(i);
      VEDETTE_CHECK(t.Push(OneLine("again", kNowNs + 100)).ok());
      PushToPart(t, lines[time_ns], time_ns);
    }
    VEDETTE_CHECK(t.store->Maintain().ok());
  }
  lines[kNowNs + 100] = "again";
  std::vector<std::string> want;
  for (const auto& [time_ns, line] : lines) want.push_back(line);
  return want;
}

// A day part and level-0 parts with lines of an app that is deleted for good, and a part of that
// app alone.
std::vector<std::string> PartsWithDeletedLines(TestStore& t) {
  std::vector<std::string> lines;
  for (int i = 0; i < 5; ++i) {
    lines.push_back("keep " + std::to_string(i));
    VEDETTE_CHECK(t.Push(OneLine("gone " + std::to_string(i), kNowNs + i, "gone")).ok());
    PushToPart(t, lines.back(), kNowNs + i);
    if (i == 2) VEDETTE_CHECK(t.store->Maintain().ok());
  }
  PushToPart(t, "alone", kNowNs - kDayNs, "gone");
  VEDETTE_CHECK(t.store->Delete("gone", INT64_MIN, INT64_MAX).ok());
  t.clock.Advance(std::chrono::hours(2));
  return lines;
}

constexpr WorkBehind kWorkBehind[] = {
    {"level-0 parts become a day part", ThreeRowParts, 1},
    {"day parts of a day become one", FourDayParts, 1},
    {"deletes are carried out", PartsWithDeletedLines, 1},
};

// At the k-th operation of the work. Whether it met one.
bool FaultInWork(const WorkBehind& work, test::FaultFs::Fault fault, uint64_t k) {
  TestStore t(k);
  t.rewrite_rows_parts = 3;
  t.delete_parser = DeleteApp;
  VEDETTE_CHECK(t.Open().ok());
  const std::vector<std::string> want = work.make_ready(t);
  const std::string when = base::Concat(
      {work.what, ", fault ", std::to_string(static_cast<int>(fault)), ", k=", std::to_string(k)});
  EXPECT_EQ(t.Read(), want) << when;
  t.fs.FailAt(k, fault);
  const uint64_t before = t.fs.operations();
  for (int i = 0; i < 4; ++i) t.store->Maintain().IgnoreError();
  const bool met = t.fs.operations() - before >= k;
  const bool crashed = t.fs.crashed();
  t.fs.ClearFault();
  if (!crashed) {
    EXPECT_EQ(t.Read(), want) << when;
  }
  t.store.reset();
  if (crashed) {
    t.fs.Restart();
  } else {
    t.fs.Kill();
  }
  const base::Status opened = t.Open();
  EXPECT_TRUE(opened.ok()) << when << ": " << opened;
  EXPECT_EQ(t.Read(), want) << when << ", restarted";
  // A day that is over is settled after a while.
  for (int i = 0; i < 8; ++i) {
    t.clock.Advance(std::chrono::minutes(11));
    EXPECT_TRUE(t.store->Maintain().ok()) << when;
  }
  EXPECT_EQ(t.Read(), want) << when << ", done";
  EXPECT_EQ(t.fs.List("data/logs/parts")->size(), work.parts) << when;
  return met;
}

// A manifest whose rename is done and whose folder did not get to disk is told as failed, and yet
// it is what the next start reads.
TEST(StoreCrash, AFaultAtEveryOperationOfTheWorkBehindLosesAndRepeatsNothing) {
  for (const WorkBehind& work : kWorkBehind) {
    int faults = 0;
    for (const auto fault : {test::FaultFs::Fault::kCrash, test::FaultFs::Fault::kError,
                             test::FaultFs::Fault::kNoSpace, test::FaultFs::Fault::kShortWrite,
                             test::FaultFs::Fault::kFailedSync}) {
      for (uint64_t k = 1; FaultInWork(work, fault, k); ++k) {
        ++faults;
        if (testing::Test::HasFailure()) return;
      }
    }
    std::printf("%d faults, each followed by a restart: %s\n", faults, work.what.data());
    EXPECT_GT(faults, 40);
  }
}

TEST(StoreModel, EqualsAPlainListThroughFlushesAndRestarts) {
  for (const uint32_t seed : {1u, 2u, 3u}) {
    std::mt19937 random(seed);
    const auto pick = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
    TestStore t(seed);
    t.rewrite_rows_parts = 2;
    ASSERT_TRUE(t.Open().ok());
    std::vector<std::pair<int64_t, std::string>> model;  // in arrival order
    std::set<std::pair<int64_t, std::string>> known;
    for (int step = 0; step < 400; ++step) {
      if (const uint32_t what = pick(40); what == 0) {
        ASSERT_TRUE(t.store->Flush().ok());
      } else if (what == 1) {
        ASSERT_TRUE(t.Open().ok());
      } else if (what == 2) {
        ASSERT_TRUE(t.store->Maintain().ok());
      } else {
        model::LogPush push = OneLine("");
        push.streams[0].entries.clear();
        for (uint32_t i = 0; i <= pick(4); ++i) {
          const int64_t time = kNowNs - static_cast<int64_t>(pick(5)) * 20'000 * kSecondNs;
          const std::string line = "line-" + std::to_string(pick(200));
          push.streams[0].entries.push_back({time, line, {}});
          if (known.emplace(time, line).second) model.emplace_back(time, line);
        }
        ASSERT_TRUE(t.Push(std::move(push)).ok());
      }
    }
    std::stable_sort(model.begin(), model.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> want;
    for (const auto& [time, line] : model) want.push_back(line);
    EXPECT_EQ(t.Read(), want) << "seed " << seed;
  }
}

}  // namespace
}  // namespace vedette::logstore
