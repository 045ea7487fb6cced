#include "base/believed_clock.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace vedette::base {
namespace {

using std::chrono::hours;

TEST(BelievedClock, BelievesAJumpAheadAfterADayAndAStepBackAtOnce) {
  test::FakeClock clock;
  BelievedClock believed(&clock);
  const auto wrong_ms = [&] { return clock.WallMillis() - believed.WallMillis(); };
  clock.Advance(hours(10));
  EXPECT_EQ(wrong_ms(), 0);
  clock.StepWall(std::chrono::minutes(30));  // as a clock is set
  EXPECT_EQ(wrong_ms(), 0);
  clock.StepWall(hours(100));
  EXPECT_EQ(wrong_ms(), 100ll * 3600 * 1000);
  clock.Advance(hours(23));
  EXPECT_EQ(wrong_ms(), 100ll * 3600 * 1000);
  clock.Advance(hours(1));
  EXPECT_EQ(wrong_ms(), 0);
  clock.StepWall(-hours(100));
  EXPECT_EQ(wrong_ms(), 0);
  clock.StepWall(hours(50));
  clock.Advance(hours(20));
  EXPECT_EQ(wrong_ms(), 50ll * 3600 * 1000);
  clock.StepWall(hours(50));  // another jump, another day
  clock.Advance(hours(20));
  EXPECT_EQ(wrong_ms(), 100ll * 3600 * 1000);
}

}  // namespace
}  // namespace vedette::base
