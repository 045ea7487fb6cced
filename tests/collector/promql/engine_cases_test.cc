#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/strings.h"
#include "collector/promql/engine.h"
#include "tests/conformance/memory_store.h"
#include "tests/conformance/script.h"
#include "tests/support/shared_dir.h"

// The recorded cases of Prometheus' engine: results, look-back, annotations, what is asked of the
// store, samples looked at. How many are held at once depends on how a query is computed.

namespace vedette::promql {
namespace {

namespace json = boost::json;

constexpr int64_t kLastSampleMs = 600'000;  // of the look-back cases

int64_t DurationMs(const json::value& v) {
  static const std::map<std::string, int64_t> kUnits = {{"time.Millisecond", 1},
                                                        {"time.Second", 1000},
                                                        {"time.Minute", 60'000},
                                                        {"time.Hour", 3'600'000}};
  if (v.is_string()) return kUnits.at(json::value_to<std::string>(v));
  if (!v.is_object()) return v.to_number<int64_t>();
  const auto& object = v.as_object();
  const int64_t a = DurationMs(object.at("a"));
  const int64_t b = DurationMs(object.at("b"));
  const std::string op = json::value_to<std::string>(object.at("$op"));
  return op == "*" ? a * b : op == "-" ? a - b : a + b;
}

int64_t TimeMs(const json::value& v) {
  const auto& object = v.as_object();
  const auto& args = object.at("args").as_array();
  if (object.at("$call").as_string() == "time.Unix") {
    return args[0].to_number<int64_t>() * 1000 + args[1].to_number<int64_t>() / 1'000'000;
  }
  return kLastSampleMs + DurationMs(args[0]);
}

model::Labels LabelsOf(const json::value& v) {
  static const std::map<std::string, model::Labels> kNamed = {
      {"lbls1", {{"__name__", "metric"}, {"job", "1"}}},
      {"lbls2", {{"__name__", "metric"}, {"job", "2"}}},
      {"lblstopk2", {{"__name__", "metric_topk"}, {"instance", "2"}}},
      {"lblstopk3", {{"__name__", "metric_topk"}, {"instance", "3"}}},
      {"lblsms", {{"__name__", "metric_ms"}}},
      {"lblsneg", {{"__name__", "metric_neg"}}},
  };
  if (v.is_string()) return kNamed.at(json::value_to<std::string>(v));
  model::LabelsBuilder labels;
  if (v.is_object()) {
    for (const auto& [name, value] : v.as_object()) {
      if (name[0] != '$') labels.Set(name, json::value_to<std::string>(value));
    }
  }
  return labels.Build();
}

double Number(const json::value& v) {
  return v.is_object() ? static_cast<double>(DurationMs(v)) : v.to_number<double>();
}

// labels{...} t:v t:v ..., a line a series.
std::string Text(const model::Labels& labels, const std::vector<model::Sample>& points) {
  std::string out = labels.ToString();
  for (const model::Sample& point : points) {
    out += " " + std::to_string(point.timestamp_ms) + ":" + std::to_string(point.value);
  }
  return out + "\n";
}

std::string Text(const Value& value) {
  if (value.type == ValueType::kScalar) {
    return Text({}, {{value.timestamp_ms, value.scalar}});
  }
  std::string out;
  for (const VectorSample& sample : value.vector) {
    out += Text(sample.labels, {{sample.timestamp_ms, sample.value}});
  }
  for (const Series& series : value.matrix) out += Text(series.labels, series.points);
  return out;
}

std::string Text(const json::value& expected) {
  const auto& object = expected.as_object();
  if (object.contains("V")) {
    return Text({}, {{object.at("T").to_number<int64_t>(), Number(object.at("V"))}});
  }
  std::string out;
  if (!object.contains("$elts")) return out;
  for (const json::value& element : object.at("$elts").as_array()) {
    const auto& series = element.as_object();
    std::vector<model::Sample> points;
    const auto add = [&](const json::object& point) {
      points.push_back({point.at("T").to_number<int64_t>(), Number(point.at("F"))});
    };
    if (series.contains("Floats")) {
      for (const json::value& point : series.at("Floats").as_array()) add(point.as_object());
    } else {
      add(series);
    }
    out += Text(LabelsOf(series.at("Metric")), points);
  }
  return out;
}

// Keeps what a query asked of the store.
class AskedStore final : public Queryable {
 public:
  base::Status Select(const SelectRequest& request, const Visit&) const override {
    asked_.push_back(request);
    return base::Status();
  }
  const std::vector<SelectRequest>& asked() const { return asked_; }

 private:
  mutable std::vector<SelectRequest> asked_;
};

class EngineCases : public testing::Test {
 protected:
  void SetUp() override {
    VEDETTE_SHARED_OR_SKIP(path, "reference/promql/cases/engine.json");
    cases_ = json::parse(test::ReadWholeFile(path));
  }

  void Load(const std::string& script) {
    const auto commands = test::ParseScript(script);
    ASSERT_TRUE(commands.ok()) << commands.status();
    for (const test::Command& command : *commands) {
      for (const test::SeriesText& series : command.load.series) {
        for (size_t i = 0; i < series.items.size(); ++i) {
          const int64_t time = static_cast<int64_t>(i) * command.load.step_ms;
          const auto& item = series.items[i];
          if (item.histogram) {
            store_.Append(series.labels, time, item.histogram);
          } else if (item.present) {
            store_.Append(series.labels, time, item.value);
          }
        }
      }
    }
  }

  Result Run(const std::string& query, int64_t start_ms, std::optional<int64_t> end_ms,
             int64_t step_ms) {
    QueryContext context;
    context.queryable = &store_;
    const Engine engine(options_, &clock_);
    return end_ms ? engine.Range(query, start_ms, *end_ms, step_ms, context)
                  : engine.Instant(query, start_ms, context);
  }

  const json::value& Cases(const char* name) const { return cases_.as_object().at(name); }

  json::value cases_;
  base::SystemClock clock_;
  Engine::Options options_;
  test::MemoryStore store_;
};

TEST_F(EngineCases, StatementTimestamps) {
  Load("load 10s\n  metric 1 2\n");
  for (const json::value& v : Cases("TestEngineEvalStmtTimestamps").as_array()) {
    const auto& c = v.as_object();
    const std::string query = json::value_to<std::string>(c.at("Query"));
    const bool range = c.contains("End");
    const Result result = Run(query, c.contains("Start") ? TimeMs(c.at("Start")) : 0,
                              range ? std::optional(TimeMs(c.at("End"))) : std::nullopt,
                              range ? DurationMs(c.at("Interval")) : 0);
    EXPECT_EQ(result.ok(), !c.contains("ShouldError")) << query << " " << result.error;
    if (!result.ok()) continue;
    EXPECT_EQ(Text(result.value), Text(c.at("Result"))) << query;
  }
}

TEST_F(EngineCases, AtModifier) {
  Load(
      "load 10s\n"
      "  metric{job=\"1\"} 0+1x1000\n"
      "  metric{job=\"2\"} 0+2x1000\n"
      "  metric_topk{instance=\"1\"} 0+1x1000\n"
      "  metric_topk{instance=\"2\"} 0+2x1000\n"
      "  metric_topk{instance=\"3\"} 1000-1x1000\n"
      "  metric_timestamp 3600+60x1000\n"
      "\n"
      "load 1ms\n"
      "  metric_ms 0+1x10000\n");
  for (int ts = 1000; ts >= 0; --ts) {
    store_.Append({{"__name__", "metric_neg"}}, -ts * 1000, ts + 1);
  }
  options_.delayed_name_removal = true;
  for (const json::value& v : Cases("TestAtModifier").as_array()) {
    const auto& c = v.as_object();
    const std::string query = json::value_to<std::string>(c.at("query"));
    const auto seconds = [&](const char* key) { return c.at(key).to_number<int64_t>() * 1000; };
    const bool range = c.contains("end");
    const Result result =
        Run(query, seconds("start"), range ? std::optional(seconds("end")) : std::nullopt,
            range ? seconds("interval") : 0);
    EXPECT_EQ(Text(result.value), Text(c.at("result"))) << query << " " << result.error;
  }
}

TEST_F(EngineCases, Lookback) {
  Load("load 5m\n  metric 0 1 2\n");
  for (const json::value& v : Cases("TestQueryLookbackDelta").as_array()) {
    const auto& c = v.as_object();
    Engine::Options options;
    if (c.contains("engineLookback")) options.lookback_ms = DurationMs(c.at("engineLookback"));
    QueryContext context;
    context.queryable = &store_;
    if (c.contains("queryLookback")) context.lookback_ms = DurationMs(c.at("queryLookback"));
    const Result result = Engine(options, &clock_).Instant("metric", TimeMs(c.at("ts")), context);
    EXPECT_EQ(!result.value.vector.empty(), c.at("expectSamples").as_bool()) << c.at("name");
  }
}

TEST_F(EngineCases, RateAnnotations) {
  const auto strings = [](const json::value& v) {
    return json::value_to<std::vector<std::string>>(v);
  };
  for (const auto& [name, v] : Cases("TestRateAnnotations").as_object()) {
    const auto& c = v.as_object();
    store_.Clear();
    Load("load 1m\n" + std::string(base::Trim(json::value_to<std::string>(c.at("data")))) + "\n");
    options_.type_and_unit_labels =
        c.contains("typeAndUnitLabelsEnabled") && c.at("typeAndUnitLabelsEnabled").as_bool();
    const Result result = Run(json::value_to<std::string>(c.at("expr")), 60'000, {}, 0);
    EXPECT_EQ(result.infos, strings(c.at("expectedInfoAnnotations"))) << name;
    EXPECT_EQ(result.warnings, strings(c.at("expectedWarningAnnotations"))) << name;
  }
}

TEST_F(EngineCases, ExtendedRangeSelectors) {
  Load(
      "load 10s\n"
      "  metric 1+1x10\n"
      "  withreset 1+1x4 1+1x5\n"
      "  notregular 0 5 100 2 8\n");
  options_.level = Level::kPrometheus314;
  options_.parser.newer = options_.parser.extended_range_selectors = true;
  for (const json::value& v : Cases("TestExtendedRangeSelectors").as_array()) {
    const auto& c = v.as_object();
    const std::string query = json::value_to<std::string>(c.at("query"));
    const Result result = Run(query, TimeMs(c.at("t")), {}, 0);
    EXPECT_EQ(Text(result.value), Text(c.at("expected"))) << query << " " << result.error;
  }
}

// What 200 s and more of samples each ten seconds count for.
TEST_F(EngineCases, SamplesLookedAt) {
  Load(
      "load 10s\n"
      "  metricWith1SampleEvery10Seconds 1+1x100\n"
      "  metricWith3SampleEvery10Seconds{a=\"1\",b=\"1\"} 1+1x100\n"
      "  metricWith3SampleEvery10Seconds{a=\"2\",b=\"2\"} 1+1x100\n"
      "  metricWith3SampleEvery10Seconds{a=\"3\",b=\"2\"} 1+1x100\n"
      "  metricWith1HistogramEvery10Seconds {{schema:1 count:5 sum:20 buckets:[1 2 1 1]}}"
      "+{{schema:1 count:10 sum:5 buckets:[1 2 3 4]}}x100\n");
  for (const json::value& v : Cases("TestQueryStatistics").as_array()) {
    const auto& c = v.as_object();
    const std::string query = json::value_to<std::string>(c.at("Query"));
    const bool range = c.contains("End");
    const int64_t start = TimeMs(c.at("Start"));
    QueryContext context;
    context.queryable = &store_;
    context.stats = true;
    const Engine engine(options_, &clock_);
    const Result result = range ? engine.Range(query, start, TimeMs(c.at("End")),
                                               DurationMs(c.at("Interval")), context)
                                : engine.Instant(query, start, context);
    ASSERT_TRUE(result.ok()) << query << " " << result.error;
    EXPECT_EQ(result.stats.total_samples, c.at("TotalSamples").to_number<int64_t>()) << query;
    std::map<std::string, int64_t> by_step;
    for (size_t i = 0; i < result.stats.samples_by_step.size(); ++i) {
      const int64_t at = result.stats.start_ms + static_cast<int64_t>(i) * result.stats.step_ms;
      by_step[std::to_string(at)] = result.stats.samples_by_step[i];
    }
    EXPECT_EQ(by_step,
              (json::value_to<std::map<std::string, int64_t>>(c.at("TotalSamplesPerStep"))))
        << query;
  }
}

// No more than recorded but for range vectors: all that a series has for the query is loaded at
// once here, and a step's share at a time there. What is told as the peak is what the limit is held
// against.
TEST_F(EngineCases, SamplesHeldAtOnce) {
  Load(
      "load 10s\n"
      "  metric 1+1x100\n"
      "  bigmetric{a=\"1\"} 1+1x100\n"
      "  bigmetric{a=\"2\"} 1+1x100\n"
      "  metricWith1HistogramEvery10Seconds {{schema:1 count:5 sum:20 buckets:[1 2 1 1]}}"
      "+{{schema:1 count:10 sum:5 buckets:[1 2 3 4]}}x100\n");
  for (const json::value& v : Cases("TestMaxQuerySamples").as_array()) {
    const auto& c = v.as_object();
    const std::string query = json::value_to<std::string>(c.at("Query"));
    const bool range = c.contains("End");
    const auto run = [&](int64_t limit) {
      options_.max_samples = limit;
      return Run(query, TimeMs(c.at("Start")),
                 range ? std::optional(TimeMs(c.at("End"))) : std::nullopt,
                 range ? DurationMs(c.at("Interval")) : 0);
    };
    const Result result = run(1000);
    ASSERT_TRUE(result.ok()) << query << " " << result.error;
    const int64_t peak = result.stats.peak_samples;
    const bool windows = query.find('[') != std::string::npos;
    const bool repeated = query.find('@') != std::string::npos;
    const int64_t more = windows ? 101 : repeated ? 1 : 0;  // a series; what there is to repeat
    EXPECT_LE(peak, c.at("MaxSamples").to_number<int64_t>() + more) << query;
    // No fewer than the steps, of which there are three at most.
    EXPECT_TRUE(run(std::max<int64_t>(peak, 3)).ok()) << query;
    EXPECT_EQ(run(peak - 1).error_kind, ErrorKind::kExecution) << query;
  }
}

// Never more than Prometheus asks for; subqueries ask for what their steps see.
TEST_F(EngineCases, WhatIsAskedOfTheStore) {
  for (const json::value& v : Cases("TestSelectHintsSetCorrectly").as_array()) {
    const auto& c = v.as_object();
    const std::string query = json::value_to<std::string>(c.at("query"));
    const int64_t start = c.contains("start") ? c.at("start").to_number<int64_t>() : 0;
    const AskedStore store;
    QueryContext context;
    context.queryable = &store;
    context.lookback_ms = 5000;
    const Engine engine({}, &clock_);
    const Result result =
        c.contains("end")
            ? engine.Range(query, start, c.at("end").to_number<int64_t>(), 1000, context)
            : engine.Instant(query, start, context);
    EXPECT_TRUE(result.ok()) << query << " " << result.error;
    const auto& expected = c.at("expected").as_array();
    ASSERT_EQ(store.asked().size(), expected.size()) << query;
    for (size_t i = 0; i < expected.size(); ++i) {
      const auto& hints = expected[i].as_object();
      EXPECT_GE(store.asked()[i].min_ms, hints.at("Start").to_number<int64_t>()) << query;
      EXPECT_LE(store.asked()[i].max_ms, hints.at("End").to_number<int64_t>()) << query;
    }
  }
}

}  // namespace
}  // namespace vedette::promql
