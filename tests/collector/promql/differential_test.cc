#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "collector/promql/engine.h"
#include "collector/promql/histogram_text.h"
#include "tests/conformance/memory_store.h"
#include "tests/support/fake_clock.h"

// A range query must answer at each step what an instant query answers there, to the last bit.

namespace vedette::promql {
namespace {

constexpr int64_t kScrape = 15'000;

// Grows random expressions over the series that the test loads.
class QueryMaker {
 public:
  explicit QueryMaker(uint32_t seed) : random_(seed) {}

  std::string Vector(int depth) {
    if (depth == 0) return Selector() + Modifier();
    switch (Pick(11)) {
      case 0:
        return RangeFunction() + "(" + Selector() + "[" + Range() + "]" + Modifier() + ")";
      case 1:
        return RangeFunction() + "((" + Vector(depth - 1) + ")[" + Range() + ":30s]" + Modifier() +
               ")";
      case 2:
        return One({"sum", "avg", "min", "max", "count", "stddev", "group"}) + Groups() + "(" +
               Vector(depth - 1) + ")";
      case 3:
        return One({"topk", "bottomk", "quantile"}) + Groups() + "(" + One({"0.5", "1", "2"}) +
               ", " + Vector(depth - 1) + ")";
      case 4:
        return One({"abs", "ceil", "-", "timestamp", "hour", "sgn", "absent"}) + "(" +
               Vector(depth - 1) + ")";
      case 5:
        return "(" + Vector(depth - 1) + ") " + One({"+", "-", "*", "/", ">", "> bool"}) + " " +
               One({"2", "time()", "scalar(c)"});
      case 6:
        return "sum by (job) (" + Vector(depth - 1) + ") " + One({"+", "/", "<"}) +
               " on (job) group_right () sum by (job, i) (" + Vector(depth - 1) + ")";
      case 7:
        return "(" + Vector(depth - 1) + ") " + One({"and", "or", "unless"}) +
               One({" ", " on (job) ", " ignoring (i) "}) + "(" + Vector(depth - 1) + ")";
      case 8:
        return One({"histogram_count(", "histogram_sum(", "histogram_stddev(",
                    "histogram_quantile(0.7, ", "histogram_fraction(0, 3, "}) +
               Vector(depth - 1) + ")";
      case 9:
        return One({"limitk", "limit_ratio"}) + Groups() + "(" + One({"0.5", "1", "-0.3"}) + ", " +
               Vector(depth - 1) + ")";
      default:
        return "label_replace(" + Vector(depth - 1) + ", \"l\", \"$1\", \"i\", \"(.*)\")";
    }
  }

 private:
  int Pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  std::string One(std::vector<std::string> of) {
    return of[static_cast<size_t>(Pick(static_cast<int>(of.size())))];
  }
  std::string Selector() {
    return One({"a", "b", "a{i=\"1\"}", "{__name__=~\"a|b\"}", "c", "h", "h{i=\"0\"}", "n"});
  }
  std::string Modifier() {
    return One({"", "", "", " offset 1m", " offset -30s", " @ 200", " @ end()"});
  }
  std::string Range() { return One({"30s", "1m", "2m30s", "5m"}); }
  std::string Groups() { return One({" ", " by (job) ", " without (i) "}); }
  std::string RangeFunction() {
    return One({"rate", "increase", "delta", "irate", "sum_over_time", "avg_over_time",
                "max_over_time", "count_over_time", "last_over_time", "changes", "resets", "deriv",
                "stddev_over_time", "absent_over_time", "present_over_time", "mad_over_time",
                "ts_of_max_over_time", "idelta"});
  }

  std::mt19937 random_;
};

void Fill(test::MemoryStore* store) {
  std::mt19937 random(7);
  for (const char* name : {"a", "b"}) {
    for (int series = 0; series < 4; ++series) {
      const model::Labels labels{
          {"__name__", name}, {"i", std::to_string(series % 2)}, {"job", series < 2 ? "x" : "y"}};
      double value = 0;
      for (int i = 0; i < 60; ++i) {
        const auto dice = random() % 12;
        if (dice == 0) continue;  // a gap
        value = dice == 1 ? 0.1 : value + static_cast<double>(random() % 1000) / 7;
        store->Append(labels, i * kScrape, dice == 2 ? model::StaleNan() : value);
      }
    }
  }
  for (int i = 0; i < 60; ++i) store->Append({{"__name__", "c"}}, i * kScrape, i);
}

// Series of histograms that grow, are reset, change their resolution or turn into floats; those of
// n have custom buckets.
void FillHistograms(test::MemoryStore* store) {
  std::mt19937 random(11);
  for (int series = 0; series < 4; ++series) {
    const bool custom = series == 3;
    const model::Labels labels{
        {"__name__", custom ? "n" : "h"},
        {"i", std::to_string(series % 2)},
        {"job", series < 2 ? "x" : "y"}};
    model::Histogram h;
    h.is_float = true;
    h.positive.spans = {{0, 3}};
    h.positive.counts = {0, 0, 0};
    if (custom) {
      h.schema = model::Histogram::kCustomSchema;
      h.custom_bounds = {1, 5};
    }
    for (int i = 0; i < 60; ++i) {
      const auto dice = random() % 16;
      if (dice == 0) continue;
      if (dice == 1 && series == 2) {
        store->Append(labels, i * kScrape, i);
        continue;
      }
      if (dice == 2) h.positive.counts = {1, 0, 0};
      if (dice == 3 && !custom) h.schema = i % 3;
      if (dice == 4 && custom) h.custom_bounds = {static_cast<double>(i % 2), 5};
      for (double& count : h.positive.counts) count += static_cast<double>(random() % 9);
      h.count_float = h.positive.counts[0] + h.positive.counts[1] + h.positive.counts[2];
      h.sum = h.count_float / 3;
      store->Append(labels, i * kScrape, std::make_shared<const model::Histogram>(h));
    }
  }
}

using Points = std::map<std::pair<std::string, int64_t>, std::string>;

std::string Shown(double value, const model::Histogram* histogram) {
  if (histogram != nullptr) return HistogramText(*histogram);
  return std::to_string(std::bit_cast<uint64_t>(value));
}

Points PointsOf(const Value& matrix) {
  Points out;
  for (const Series& series : matrix.matrix) {
    for (const model::Sample& p : series.points) {
      out[{series.labels.bytes(), p.timestamp_ms}] = Shown(p.value, nullptr);
    }
    for (const model::HistogramSample& h : series.histograms) {
      out[{series.labels.bytes(), h.time_ms}] = Shown(0, h.histogram.get());
    }
  }
  return out;
}

class Differential : public testing::TestWithParam<Level> {};

TEST_P(Differential, RangeEqualsInstantAtEachStep) {
  test::MemoryStore store;
  Fill(&store);
  FillHistograms(&store);
  const test::FakeClock clock;
  Engine::Options options;
  options.level = GetParam();
  options.parser.experimental_functions = true;
  const Engine engine(options, &clock);
  QueryContext context;
  context.queryable = &store;
  QueryMaker maker(20260101);
  int compared = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string query = maker.Vector(i % 4);
    // @ end() means the query's end, so that an instant query asks for another time.
    if (query.find("end()") != std::string::npos) continue;
    SCOPED_TRACE(query);
    const Result range = engine.Range(query, 100'000, 700'000, 50'000, context);
    const Points from_range = PointsOf(range.value);
    Points from_instants;
    bool failed = false;
    for (int64_t t = 100'000; t <= 700'000; t += 50'000) {
      const Result instant = engine.Instant(query, t, context);
      failed = failed || !instant.ok();
      for (const VectorSample& sample : instant.value.vector) {
        from_instants[{sample.labels.bytes(), t}] = Shown(sample.value, sample.histogram.get());
      }
    }
    if (failed) {
      EXPECT_FALSE(range.ok());
      continue;
    }
    if (!range.ok()) continue;  // series of one name meet only over the whole range
    EXPECT_EQ(from_range, from_instants);
    ++compared;
  }
  EXPECT_GT(compared, 100);
}

INSTANTIATE_TEST_SUITE_P(Levels, Differential,
                         testing::Values(Level::kPrometheus35, Level::kPrometheus314));

}  // namespace
}  // namespace vedette::promql
