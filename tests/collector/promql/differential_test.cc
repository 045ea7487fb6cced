#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <random>

#include "collector/promql/engine.h"
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
    switch (Pick(9)) {
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
      default:
        return "label_replace(" + Vector(depth - 1) + ", \"l\", \"$1\", \"i\", \"(.*)\")";
    }
  }

 private:
  int Pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  std::string One(std::vector<std::string> of) {
    return of[static_cast<size_t>(Pick(static_cast<int>(of.size())))];
  }
  std::string Selector() { return One({"a", "b", "a{i=\"1\"}", "{__name__=~\"a|b\"}", "c"}); }
  std::string Modifier() {
    return One({"", "", "", " offset 1m", " offset -30s", " @ 200", " @ end()"});
  }
  std::string Range() { return One({"30s", "1m", "2m30s", "5m"}); }
  std::string Groups() { return One({" ", " by (job) ", " without (i) "}); }
  std::string RangeFunction() {
    return One({"rate", "increase", "delta", "irate", "sum_over_time", "avg_over_time",
                "max_over_time", "count_over_time", "last_over_time", "changes", "resets", "deriv",
                "stddev_over_time", "absent_over_time", "present_over_time"});
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

using Points = std::map<std::pair<std::string, int64_t>, uint64_t>;

TEST(Differential, RangeEqualsInstantAtEachStep) {
  test::MemoryStore store;
  Fill(&store);
  const test::FakeClock clock;
  const Engine engine({}, &clock);
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
    Points from_range;
    for (const Series& series : range.value.matrix) {
      for (const model::Sample& p : series.points) {
        from_range[{series.labels.bytes(), p.timestamp_ms}] = std::bit_cast<uint64_t>(p.value);
      }
    }
    Points from_instants;
    bool failed = false;
    for (int64_t t = 100'000; t <= 700'000; t += 50'000) {
      const Result instant = engine.Instant(query, t, context);
      failed = failed || !instant.ok();
      for (const VectorSample& sample : instant.value.vector) {
        from_instants[{sample.labels.bytes(), t}] = std::bit_cast<uint64_t>(sample.value);
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

}  // namespace
}  // namespace vedette::promql
