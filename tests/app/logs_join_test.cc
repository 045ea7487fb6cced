#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/api_join.h"
#include "base/fs.h"
#include "collector/logstore/store.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace vedette::app {
namespace {

constexpr int64_t kT = 1'795'226'940'000'000'000;  // a whole minute
constexpr int64_t kMinute = 60'000'000'000;

class LogVolumes : public testing::Test {
 protected:
  LogVolumes() : clock_(kT + 10 * kMinute), fs_(base::NewPosixFileSystem()) {
    logstore::Options options;
    options.dir = folder_.Join("logs");
    options.background = false;
    options.fs = fs_.get();
    options.clock = &clock_;
    options.logger = &logger_;
    store_ = *logstore::Store::Open(options);
    join_ = std::make_unique<LogsJoin>(store_.get());
  }
  void Push(const std::string& app, std::vector<std::pair<int64_t, std::string>> lines) {
    model::LogPush push;
    push.streams.push_back({model::Labels{{"app", app}}, {}});
    for (auto& [time, line] : lines) push.streams[0].entries.push_back({time, std::move(line), {}});
    store_->Push(std::move(push), [](const base::Status& status) { EXPECT_TRUE(status.ok()); });
  }
  // "app: bytes bytes", sorted; or the error.
  std::vector<std::string> Ask(int64_t start, int64_t end, int64_t step) const {
    api::LogVolumeQuery query;
    query.start_ns = start;
    query.end_ns = end;
    query.step_ns = step;
    const auto volumes = join_->Volumes(query);
    if (!volumes.ok()) return {std::string(base::Message(volumes.status()))};
    std::vector<std::string> texts;
    for (const api::StreamVolume& volume : *volumes) {
      std::string text = std::string(volume.labels.Get("app")) + ":";
      for (const uint64_t bytes : volume.bytes) text += " " + std::to_string(bytes);
      texts.push_back(std::move(text));
    }
    std::sort(texts.begin(), texts.end());
    return texts;
  }

  test::FakeClock clock_;
  test::CaptureLogger logger_;
  test::TempDir folder_;
  std::unique_ptr<base::FileSystem> fs_;
  std::unique_ptr<logstore::Store> store_;
  std::unique_ptr<LogsJoin> join_;
};

TEST_F(LogVolumes, AreToldByStreamAndBetweenMultiplesOfTheStep) {
  Push("a", {{kT - 1, "x"}, {kT, "xx"}, {kT + kMinute - 1, "xxx"}, {kT + kMinute, "xxxx"}});
  Push("b", {{kT + kMinute, "yyyyy"}});
  using Texts = std::vector<std::string>;
  EXPECT_EQ(Ask(kT - kMinute, kT + 2 * kMinute, 0), (Texts{"a: 10", "b: 5"}));
  EXPECT_EQ(Ask(kT - kMinute, kT + 2 * kMinute, kMinute), (Texts{"a: 1 5 4", "b: 0 0 5"}));
  EXPECT_EQ(Ask(kT - 1, kT + kMinute, kMinute), (Texts{"a: 1 5"}));
  EXPECT_EQ(Ask(kT + 5 * kMinute, kT + 6 * kMinute, kMinute), Texts());
}

TEST_F(LogVolumes, TooManyAreRefused) {
  Push("a", {{kT, "x"}});
  EXPECT_EQ(Ask(kT - 5'000'000, kT + 1, 1),
            std::vector<std::string>{
                "too many streams and steps; narrow the selector or the range, or widen the step"});
}

}  // namespace
}  // namespace vedette::app
