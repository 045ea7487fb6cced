#ifndef VEDETTE_TESTS_SHIPPER_SHIPPER_FIXTURE_H_
#define VEDETTE_TESTS_SHIPPER_SHIPPER_FIXTURE_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "shipper/shipper.h"
#include "tests/shipper/fake_collector.h"
#include "tests/support/capture_logger.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::test {

inline std::string AccessLine(int i) {
  return base::Concat({R"({"level":"info","ts":1795237567.25,"logger":"http.log.access","seq":)",
                       std::to_string(i), R"(,"status":200})"});
}

// The whole shipper against a collector over real HTTP, with real files and real journals.
class ShipperTest : public ::testing::Test {
 protected:
  shipper::Shipper::Options MakeOptions() {
    shipper::Shipper::Options options;
    options.url = collector_.url();
    options.host = "h1";
    options.state_dir = dir_.Join("state");
    options.journal = false;
    options.file_patterns = {dir_.Join("log/caddy-access-*.log")};
    options.zone = shipper::TimeZone::kUtc;
    options.fs = fs_.get();
    options.clock = &clock_;
    options.logger = &logger_;
    options.telemetry = &telemetry_;
    return options;
  }

  void Start() { Start(MakeOptions()); }
  void Start(const shipper::Shipper::Options& options) {
    std::filesystem::create_directories(dir_.Join("log"));
    auto started = shipper::Shipper::Start(options);
    ASSERT_TRUE(started.ok()) << started.status().ToString();
    shipper_ = *std::move(started);
  }

  std::string LogPath(const std::string& name = "a") const {
    return dir_.Join("log/caddy-access-" + name + ".log");
  }

  void Write(const std::string& path, std::string_view text) {
    std::filesystem::create_directories(dir_.Join("log"));
    std::ofstream(path, std::ios::binary | std::ios::app) << text;
  }

  // Lines number `from` to `to`, `to` not included.
  void WriteLines(const std::string& path, int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i) text += AccessLine(i) + "\n";
    Write(path, text);
  }

  // Every line once, none twice, and no more than these.
  void ExpectLines(int from, int to) {
    ASSERT_TRUE(collector_.WaitForLines(static_cast<size_t>(to - from)));
    std::multiset<std::string> want;
    for (int i = from; i < to; ++i) want.insert(AccessLine(i));
    const auto texts = collector_.texts();
    EXPECT_EQ(std::multiset<std::string>(texts.begin(), texts.end()), want);
  }

  // The collector has the lines before the shipper has its answer: waits for what it saves then.
  void WaitForPosition(const std::string& text) {
    for (int i = 0; i < 2000; ++i) {
      const std::string saved = ReadWholeFile(dir_.Join("state/positions"));
      if (saved.find(text) != std::string::npos) return;
      clock_.SleepFor(std::chrono::milliseconds(10), {});
    }
    FAIL() << "no position of " << text;
  }

  TempDir dir_;
  base::SystemClock clock_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  CaptureLogger logger_;
  base::Telemetry telemetry_;
  FakeCollector collector_;
  int written_ = 0;
  std::unique_ptr<shipper::Shipper> shipper_;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SHIPPER_SHIPPER_FIXTURE_H_
