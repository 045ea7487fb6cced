#include "exporters/runtime/collector_crew.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <iterator>
#include <map>
#include <new>
#include <set>
#include <thread>

#include "base/strings.h"
#include "tests/exporters/runtime/gate.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"

namespace vedette::exporters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Brings one family of its name; keeps what it was told.
class Quick final : public Collector {
 public:
  explicit Quick(std::string name) : name_(std::move(name)) {}
  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    left_ms = scrape.RemainingNanos() / 1'000'000;
    sink->Gauge(name_, "A number.").Add(1);
    return status;
  }
  int64_t left_ms = -1;
  base::Status status;

 private:
  const std::string name_;
};

class Throws final : public Collector {
 public:
  base::Status Collect(const Scrape&, FamilySink*) override { throw std::bad_alloc(); }
};

// What a page shows: the families by name, and each collector's success.
struct Seen {
  std::set<std::string> families;
  std::string outcomes;  // "a1 b0": a succeeded, b did not
};

Seen Look(const CollectorCrew::Page& page) {
  Seen seen;
  for (const FamilySink::Point& point : page.families.points()) {
    const FamilySink::Family& family = page.families.families()[point.family];
    seen.families.emplace(page.families.TextOf(family.name));
  }
  for (const auto& outcome : page.outcomes) {
    if (!seen.outcomes.empty()) seen.outcomes += " ";
    seen.outcomes += base::Concat({outcome.name, outcome.status.ok() ? "1" : "0"});
  }
  return seen;
}

class CollectorCrewTest : public ::testing::Test {
 protected:
  // Members are named by letters: a capital is a Gate, any other a Quick.
  void Make(std::string_view letters) {
    std::vector<CollectorCrew::Member> members;
    for (const char letter : letters) {
      const std::string name(1, letter);
      if (letter >= 'A' && letter <= 'Z') {
        auto gate = std::make_unique<Gate>();
        gates_[letter] = gate.get();
        members.push_back({name, std::move(gate)});
      } else {
        auto quick = std::make_unique<Quick>(name);
        quicks_[letter] = quick.get();
        members.push_back({name, std::move(quick)});
      }
    }
    Make(std::move(members));
  }
  void Make(std::vector<CollectorCrew::Member> members) {
    crew_ = std::make_unique<CollectorCrew>(std::move(members), limits_, &clock_, &logger_);
  }
  ~CollectorCrewTest() override {
    for (const auto& [letter, gate] : gates_) gate->Open();
  }

  CollectorCrew::Page Scrape(const std::vector<std::string>& names, seconds timeout) {
    CollectorCrew::Page out;
    crew_->Run(names, clock_.MonotonicNanos() + std::chrono::nanoseconds(timeout).count(),
               [this, &out](CollectorCrew::Page* page) {
                 finished_on_ = std::this_thread::get_id();
                 out = std::move(*page);
               });
    return out;
  }
  CollectorCrew::Page Scrape(seconds timeout = seconds(10)) {
    return Scrape(crew_->Names(), timeout);
  }
  std::future<CollectorCrew::Page> ScrapeAside(seconds timeout = seconds(10)) {
    return std::async(std::launch::async, [this, timeout] { return Scrape(timeout); });
  }
  // A scrape that leaves collector `letter`, which hangs.
  CollectorCrew::Page ScrapePastHanging(char letter) {
    auto page = ScrapeAside();
    gates_[letter]->WaitUntilInside();
    clock_.Advance(seconds(6));
    return page.get();
  }

  test::FakeClock clock_;
  test::CaptureLogger logger_;
  ScrapeLimits limits_;
  std::thread::id finished_on_;
  std::map<char, Gate*> gates_;
  std::map<char, Quick*> quicks_;
  std::unique_ptr<CollectorCrew> crew_;
};

TEST_F(CollectorCrewTest, AllRunInTheirOrder) {
  Make("cab");
  const Seen seen = Look(Scrape());
  EXPECT_EQ(seen.outcomes, "c1 a1 b1");
  EXPECT_EQ(seen.families, (std::set<std::string>{"a", "b", "c"}));
  EXPECT_EQ(Look(Scrape({}, seconds(1))).outcomes, "");
}

TEST_F(CollectorCrewTest, PageIsMadeOnTheWorkerThatBroughtItsFamilies) {
  Make("a");
  Scrape();
  const std::thread::id first = finished_on_;
  EXPECT_NE(first, std::this_thread::get_id());
  Scrape();
  EXPECT_EQ(finished_on_, first);
}

TEST_F(CollectorCrewTest, WhatThrowsWhileThePageIsMadeComesOut) {
  Make("a");
  const auto fail = [](CollectorCrew::Page*) { throw std::bad_alloc(); };
  EXPECT_THROW(crew_->Run({"a"}, clock_.MonotonicNanos() + 1'000'000'000, fail), std::bad_alloc);
  EXPECT_EQ(Look(Scrape()).outcomes, "a1");
}

TEST_F(CollectorCrewTest, AbsentSourceIsNotLookedForAtEachScrape) {
  limits_.absent_for = seconds(60);
  Make("ab");
  quicks_['a']->status = NoData("no such folder");
  EXPECT_EQ(Look(Scrape()).outcomes, "a0 b1");
  quicks_['a']->left_ms = -1;
  EXPECT_EQ(Look(Scrape()).outcomes, "a0 b1");
  EXPECT_EQ(quicks_['a']->left_ms, -1) << "asked";
  quicks_['a']->status = base::Status();
  clock_.Advance(seconds(60));
  EXPECT_EQ(Look(Scrape()).outcomes, "a1 b1");
  EXPECT_EQ(Look(Scrape()).outcomes, "a1 b1") << "what is there is asked each time";
}

TEST_F(CollectorCrewTest, HangingOneCostsItselfOnly) {
  Make("aBc");
  const CollectorCrew::Page page = ScrapePastHanging('B');
  const Seen seen = Look(page);
  EXPECT_EQ(seen.outcomes, "a1 B0 c1");
  EXPECT_EQ(seen.families, (std::set<std::string>{"a", "c"}));
  EXPECT_EQ(page.outcomes[1].nanos, 6'000'000'000);
  EXPECT_EQ(logger_.Count("collector=B err=\"still busy after 6.0 s"), 1) << logger_.Lines().back();
}

TEST_F(CollectorCrewTest, HangingOneStillSaysThatItIsDown) {
  Make("aBc");
  gates_['B']->shown_without = "b_up";
  EXPECT_TRUE(Look(ScrapePastHanging('B')).families.contains("b_up"));
  EXPECT_TRUE(Look(Scrape()).families.contains("b_up")) << "passed over";
}

TEST_F(CollectorCrewTest, HangingOneIsPassedOverUntilItReturns) {
  Make("aBc");
  ScrapePastHanging('B');
  for (int i = 1; i <= 3; ++i) {
    clock_.Advance(seconds(10));
    const CollectorCrew::Page page = Scrape();  // waits for nothing
    EXPECT_EQ(Look(page).outcomes, "a1 B0 c1");
    EXPECT_EQ(page.outcomes[1].nanos, 6'000'000'000 + i * 10'000'000'000);
  }
  EXPECT_EQ(logger_.Count("collector=B"), 1) << "told once";
  gates_['B']->Open();
  // It has returned when it is run again.
  while (Look(Scrape()).outcomes != "a1 B1 c1") std::this_thread::yield();
  EXPECT_EQ(Look(Scrape()).families, (std::set<std::string>{"a", "c", "gate"}));
  EXPECT_EQ(logger_.Count("collector has returned"), 1);
  EXPECT_EQ(logger_.Count("collector works again"), 1);
}

TEST_F(CollectorCrewTest, WhatComesTooLateIsOnNoPage) {
  Make("aBc");
  ScrapePastHanging('B');
  gates_['B']->Open();
  // Its first run added a family before it hung, and a value after: neither shows twice.
  while (Look(Scrape()).outcomes != "a1 B1 c1") std::this_thread::yield();
  CollectorCrew::Page page = Scrape();
  std::vector<prometheus::MetricFamily> families;
  page.families.MoveTo(&families);
  const auto is_gate = [](const prometheus::MetricFamily& f) { return f.name == "gate"; };
  const auto gate = std::find_if(families.begin(), families.end(), is_gate);
  ASSERT_NE(gate, families.end());
  EXPECT_EQ(gate->metric.size(), 1u);
  EXPECT_EQ(std::count_if(families.begin(), families.end(), is_gate), 1);
}

TEST_F(CollectorCrewTest, TwoThatHangCostThemselvesOnly) {
  Make("aBcDe");
  auto page = ScrapeAside();
  gates_['B']->WaitUntilInside();
  clock_.Advance(milliseconds(5'200));
  gates_['D']->WaitUntilInside();
  clock_.Advance(milliseconds(3'800));
  EXPECT_EQ(Look(page.get()).outcomes, "a1 B0 c1 D0 e1");
  EXPECT_EQ(Look(Scrape()).outcomes, "a1 B0 c1 D0 e1");
  gates_['D']->Open();
  while (Look(Scrape()).outcomes != "a1 B0 c1 D1 e1") std::this_thread::yield();
}

TEST_F(CollectorCrewTest, ScrapesAtTheSameTimeLeaveItToo) {
  Make("aBc");
  auto first = ScrapeAside();
  gates_['B']->WaitUntilInside();
  auto second = ScrapeAside();
  auto third = ScrapeAside();
  clock_.Advance(seconds(6));
  for (auto* page : {&first, &second, &third}) {
    EXPECT_EQ(Look(page->get()).outcomes.substr(0, 5), "a1 B0");
  }
  std::vector<std::future<CollectorCrew::Page>> more(8);
  for (auto& page : more) page = ScrapeAside();
  for (auto& page : more) EXPECT_EQ(Look(page.get()).outcomes, "a1 B0 c1");
  EXPECT_EQ(logger_.Count("still busy after"), 1);
}

TEST_F(CollectorCrewTest, OneThatIsSlowIsSharedByScrapesInTurns) {
  Make("B");
  auto first = ScrapeAside();
  gates_['B']->WaitUntilInside();
  auto second = ScrapeAside();
  gates_['B']->Open();
  EXPECT_EQ(Look(first.get()).outcomes, "B1");
  EXPECT_EQ(Look(second.get()).outcomes, "B1");
}

TEST_F(CollectorCrewTest, ScrapeOutOfTimeSaysSoOfTheRest) {
  Make("Bc");
  auto page = ScrapeAside(seconds(1));
  gates_['B']->WaitUntilInside();
  clock_.Advance(seconds(6));
  const CollectorCrew::Page late = page.get();
  EXPECT_EQ(Look(late).outcomes, "B0 c0");
  EXPECT_EQ(quicks_['c']->left_ms, -1) << "was not begun";
  EXPECT_EQ(logger_.Count("left no time"), 1);
  EXPECT_EQ(Look(Scrape()).outcomes, "B0 c1");
}

TEST_F(CollectorCrewTest, SharesLeaveTimeForThoseBehind) {
  Make("ab");
  struct {
    int timeout_seconds;
    int64_t first_ms;
    int64_t last_ms;
  } const cases[] = {{60, 5'000, 5'000}, {10, 5'000, 5'000}, {4, 3'000, 4'000}, {1, 750, 1'000}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.timeout_seconds);
    Scrape(seconds(c.timeout_seconds));
    EXPECT_EQ(quicks_['a']->left_ms, c.first_ms);
    EXPECT_EQ(quicks_['b']->left_ms, c.last_ms);
  }
  Scrape({"b"}, seconds(60));
  EXPECT_EQ(quicks_['b']->left_ms, 60'000) << "alone it has all";
}

TEST_F(CollectorCrewTest, ExceptionIsAFailureOfItsOwn) {
  std::vector<CollectorCrew::Member> members;
  members.push_back({"a", std::make_unique<Throws>()});
  members.push_back({"b", std::make_unique<Quick>("b")});
  Make(std::move(members));
  EXPECT_EQ(Look(Scrape()).outcomes, "a0 b1");
  EXPECT_EQ(Look(Scrape()).outcomes, "a0 b1");
}

TEST_F(CollectorCrewTest, ThreadsDoNotGrowWithScrapes) {
  Make("aBc");
  const auto threads = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
  };
  ScrapePastHanging('B');
  Scrape();
  const auto before = threads();
  for (int i = 0; i < 50; ++i) Scrape();
  EXPECT_LE(threads(), before);
}

}  // namespace
}  // namespace vedette::exporters
