#include "app/exit_guard.h"

#include <gtest/gtest.h>

#include <thread>

#include "app/verbs.h"
#include "tests/support/capture_logger.h"

namespace vedette::app {
namespace {

void StopForever() {
  const base::SystemClock clock;
  base::Logger logger(base::LogLevel::kInfo, &clock);
  const ExitGuard guard(&logger, std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::hours(1));
}

TEST(ExitGuardDeathTest, ThreadThatDoesNotEndIsLeft) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(StopForever(), ::testing::ExitedWithCode(kExitProblem), "a thread does not end");
}

TEST(ExitGuard, WhoEndsInTimeIsLeftAlone) {
  test::CaptureLogger logger;
  { const ExitGuard guard(&logger); }
  EXPECT_TRUE(logger.Lines().empty());
}

}  // namespace
}  // namespace vedette::app
