#ifndef VEDETTE_TESTS_COLLECTOR_TSDB_STORE_FIXTURE_H_
#define VEDETTE_TESTS_COLLECTOR_TSDB_STORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/telemetry.h"
#include "collector/tsdb/store.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"

namespace vedette::tsdb {

// Samples by series (its labels as text) and time, values by their bits.
using Contents = std::map<std::string, std::map<int64_t, uint64_t>>;

inline model::Labels SeriesNamed(const std::string& metric, int instance = 0) {
  const std::string number = std::to_string(instance);
  return model::Labels{{"__name__", metric}, {"instance", number}, {"job", "test"}};
}

inline model::SampleRow Row(const model::Labels& labels, int64_t time_ms, double value) {
  return {labels, time_ms, value, 0};
}

inline base::StatusOr<Contents> Read(const Store& store,
                                     const std::vector<model::Matcher>& matchers = {},
                                     int64_t min_ms = INT64_MIN, int64_t max_ms = INT64_MAX) {
  Contents contents;
  model::Labels last;
  const base::Status status =
      store.Select(matchers, min_ms, max_ms, [&](const model::SeriesSamples& series) {
        EXPECT_LT(last, series.labels) << "sorted by labels, each once";
        last = series.labels;
        auto& samples = contents[series.labels.ToString()];
        for (size_t i = 0; i < series.values.size(); ++i) {
          if (i > 0) {
            EXPECT_LT(series.timestamps_ms[i - 1], series.timestamps_ms[i]);
          }
          samples[series.timestamps_ms[i]] = std::bit_cast<uint64_t>(series.values[i]);
        }
        return base::Status();
      });
  if (!status.ok()) return status;
  return contents;
}

// A store in memory whose disk can be made to fail. The clock stands still unless moved.
class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    options_.dir = "data/metrics";
    options_.reserve_bytes = 0;
    options_.min_free_bytes = 0;
    options_.background = false;
    options_.fs = &fs_;
    options_.clock = &clock_;
    options_.log = &log_;
    options_.telemetry = &telemetry_;
  }

  void Open() {
    store_.reset();
    auto opened = Store::Open(options_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = std::move(opened).value();
  }
  int64_t Now() const { return clock_.WallMillis(); }

  model::AppendStats Append(std::vector<model::SampleRow> rows) {
    auto stats = store_->Append(rows);
    EXPECT_TRUE(stats.ok()) << stats.status();
    return stats.ok() ? *stats : model::AppendStats();
  }
  base::Status Durable() {
    auto done = std::make_shared<std::promise<base::Status>>();
    store_->OnDurable([done](const base::Status& status) { done->set_value(status); });
    return done->get_future().get();
  }
  Contents All() {
    auto contents = Read(*store_);
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents.ok() ? *contents : Contents();
  }
  std::vector<std::string> PartFiles() {
    auto names = fs_.List("data/metrics/parts");
    return names.ok() ? *names : std::vector<std::string>();
  }

  test::FaultFs fs_;
  test::FakeClock clock_;
  test::CaptureLogger log_;
  base::Telemetry telemetry_;
  Options options_;
  std::unique_ptr<Store> store_;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_TESTS_COLLECTOR_TSDB_STORE_FIXTURE_H_
