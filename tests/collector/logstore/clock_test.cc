#include <gtest/gtest.h>

#include "store_fixture.h"

// A clock that is wrong for a while costs no line: neither those that are stored nor those that
// come.

namespace vedette::logstore {
namespace {

using std::chrono::hours;
using Strings = std::vector<std::string>;

// One line of a source at `timestamp_ns`.
model::LogPush Sourced(uint64_t position, int64_t timestamp_ns) {
  model::LogPush push = Positions(position, position);
  push.streams[0].entries[0].timestamp_ns = timestamp_ns;
  return push;
}

TEST(StoreClock, AJumpAheadDropsNothingAndRefusesNoLine) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(OneLine("stored")).ok());
  ASSERT_TRUE(t.Push(Positions(1, 1)).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  t.clock.StepWall(hours(24 * 400));
  // Our own clock is wrong, the others' are not; one is wrong as ours is.
  ASSERT_TRUE(t.Push(OneLine("from elsewhere", kNowNs + kSecondNs)).ok());
  ASSERT_TRUE(t.Push(OneLine("from here", kNowNs + 400 * kDayNs)).ok());
  for (int i = 0; i < 3; ++i) {
    t.clock.Advance(hours(7));
    ASSERT_TRUE(t.store->Maintain().ok());
  }
  ASSERT_TRUE(t.Push(Positions(1, 1)).ok()) << "its mark is not forgotten";
  EXPECT_EQ(t.Read(), (Strings{"1", "stored", "from elsewhere", "from here"}));
  // Nobody has set it right in a day: it was wrong before.
  t.clock.Advance(hours(4));
  ASSERT_TRUE(t.store->Maintain().ok());
  EXPECT_EQ(t.Read(), (Strings{"from here"}));
}

TEST(StoreClock, AClockThatIsWrongAtTheStartDropsNothingAndRefusesNoLine) {
  TestStore t;
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.Push(OneLine("flushed", kNowNs - 80 * kDayNs)).ok());
  ASSERT_TRUE(t.store->Flush().ok());
  ASSERT_TRUE(t.Push(OneLine("in the log")).ok());
  t.clock.StepWall(hours(24 * 4000));
  ASSERT_TRUE(t.Open().ok());
  ASSERT_TRUE(t.store->Maintain().ok());
  ASSERT_TRUE(t.Push(OneLine("new", kNowNs + kSecondNs)).ok());
  ASSERT_TRUE(t.Open().ok());
  EXPECT_EQ(t.Read(), (Strings{"flushed", "in the log", "new"}));
}

TEST(StoreClock, LinesAheadOfItWaitAtTheirSourceUntilItIsSet) {
  TestStore t;
  t.clock.StepWall(-hours(24 * 700));  // no battery, and nobody has told the time yet
  ASSERT_TRUE(t.Open().ok());
  model::LogPush both = Positions(1, 2);
  both.streams[0].entries[0].timestamp_ns = t.clock.WallNanos();
  for (int i = 0; i < 3; ++i) {
    const base::Status waits = t.Push(both);
    EXPECT_EQ(waits.code(), absl::StatusCode::kUnavailable);
    EXPECT_NE(base::Message(waits).find("timestamp too new: 2023-11-14T"), std::string::npos);
    EXPECT_NE(base::Message(waits).find("the collector's clock is 2021-12-"), std::string::npos);
  }
  EXPECT_EQ(t.Read(), Strings{}) << "nothing is taken, so that nothing is skipped later";
  EXPECT_EQ(t.logger.Count("ahead of the clock"), 1);
  EXPECT_EQ(t.logger.Count("refuses pushes"), 0) << "others are taken";
  EXPECT_TRUE(t.Push(Sourced(7, t.clock.WallNanos())).ok()) << "of a source that is not ahead";
  // Without a source nobody keeps it for us.
  EXPECT_EQ(t.Push(OneLine("new")).code(), absl::StatusCode::kInvalidArgument);
  t.clock.StepWall(hours(24 * 700));
  model::LogPush others = both;
  others.sources[0].source = "other";
  EXPECT_TRUE(t.Push(others).ok());
  EXPECT_EQ(t.Read().size(), 3u);
}

}  // namespace
}  // namespace vedette::logstore
