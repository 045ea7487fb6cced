#include "collector/promql/engine.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "collector/promql/histogram_text.h"
#include "collector/promql/series_description.h"
#include "tests/conformance/memory_store.h"
#include "tests/support/fake_clock.h"

namespace vedette::promql {
namespace {

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    for (int i = 0; i <= 20; ++i) {
      store_.Append({{"__name__", "reqs_total"}, {"job", "a"}}, i * 30'000, i * 10);
      store_.Append({{"__name__", "temp"}, {"job", "a"}}, i * 30'000, i % 4);
    }
    context_.queryable = &store_;
  }

  Result Instant(std::string_view query, Engine::Options options = {}) {
    return Engine(options, &clock_).Instant(query, 300'000, context_);
  }

  test::MemoryStore store_;
  test::FakeClock clock_;
  QueryContext context_;
};

TEST_F(EngineTest, NamesAreDroppedAtOnceByDefault) {
  const Result result =
      Instant("label_replace(abs(reqs_total), \"n\", \"$1\", \"__name__\", \"(.+)\")");
  ASSERT_TRUE(result.ok()) << result.error;
  ASSERT_EQ(result.value.vector.size(), 1u);
  EXPECT_EQ(result.value.vector[0].labels, (model::Labels{{"job", "a"}}));
}

// Whenever their names are dropped: a series of the result may come from either side, step by step.
TEST_F(EngineTest, BothSidesOfAnOrMakeOneSeries) {
  for (const bool delayed : {false, true}) {
    Engine::Options options;
    options.delayed_name_removal = delayed;
    const Result result = Engine(options, &clock_)
                              .Range("sum by (job) (temp) > 1 or min by (job) (reqs_total)", 0,
                                     120'000, 30'000, context_);
    ASSERT_TRUE(result.ok()) << result.error;
    ASSERT_EQ(result.value.matrix.size(), 1u);
    std::vector<double> values;
    for (const model::Sample& point : result.value.matrix[0].points) values.push_back(point.value);
    EXPECT_EQ(values, (std::vector<double>{0, 10, 2, 3, 40}));
  }
}

TEST_F(EngineTest, AThousandOperandsInARowAreComputed) {
  const auto chain = [](const std::string& operand, const std::string& link) {
    std::string out = operand;
    for (int i = 1; i < 1000; ++i) out += link + operand;
    return out;
  };
  const struct {
    std::string query;
    double want;
  } cases[] = {{chain("reqs_total", " + "), 100'000},
               {chain("1", " + ") + " + " + chain("vector(1)", " + "), 2000},
               {chain("reqs_total @ 0", " + ") + " + " + chain("temp", " or "), 2},
               {chain("reqs_total", " or "), 100},
               {"sum(" + chain("temp", " - on (job) ") + ")", -1996}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.query.substr(0, 60));
    const Result result = Instant(c.query);
    ASSERT_TRUE(result.ok()) << result.error;
    ASSERT_EQ(result.value.vector.size(), 1u);
    EXPECT_EQ(result.value.vector[0].value, c.want);
    const Result range = Engine({}, &clock_).Range(c.query, 270'000, 300'000, 30'000, context_);
    ASSERT_TRUE(range.ok()) << range.error;
    ASSERT_EQ(range.value.matrix.size(), 1u);
    EXPECT_EQ(range.value.matrix[0].points.back().value, c.want);
  }
}

// By 3.5 its argument's first selector says what is loaded; the newest of that at the step is
// taken.
TEST_F(EngineTest, InfoSeriesAreLookedForAtTheStep) {
  for (int i = 0; i <= 20; ++i) {
    store_.Append({{"__name__", "m"}, {"instance", "x"}, {"job", "a"}}, i * 30'000, 1);
    store_.Append({{"__name__", "target_info"}, {"instance", "x"}, {"job", "a"}, {"version", "1"}},
                  i * 30'000, 1);
  }
  const struct {
    const char* query;
    size_t old_series;
    size_t new_series;
  } cases[] = {{"info(m, {version=~'.+'})", 1, 1},
               {"info(m @ 0, {version=~'.+'})", 0, 1},
               {"info(m offset -1m, {version=~'.+'})", 1, 1},
               {"info(m offset -6m, {version=~'.+'})", 0, 1},
               // What gains no label, and a name where there is nothing to look for.
               {"info(target_info, {version=~'.+'})", 0, 1},
               {"info(vector(1), {__name__='target_info'})", 0, 1},
               {"info(vector(1))", 1, 1}};
  for (const auto& c : cases) {
    Engine::Options options;
    options.parser.experimental_functions = true;
    EXPECT_EQ(Instant(c.query, options).value.vector.size(), c.old_series) << c.query;
    options.level = Level::kPrometheus314;
    EXPECT_EQ(Instant(c.query, options).value.vector.size(), c.new_series) << c.query;
  }
}

TEST_F(EngineTest, FloatsKeepToThemselvesWhereHistogramsAreReadWithoutBuckets) {
  const auto series = ParseSeriesDescription("h{a=\"1\"} {{count:2 sum:3 buckets:[2]}}x10");
  ASSERT_TRUE(series.ok()) << series.status();
  for (int i = 0; i <= 10; ++i) {
    store_.Append({{"__name__", "h"}, {"a", "1"}}, i * 30'000,
                  series->items[static_cast<size_t>(i)].histogram);
    store_.Append({{"__name__", "h"}, {"a", "2"}}, i * 30'000, i);
  }
  const Result result = Instant("-histogram_count(sum_over_time(h[61s]))");
  ASSERT_TRUE(result.ok()) << result.error;
  EXPECT_EQ(result.warnings, std::vector<std::string>());
  ASSERT_EQ(result.value.vector.size(), 1u);
  EXPECT_EQ(result.value.vector[0].value, -6);
}

TEST_F(EngineTest, AbsentTakesTheLabelsOfSoleEqualities) {
  const struct {
    const char* query;
    model::Labels labels;
  } cases[] = {{"absent(x{a='1',b=~'.*'})", {{"a", "1"}}},
               {"absent((x{a='1'}))", {{"a", "1"}}},
               {"absent(x{a!='1',a='1'})", {}},
               {"absent(x{a='1',a='2'})", {}},
               {"absent(x{a=~'',a='1'})", {{"a", "1"}}},
               {"absent_over_time(x{a='1',a=~''}[1m])", {}}};
  for (const auto& c : cases) {
    const Result result = Instant(c.query);
    ASSERT_EQ(result.value.vector.size(), 1u) << c.query;
    EXPECT_EQ(result.value.vector[0].labels, c.labels) << c.query;
  }
}

TEST_F(EngineTest, WhatIsAggregatedIsPointedToWithItsParentheses) {
  const auto series = ParseSeriesDescription("h {{count:2 sum:3 buckets:[2]}}x10");
  ASSERT_TRUE(series.ok()) << series.status();
  store_.Append({{"__name__", "h"}}, 300'000, series->items[0].histogram);
  const struct {
    const char* query;
    const char* where;
  } cases[] = {{"max(((h)))", "(1:5)"}, {"stddev(h)", "(1:8)"}, {"quantile(0.5, (h))", "(1:15)"}};
  for (const auto& c : cases) {
    const Result result = Instant(c.query);
    ASSERT_EQ(result.infos.size(), 1u) << c.query;
    EXPECT_TRUE(base::EndsWith(result.infos[0], c.where)) << c.query << ": " << result.infos[0];
  }
}

TEST_F(EngineTest, WarnsOfTheLeastAndTheLargestParameterOnly) {
  Engine::Options options;
  options.parser.experimental_functions = true;
  const auto warnings = [&](const std::string& query) {
    return Engine(options, &clock_).Range(query, 0, 300'000, 60'000, context_).warnings;
  };
  EXPECT_EQ(warnings("quantile((time() - 120) / 30, nothing)"),
            (std::vector<std::string>{
                "PromQL warning: quantile value should be between 0 and 1, got -4 (1:10)",
                "PromQL warning: quantile value should be between 0 and 1, got 6 (1:10)"}));
  EXPECT_EQ(warnings("limit_ratio(time() / 100, nothing)"),
            (std::vector<std::string>{"PromQL warning: ratio value should be between -1 and 1, "
                                      "got 3, capping to 1 (1:13)"}));
  EXPECT_EQ(warnings("limit_ratio(0 / time() + time(), nothing)"), std::vector<std::string>());
}

// An offset that is not a number is the least that Go has: nothing is that far ahead.
TEST_F(EngineTest, AnOffsetOfNanFindsNothing) {
  for (const char* query :
       {"temp offset NaN", "temp offset -NaN", "sum_over_time(temp[5m] offset NaN)",
        "max_over_time(temp[5m:1m] offset NaN)"}) {
    const Result result = Instant(query);
    EXPECT_TRUE(result.ok()) << query << " " << result.error;
    EXPECT_TRUE(result.value.vector.empty()) << query;
  }
  EXPECT_FALSE(Instant("temp[NaN]").ok());
}

TEST_F(EngineTest, LosingTheNameMustNotMakeSeriesEqual) {
  const Result result = Instant("rate({job=\"a\"}[5m])");
  EXPECT_EQ(result.error_kind, ErrorKind::kExecution);
  EXPECT_EQ(result.error, "vector cannot contain metrics with the same labelset");
}

TEST_F(EngineTest, AnnotationsCarryPositions) {
  const Result result = Instant("1 + rate(temp[5m])");
  ASSERT_EQ(result.infos.size(), 1u);
  EXPECT_EQ(result.infos[0],
            "PromQL info: metric might not be a counter, name does not end in "
            "_total/_sum/_count/_bucket: \"temp\" (1:10)");
  EXPECT_TRUE(Instant("rate(reqs_total[5m])").infos.empty());
}

TEST_F(EngineTest, WarnsOfAQuantileOutOfRange) {
  const Result result = Instant("quantile_over_time(1.5, temp[5m])");
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_EQ(result.warnings[0],
            "PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:20)");
}

TEST_F(EngineTest, OfEqualWarningsTheOutermostGivesThePlace) {
  const Result result = Instant("histogram_quantile(2, histogram_quantile(2, temp))");
  ASSERT_FALSE(result.warnings.empty());
  EXPECT_EQ(result.warnings.back(),
            "PromQL warning: quantile value should be between 0 and 1, got 2 (1:20)");
}

TEST_F(EngineTest, TooManySamplesAreRefused) {
  Engine::Options options;
  options.max_samples = 5;
  const Result result = Instant("sum_over_time(temp[5m])", options);
  EXPECT_EQ(result.error_kind, ErrorKind::kExecution);
  EXPECT_EQ(result.error,
            "query processing would load too many samples into memory in query execution");
}

TEST_F(EngineTest, StopRequestEndsTheQuery) {
  std::stop_source stop;
  stop.request_stop();
  context_.stop = stop.get_token();
  const Result result = Instant("temp");
  EXPECT_EQ(result.error_kind, ErrorKind::kCanceled);
  EXPECT_EQ(result.error, "query was canceled in expression evaluation");
}

// What waits for the innermost call's value does not begin once the client has gone.
TEST(Engine, AStopAmidNestedCallsEndsThem) {
  class StoppingStore final : public Queryable {
   public:
    base::Status Select(const SelectRequest&, const Visit& visit) const override {
      stop.request_stop();
      return visit({{{"__name__", "a"}}, {0}, {1}});
    }
    mutable std::stop_source stop;
  };
  const test::FakeClock clock;
  const Engine engine(Engine::Options{}, &clock);
  for (const char* query : {"a", "abs(a)", "sort(sort(a))", "-a", "a * 2",
                            "label_replace(a, \"x\", \"\", \"y\", \"\")"}) {
    const StoppingStore store;
    QueryContext context;
    context.queryable = &store;
    context.stop = store.stop.get_token();
    EXPECT_EQ(engine.Instant(query, 0, context).error_kind, ErrorKind::kCanceled) << query;
  }
}

TEST_F(EngineTest, LabelsThatMultiplyAreRefused) {
  std::string query =
      "label_replace(vector(1), \"x\", \"" + std::string(10'000, 'a') + "\", \"\", \"\")";
  for (const bool join : {false, true}) {
    std::string many = join ? ", \"\"" : ", \"";
    for (int i = 0; i < 1000; ++i) many += join ? ", \"x\"" : "$1";
    const std::string nested =
        join ? "label_join(" + query + ", \"x\"" + many + ")"
             : "label_replace(" + query + ", \"x\"" + many + "\", \"x\", \"(.*)\")";
    const Result result = Instant(nested);
    EXPECT_EQ(result.error_kind, ErrorKind::kExecution);
    EXPECT_NE(result.error.find("found a value of more than 1048576 bytes"), std::string::npos)
        << result.error;
  }
}

TEST_F(EngineTest, TimeoutEndsTheQuery) {
  context_.timeout = std::chrono::nanoseconds(-1);
  const Result result = Instant("temp");
  EXPECT_EQ(result.error_kind, ErrorKind::kTimeout);
  EXPECT_EQ(result.error, "query timed out in expression evaluation");
}

// Hours of work within a single series.
TEST(Engine, ATimeoutEndsWideWindows) {
  test::MemoryStore store;
  for (int i = 0; i < 100; ++i) store.Append({{"__name__", "a"}}, i * 15'000, i % 7);
  const base::SystemClock clock;
  const Engine engine(Engine::Options{}, &clock);
  QueryContext context;
  context.queryable = &store;
  context.timeout = std::chrono::milliseconds(20);
  for (const char* function : {"max_over_time", "stddev_over_time", "sum_over_time"}) {
    const std::string query =
        base::Concat({function, "(rate(rate(a[10m:10ms])[20m:10ms])[20m:10ms])"});
    EXPECT_EQ(engine.Instant(query, 1'500'000, context).error_kind, ErrorKind::kTimeout) << query;
    const std::string nested = base::Concat({function, "(", function, "(a[10m:1ms])[10m:1ms])"});
    EXPECT_EQ(engine.Instant(nested, 1'500'000, context).error_kind, ErrorKind::kTimeout) << nested;
  }
}

TEST_F(EngineTest, RangeQueriesWantScalarsOrVectors) {
  const Engine engine({}, &clock_);
  const Result result = engine.Range("temp[5m]", 0, 60'000, 30'000, context_);
  EXPECT_EQ(result.error_kind, ErrorKind::kParse);
  EXPECT_EQ(result.error,
            "invalid expression type \"range vector\" for range query, must be Scalar or instant "
            "Vector");
}

TEST_F(EngineTest, MatrixStringAndScalarResults) {
  const Result matrix = Instant("temp[1m]");
  ASSERT_EQ(matrix.value.type, ValueType::kMatrix);
  ASSERT_EQ(matrix.value.matrix.size(), 1u);
  EXPECT_EQ(matrix.value.matrix[0].points.size(), 2u);
  EXPECT_EQ(matrix.value.matrix[0].points[0].timestamp_ms, 270'000);
  EXPECT_EQ(Instant("\"x\"").value.string, "x");
  EXPECT_EQ(Instant("1 + time()").value.scalar, 301);
}

TEST_F(EngineTest, AtStartAndEndAreTheQuerysOwn) {
  const Engine engine({}, &clock_);
  const Result result =
      engine.Range("reqs_total @ end() - reqs_total @ start()", 0, 300'000, 60'000, context_);
  ASSERT_EQ(result.value.matrix.size(), 1u);
  for (const model::Sample& point : result.value.matrix[0].points) EXPECT_EQ(point.value, 100);
}

TEST_F(EngineTest, LookbackIsOpenOnTheLeft) {
  const Engine engine({}, &clock_);
  EXPECT_EQ(engine.Instant("temp", 600'000 + 300'000 - 1, context_).value.vector.size(), 1u);
  EXPECT_EQ(engine.Instant("temp", 600'000 + 300'000, context_).value.vector.size(), 0u);
  context_.lookback_ms = 600'000;
  EXPECT_EQ(engine.Instant("temp", 600'000 + 300'000, context_).value.vector.size(), 1u);
}

class HistogramEngineTest : public EngineTest {
 protected:
  HistogramEngineTest() {
    Add("latency", "a", "{{sum:5 count:4 buckets:[1 2 1]}}");
    Add("latency", "b", "{{sum:1 count:1 buckets:[1]}}");
    Add("custom", "a", "{{schema:-53 sum:1 count:1 custom_values:[5] buckets:[1]}}");
  }

  void Add(const char* name, const char* job, const std::string& text) {
    const auto series = ParseSeriesDescription("m " + text);
    ASSERT_TRUE(series.ok());
    store_.Append({{"__name__", name}, {"job", job}}, 290'000, series->items[0].histogram);
  }
};

TEST_F(HistogramEngineTest, HistogramsAreValues) {
  const Result result = Instant("sum(latency)");
  ASSERT_EQ(result.value.vector.size(), 1u);
  ASSERT_NE(result.value.vector[0].histogram, nullptr);
  EXPECT_EQ(HistogramText(*result.value.vector[0].histogram), "{{count:5 sum:6 buckets:[2 2 1]}}");
}

TEST_F(HistogramEngineTest, OfAllPairsOfAStepTheLastIsToldOf) {
  const Result result = Instant("{__name__=~\"temp|latency\"} % on (job, x) group_left () latency");
  ASSERT_EQ(result.infos.size(), 1u);
  EXPECT_EQ(result.infos[0],
            "PromQL info: incompatible sample types encountered for binary operator \"%\": float % "
            "histogram (1:1)");
}

TEST_F(HistogramEngineTest, FloatsAndHistogramsDoNotAddUp) {
  const Result result = Instant("sum({__name__=~\"latency|temp\"})");
  EXPECT_TRUE(result.value.vector.empty());
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_EQ(result.warnings[0],
            "PromQL warning: encountered a mix of histograms and floats for aggregation (1:5)");
  // Floats behind histograms that do not combine are not looked at.
  const Result kinds = Instant("sum({job=\"a\"})");
  EXPECT_TRUE(kinds.value.vector.empty());
  ASSERT_EQ(kinds.warnings.size(), 1u);
  EXPECT_EQ(kinds.warnings[0],
            "PromQL warning: vector contains a mix of histograms with exponential and custom "
            "buckets schemas for metric name \"latency\" (1:5)");
}

TEST_F(HistogramEngineTest, WhatAFunctionMadeOfAMetricHasNoNameToWarnOf) {
  Add("kinds", "a", "{{sum:5 count:4 buckets:[1 2 1]}}");
  Add("kinds", "b", "{{schema:-53 sum:1 count:1 custom_values:[5] buckets:[1]}}");
  const Result result = Instant("sum(sum_over_time(kinds[5m]))");
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_EQ(result.warnings[0],
            "PromQL warning: vector contains a mix of histograms with exponential and custom "
            "buckets schemas for metric name \"\" (1:5)");
}

TEST_F(HistogramEngineTest, TopkPassesOverHistogramsAndSaysSoOnlyIfItChooses) {
  EXPECT_EQ(Instant("topk(1, latency)").infos.size(), 1u);
  EXPECT_TRUE(Instant("topk(0, latency)").infos.empty());
  EXPECT_TRUE(Instant("topk(1, latency)").value.vector.empty());
}

}  // namespace
}  // namespace vedette::promql
