#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "collector/promql/engine.h"
#include "collector/promql/series_description.h"
#include "tests/conformance/memory_store.h"

// Any bytes as a query that is evaluated under tight limits over a few series of every sort: it
// ends in time, holds no more samples than it may, and answers a value or an error with words.

namespace {

using namespace vedette;

constexpr int64_t kStepMs = 15'000;
constexpr int64_t kEndMs = 40 * kStepMs;
constexpr int64_t kMaxSamples = 20'000;

// Time goes on by being asked for, so that a run depends on its input alone.
class CountingClock final : public base::Clock {
 public:
  int64_t WallNanos() const override { return 0; }
  int64_t MonotonicNanos() const override { return 1'000'000 * ++asked_; }
  bool SleepFor(std::chrono::nanoseconds, std::stop_token) override { return true; }
  int64_t asked() const { return asked_; }

 private:
  mutable int64_t asked_ = 0;
};

const test::MemoryStore& Store() {
  static const test::MemoryStore* const kStore = [] {
    auto* store = new test::MemoryStore;
    for (
        const char* text : {
            R"(reqs_total{job="a",instance="x"} 0+7x20 3+2x19)",
            R"(reqs_total{job="a",instance="y"} 0+1x10 _x9 90+1x20)",
            R"(reqs_total{job="b",instance="z"} 5 stale _ 6x30)",
            R"(temp{job="a",instance="x"} 1.5 -2 NaN Inf -Inf 0 -0 1e308 1e308x10 5e-324x20)",
            R"(temp{job="b",instance="y"} 3-0.25x40)",
            R"(target_info{job="a",instance="x",version="1"} 1x40)",
            R"(target_info{job="b",instance="z",version="2"} _x10 1x30)",
            R"(lat_bucket{job="a",le="0.1"} 0+1x40)",
            R"(lat_bucket{job="a",le="1"} 0+3x40)",
            R"(lat_bucket{job="a",le="+Inf"} 0+4x40)",
            R"(hist{job="a"} {{schema:1 count:5 sum:9 buckets:[1 2 2]}}+{{schema:1 count:2 sum:3 buckets:[1 0 1]}}x30 {{schema:0 count:3 sum:1 buckets:[1 1 1]}}x9)",
            R"(hist{job="b"} {{schema:-53 count:4 sum:6 custom_values:[1 2] buckets:[1 2 1]}}x20 7x20)",
        }) {
      const auto series = promql::ParseSeriesDescription(text);
      VEDETTE_CHECK(series.ok());
      for (size_t i = 0; i < series->items.size(); ++i) {
        const auto& item = series->items[i];
        const int64_t at = static_cast<int64_t>(i) * kStepMs;
        if (item.histogram != nullptr) {
          store->Append(series->labels, at, item.histogram);
        } else if (item.present) {
          store->Append(series->labels, at, item.value);
        }
      }
    }
    return store;
  }();
  return *kStore;
}

int64_t SamplesOf(const promql::Value& value) {
  auto samples = static_cast<int64_t>(value.vector.size());
  for (const promql::Series& series : value.matrix) {
    samples += static_cast<int64_t>(series.points.size() + series.histograms.size());
  }
  return samples;
}

}  // namespace

// The first two bytes choose the language and the times, the rest is the query.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxInput = 2 << 10;
  if (size < 2 || size > kMaxInput) return 0;
  const std::string_view query(reinterpret_cast<const char*>(data) + 2, size - 2);
  promql::Engine::Options options;
  options.parser = promql::ParserOptions::All();
  options.max_samples = kMaxSamples;
  options.max_bytes = 4 << 20;
  options.timeout = std::chrono::seconds(2);
  if ((data[0] & 1) != 0) options.level = promql::Level::kPrometheus314;
  options.parser.newer = (data[0] & 1) != 0;
  options.delayed_name_removal = (data[0] & 2) != 0;
  options.use_start_timestamps = (data[0] & 4) != 0;
  promql::QueryContext context;
  context.queryable = &Store();
  context.lookback_ms = (data[0] & 8) != 0 ? 60'000 : 300'000;
  CountingClock clock;
  const promql::Engine engine(options, &clock);
  const int64_t end = kEndMs * (data[1] & 15) / 8;
  const int64_t steps = data[1] >> 4;
  const promql::Result result =
      steps == 0 ? engine.Instant(query, end, context)
                 : engine.Range(query, end - (steps - 1) * 37'000, end, 37'000, context);
  VEDETTE_CHECK(result.ok() == result.error.empty());
  VEDETTE_CHECK(SamplesOf(result.value) <= kMaxSamples);
  // Nothing goes on for long behind the deadline, of which it asks now and then.
  VEDETTE_CHECK(clock.asked() < 2'100);
  return 0;
}
