#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "base/thread_pool.h"
#include "tests/support/capture_logger.h"

namespace vedette::base {
namespace {

TEST(Status, NoSpaceIsKnownThroughEveryAnnotation) {
  const Status full = Annotate(Annotate(FromErrno(ENOSPC, "write x"), "append"), "push");
  EXPECT_TRUE(IsNoSpace(full));
  EXPECT_EQ(full.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Message(full), "push: append: write x: No space left on device");
  EXPECT_FALSE(IsNoSpace(FromErrno(EIO, "x")));
  EXPECT_EQ(FromErrno(ENOENT, "x").code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Annotate(Status(), "x").ok());
}

TEST(Logger, LinesAreLogfmtAndOneEach) {
  test::CaptureLogger logger;
  logger.Warn("two words", {{"key", "a b\"c\nd"}, {"n", 7}, {"empty", ""}, {"plain", "x"}});
  ASSERT_EQ(logger.Lines().size(), 1u);
  const std::string line = logger.Lines()[0];
  EXPECT_NE(line.find("level=warn msg=\"two words\" key=\"a b\\\"c\\nd\" n=7 empty=\"\" plain=x\n"),
            std::string::npos)
      << line;
}

TEST(Telemetry, SameNameAndLabelsIsTheSameCounter) {
  Telemetry telemetry;
  Counter* const a = telemetry.NewCounter("vedette_x_total", "X.", {{"b", "1"}, {"a", "2"}});
  EXPECT_EQ(a, telemetry.NewCounter("vedette_x_total", "X.", {{"a", "2"}, {"b", "1"}}));
  EXPECT_NE(a, telemetry.NewCounter("vedette_x_total", "X."));
  a->Add(3);
  telemetry.NewGauge("vedette_g", "G.")->Set(1.5);
  telemetry.NewCallback("vedette_c", "C.", MetricType::kGauge, {}, [] { return 7.0; });
  const auto families = telemetry.Collect();
  ASSERT_EQ(families.size(), 3u);
  EXPECT_EQ(families[0].name, "vedette_c");
  EXPECT_EQ(families[0].points[0].value, 7);
  EXPECT_EQ(families[1].points[0].value, 1.5);
  ASSERT_EQ(families[2].points.size(), 2u);
  EXPECT_EQ(families[2].points[0].value, 3);
}

// Holds tasks back until opened.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

TEST(ThreadPool, FullQueueRefusesAndStopRunsWhatIsQueued) {
  Gate gate;
  std::atomic<int> ran{0};
  ThreadPool pool("test", 1, 2);
  Gate started;
  ASSERT_TRUE(pool.TrySubmit([&] {
    started.Open();
    gate.Pass();
    ++ran;
  }));
  started.Pass();
  EXPECT_TRUE(pool.TrySubmit([&] { ++ran; }));
  EXPECT_TRUE(pool.TrySubmit([&] { ++ran; }));
  EXPECT_FALSE(pool.TrySubmit([&] { ++ran; }));
  EXPECT_EQ(pool.QueueLength(), 2u);
  gate.Open();
  pool.Stop();
  EXPECT_EQ(ran, 3);
  EXPECT_FALSE(pool.TrySubmit([] {}));
}

TEST(SystemClock, SleepEndsWhenStopped) {
  SystemClock clock;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(clock.SleepFor(std::chrono::hours(1), stop.get_token()));
  EXPECT_TRUE(clock.SleepFor(std::chrono::nanoseconds(1), std::stop_token()));
}

}  // namespace
}  // namespace vedette::base
