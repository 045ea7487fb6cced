#ifndef VEDETTE_TESTS_COLLECTOR_LOGSTORE_STORE_FIXTURE_H_
#define VEDETTE_TESTS_COLLECTOR_LOGSTORE_STORE_FIXTURE_H_

#include <cmath>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "collector/logstore/store.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"

namespace vedette::logstore {

inline constexpr int64_t kSecondNs = 1'000'000'000;
inline constexpr int64_t kDayNs = 86'400 * kSecondNs;
inline constexpr int64_t kNowNs = 1'700'000'000 * kSecondNs;

// A store on a file system in memory, its upkeep run by the test.
struct TestStore {
  explicit TestStore(uint64_t seed = 1) : fs(seed) {}

  base::Status Open() {
    store.reset();
    Options options;
    options.dir = "data/logs";
    options.background = false;
    options.min_free_bytes = min_free_bytes;
    options.reserve_bytes = reserve_bytes;
    options.memtable_bytes = 4ull << 20;
    options.rewrite_rows_parts = rewrite_rows_parts;
    options.retention_bytes = retention_bytes;
    options.max_streams = max_streams;
    options.max_stream_bytes = max_stream_bytes;
    options.max_index_bytes = max_index_bytes;
    options.delete_cancel_ms = delete_cancel_ms;
    options.delete_parser = delete_parser;
    options.fs = &fs;
    options.clock = &clock;
    options.logger = &logger;
    options.telemetry = &telemetry;
    auto opened = Store::Open(options);
    if (!opened.ok()) return opened.status();
    store = *std::move(opened);
    return {};
  }

  // The value of a metric without labels; NaN if there is none.
  double Metric(const std::string& name) const {
    for (const base::Telemetry::Family& family : telemetry.Collect()) {
      if (family.name == name) return family.points.at(0).value;
    }
    return std::nan("");
  }

  // Waits for the answer.
  base::Status Push(model::LogPush push) {
    std::promise<base::Status> answer;
    store->Push(std::move(push), [&](const base::Status& status) { answer.set_value(status); });
    return answer.get_future().get();
  }

  std::vector<std::string> Read(Direction direction = Direction::kForward,
                                SelectStats* stats = nullptr,
                                std::vector<model::Matcher> matchers = {}) const {
    std::vector<std::string> lines;
    SelectRequest request;
    request.matchers = std::move(matchers);
    request.start_ns = INT64_MIN;
    request.end_ns = INT64_MAX;
    request.direction = direction;
    const base::Status status = store->Select(
        request,
        [&](std::span<const Row> rows) {
          for (const Row& row : rows) lines.emplace_back(row.line);
          return true;
        },
        stats);
    VEDETTE_CHECK(status.ok());
    return lines;
  }

  test::FaultFs fs;
  test::FakeClock clock{kNowNs};
  test::CaptureLogger logger;
  base::Telemetry telemetry;
  uint64_t min_free_bytes = 0;
  uint64_t reserve_bytes = 0;
  size_t rewrite_rows_parts = 0;
  uint64_t retention_bytes = 0;
  uint64_t max_streams = 100'000;
  uint64_t max_stream_bytes = 64ull << 20;
  uint64_t max_index_bytes = 256ull << 20;
  int64_t delete_cancel_ms = 3'600'000;
  DeleteParser delete_parser;
  std::unique_ptr<Store> store;
};

inline model::LogPush OneLine(std::string line, int64_t timestamp_ns = kNowNs,
                              const std::string& app = "a") {
  model::LogPush push;
  push.streams.push_back({{{"app", app}}, {{timestamp_ns, std::move(line), {}}}});
  return push;
}

// Lines "first".."last" of a source, each its position as text.
inline model::LogPush Positions(uint64_t first, uint64_t last, const std::string& source = "s") {
  model::LogPush push;
  push.streams.push_back({{{"app", "sourced"}}, {}});
  push.sources.push_back({source, {}});
  for (uint64_t p = first; p <= last; ++p) {
    push.streams[0].entries.push_back(
        {kNowNs - 3600 * kSecondNs + static_cast<int64_t>(p) * kSecondNs, std::to_string(p), {}});
    push.sources[0].positions.push_back(p);
  }
  return push;
}

}  // namespace vedette::logstore

#endif  // VEDETTE_TESTS_COLLECTOR_LOGSTORE_STORE_FIXTURE_H_
