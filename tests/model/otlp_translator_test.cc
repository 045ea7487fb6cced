#include "model/otlp/translator.h"

#include <gtest/gtest.h>

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::model::otlp {
namespace {

using base::Concat;

std::string BucketsText(const HistogramBuckets& buckets) {
  std::string text;
  for (const HistogramSpan& span : buckets.spans) {
    text += Concat({"(", std::to_string(span.offset), ",", std::to_string(span.length), ")"});
  }
  int64_t count = 0;
  for (const int64_t delta : buckets.deltas) {
    count += delta;
    text += " " + std::to_string(count);
  }
  return text;
}

std::string HistogramText(const Histogram& h) {
  if (h.IsStale()) return "stale";
  std::string sum;
  base::AppendFloatF(h.sum, &sum);
  std::string text =
      Concat({"schema:", std::to_string(h.schema), " count:", std::to_string(h.count), " sum:", sum,
              " zero:", std::to_string(h.zero_count)});
  if (!h.positive.empty()) text += " positive:" + BucketsText(h.positive);
  if (!h.negative.empty()) text += " negative:" + BucketsText(h.negative);
  if (h.reset == CounterReset::kGauge) text += " gauge";
  return text;
}

std::string ValueText(double value) {
  if (IsStaleNan(value)) return "stale";
  std::string text;
  base::AppendFloatF(value, &text);
  return text;
}

// A line a sample, as "{labels} value @ms", in the order made.
std::string LinesOf(const Translated& translated) {
  std::string lines;
  for (const WireSeries& series : translated.series) {
    const std::string labels = series.labels.ToString();
    for (size_t i = 0; i < series.samples.size(); ++i) {
      lines += Concat({labels, " ", ValueText(series.samples[i].value), " @",
                       std::to_string(series.samples[i].time_ms)});
      if (!series.starts_ms.empty()) lines += " from " + std::to_string(series.starts_ms[i]);
      lines += "\n";
    }
    for (const TimedHistogram& h : series.histograms) {
      lines +=
          Concat({labels, " ", HistogramText(h.histogram), " @", std::to_string(h.time_ms), "\n"});
    }
    for (const model::Exemplar& exemplar : series.exemplars) {
      lines += Concat({labels, " # ", exemplar.labels.ToString(), " ", ValueText(exemplar.value),
                       " @", std::to_string(exemplar.time_ms), "\n"});
    }
  }
  return lines;
}

Translated Translate(const std::string& json, TranslatorOptions options = {}) {
  Translator translator(std::move(options));
  const base::Status read = DecodeJson(json, &translator);
  EXPECT_TRUE(read.ok()) << read << "\n" << json;
  return translator.Take();
}

// A request of one resource and one scope.
std::string Request(const std::string& metrics, const std::string& resource = "",
                    const std::string& scope = "") {
  return Concat({R"({"resourceMetrics":[{"resource":{"attributes":[)", resource,
                 R"(]},"scopeMetrics":[{"scope":{)", scope, R"(},"metrics":[)", metrics, "]}]}]}"});
}

std::string Text(const std::string& key, const std::string& value) {
  return Concat({R"({"key":")", key, R"(","value":{"stringValue":")", value, R"("}})"});
}

std::string Gauge(const std::string& point) {
  return Concat({R"({"name":"temp","unit":"Cel","gauge":{"dataPoints":[)", point, "]}}"});
}

const std::string kService = Text("service.name", "shop") + "," + Text("service.namespace", "eu") +
                             "," + Text("service.instance.id", "i1");

TEST(OtlpTranslator, GaugesAndSumsAreSeriesOfTheirOwn) {
  const Translated out = Translate(Request(
      R"({"name":"temp","unit":"Cel","description":"warm","gauge":{"dataPoints":[
        {"timeUnixNano":"5000000","asDouble":1.5,"attributes":[{"key":"room.no","value":{"intValue":"7"}}]},
        {"timeUnixNano":6000000,"asInt":"-3"}]}},
      {"name":"calls","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[
        {"timeUnixNano":"7000000","startTimeUnixNano":"1000000","asInt":9}]}},
      {"name":"free","sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE","dataPoints":[
        {"timeUnixNano":"7000000","asInt":9}]}})",
      kService));
  EXPECT_EQ(LinesOf(out),
            "{__name__=\"temp_celsius\", instance=\"i1\", job=\"eu/shop\", room_no=\"7\"} 1.5 @5\n"
            "{__name__=\"temp_celsius\", instance=\"i1\", job=\"eu/shop\"} -3 @6\n"
            "{__name__=\"calls_total\", instance=\"i1\", job=\"eu/shop\"} 9 @7\n"
            "{__name__=\"free\", instance=\"i1\", job=\"eu/shop\"} 9 @7\n");
  ASSERT_EQ(out.families.size(), 3u);
  EXPECT_EQ(out.families[0].name, "temp_celsius");
  EXPECT_EQ(out.families[0].metadata, (Metadata{"gauge", "warm", "Cel"}));
  EXPECT_EQ(out.families[1].metadata.type, "counter");
  EXPECT_EQ(out.families[2].metadata.type, "gauge");
}

TEST(OtlpTranslator, StartTimesComeWhereAskedFor) {
  TranslatorOptions options;
  options.with_starts = true;
  const Translated out = Translate(
      Request(R"({"name":"calls","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[
        {"timeUnixNano":"7000000","startTimeUnixNano":"1000000","asInt":9}]}})"),
      options);
  EXPECT_EQ(LinesOf(out), "{__name__=\"calls_total\"} 9 @7 from 1\n");
}

TEST(OtlpTranslator, ValuesOfAttributesAreTexts) {
  const Translated out = Translate(Request(Gauge(R"({"asInt":1,"attributes":[
      {"key":"bool","value":{"boolValue":true}},
      {"key":"double","value":{"doubleValue":0.1}},
      {"key":"large","value":{"doubleValue":1e21}},
      {"key":"bytes","value":{"bytesValue":"AQI="}},
      {"key":"list","value":{"arrayValue":{"values":[{"stringValue":"a<b"},{"intValue":2},{}]}}},
      {"key":"map","value":{"kvlistValue":{"values":[
        {"key":"z","value":{"intValue":1}},{"key":"a","value":{"stringValue":"\"x\""}}]}}},
      {"key":"empty","value":{}}]})")));
  EXPECT_EQ(LinesOf(out),
            "{__name__=\"temp_celsius\", bool=\"true\", bytes=\"AQI=\", double=\"0.1\", "
            "large=\"1e+21\", list=\"[\\\"a\\\\u003cb\\\",2,null]\", "
            "map=\"{\\\"a\\\":\\\"\\\\\\\"x\\\\\\\"\\\",\\\"z\\\":1}\"} 1 @0\n");
}

TEST(OtlpTranslator, AttributesThatBecomeOneLabelAreJoined) {
  const Translated out = Translate(Request(Gauge(
      Concat({R"({"asInt":1,"attributes":[)", Text("a_b", "2"), ",", Text("a.b", "1"), "]}"}))));
  EXPECT_EQ(LinesOf(out), "{__name__=\"temp_celsius\", a_b=\"1;2\"} 1 @0\n");
}

TEST(OtlpTranslator, ResourceAttributesArePromotedAsAsked) {
  const std::string request =
      Request(Gauge(Concat({R"({"asInt":1,"attributes":[)", Text("host", "own"), "]}"})),
              Text("host", "h") + "," + Text("k8s.pod.name", "p") + "," + Text("os", "linux"));
  TranslatorOptions options;
  options.settings.promote = {"k8s.pod.name", "host"};
  EXPECT_EQ(LinesOf(Translate(request, options)),
            "{__name__=\"temp_celsius\", host=\"own\", k8s_pod_name=\"p\"} 1 @0\n");
  options.settings.promote.clear();
  options.settings.promote_all = true;
  options.settings.ignore = {"os"};
  EXPECT_EQ(LinesOf(Translate(request, options)),
            "{__name__=\"temp_celsius\", host=\"own\", k8s_pod_name=\"p\"} 1 @0\n");
}

TEST(OtlpTranslator, ScopesArePromotedWhereAsked) {
  const std::string request =
      Request(Gauge(R"({"asInt":1})"), "",
              Concat({R"("name":"lib","version":"2","attributes":[)", Text("a.b", "c"), "]"}));
  EXPECT_EQ(LinesOf(Translate(request)), "{__name__=\"temp_celsius\"} 1 @0\n");
  TranslatorOptions options;
  options.settings.promote_scope = true;
  EXPECT_EQ(LinesOf(Translate(request, options)),
            "{__name__=\"temp_celsius\", otel_scope_a_b=\"c\", otel_scope_name=\"lib\", "
            "otel_scope_version=\"2\"} 1 @0\n");
}

TEST(OtlpTranslator, TargetInfoTellsOfTheResource) {
  const std::string points = R"({"asInt":1,"timeUnixNano":"1000000"},
                                {"asInt":1,"timeUnixNano":"400000000000"})";
  const std::string resource = kService + "," + Text("host.name", "h");
  const std::string gauge =
      "{__name__=\"temp_celsius\", instance=\"i1\", job=\"eu/shop\"} 1 @1\n"
      "{__name__=\"temp_celsius\", instance=\"i1\", job=\"eu/shop\"} 1 @400000\n";
  const std::string info =
      "{__name__=\"target_info\", host_name=\"h\", instance=\"i1\", job=\"eu/shop\"} 1 @";
  EXPECT_EQ(LinesOf(Translate(Request(Gauge(points), resource))),
            gauge + info + "1\n" + info + "150001\n" + info + "300001\n" + info + "400000\n");
  TranslatorOptions options;
  options.settings.keep_identifying = true;
  options.lookback_ms = 2'000'000;
  const std::string whole =
      "{__name__=\"target_info\", host_name=\"h\", instance=\"i1\", job=\"eu/shop\", "
      "service_instance_id=\"i1\", service_name=\"shop\", service_namespace=\"eu\"} 1 @";
  EXPECT_EQ(LinesOf(Translate(Request(Gauge(points), resource), options)),
            gauge + whole + "1\n" + whole + "400000\n");
}

TEST(OtlpTranslator, TargetInfoOfPointsDecadesApartIsBounded) {
  const Translated out = Translate(Request(
      Gauge(R"({"asInt":1,"timeUnixNano":1},{"asInt":1,"timeUnixNano":1790000000000000000})"),
      kService + "," + Text("host.name", "h")));
  ASSERT_EQ(out.series.size(), 2u);
  EXPECT_EQ(out.series[1].samples.size(), 1001u);
}

constexpr char kHistogram[] = R"({"name":"took","unit":"s","histogram":{"aggregationTemporality":2,
    "dataPoints":[{"timeUnixNano":"9000000","count":"6","sum":12.5,"bucketCounts":["1","2",3],
    "explicitBounds":[0.5,10],"exemplars":[
      {"timeUnixNano":"8000000","asDouble":0.25,"traceId":"0AF7651916CD43DD8448EB211C80319C",
       "spanId":"b7ad6b7169203331","filteredAttributes":[{"key":"user","value":{"stringValue":"u"}}]},
      {"timeUnixNano":"8000000","asInt":"11","traceId":"00000000000000000000000000000000"}]}]}})";

TEST(OtlpTranslator, HistogramsAreBucketsSumAndCount) {
  EXPECT_EQ(LinesOf(Translate(Request(kHistogram))),
            "{__name__=\"took_seconds_sum\"} 12.5 @9\n"
            "{__name__=\"took_seconds_count\"} 6 @9\n"
            "{__name__=\"took_seconds_bucket\", le=\"0.5\"} 1 @9\n"
            "{__name__=\"took_seconds_bucket\", le=\"0.5\"} # "
            "{span_id=\"b7ad6b7169203331\", trace_id=\"0af7651916cd43dd8448eb211c80319c\", "
            "user=\"u\"} 0.25 @8\n"
            "{__name__=\"took_seconds_bucket\", le=\"10\"} 3 @9\n"
            "{__name__=\"took_seconds_bucket\", le=\"+Inf\"} 6 @9\n"
            "{__name__=\"took_seconds_bucket\", le=\"+Inf\"} # {} 11 @8\n");
}

TEST(OtlpTranslator, HistogramsAreConvertedToCustomBuckets) {
  TranslatorOptions options;
  options.settings.convert_histograms = true;
  const Translated out = Translate(Request(kHistogram), options);
  ASSERT_EQ(out.series.size(), 1u);
  EXPECT_EQ(HistogramText(out.series[0].histograms[0].histogram),
            "schema:-53 count:6 sum:12.5 zero:0 positive:(0,3) 1 2 3");
  EXPECT_EQ(out.series[0].histograms[0].histogram.custom_bounds, (std::vector<double>{0.5, 10}));
  EXPECT_EQ(out.series[0].exemplars.size(), 2u);
}

std::string Exponential(const std::string& point) {
  return Concat({R"({"name":"size","exponentialHistogram":{"aggregationTemporality":2,)",
                 R"("dataPoints":[{"timeUnixNano":"9000000",)", point, "}]}}"});
}

TEST(OtlpTranslator, ExponentialHistogramsAreNative) {
  EXPECT_EQ(LinesOf(Translate(Request(Exponential(
                R"("count":11,"sum":3,"scale":3,"zeroCount":2,"zeroThreshold":0.5,
                   "positive":{"offset":-2,"bucketCounts":[1,0,2,0,0,0,4]},
                   "negative":{"offset":5,"bucketCounts":[0,2]})")))),
            "{__name__=\"size\"} schema:3 count:11 sum:3 zero:2 positive:(-1,3)(3,1) 1 0 2 4 "
            "negative:(7,1) 2 @9\n");
}

TEST(OtlpTranslator, FinerScalesAreScaledDown) {
  // Of scale 10 four buckets are one of scale 8.
  EXPECT_EQ(LinesOf(Translate(Request(Exponential(
                R"("count":15,"scale":10,"positive":{"offset":-1,"bucketCounts":[1,2,3,4,5]})")))),
            "{__name__=\"size\"} schema:8 count:15 sum:0 zero:0 positive:(0,2) 1 14 @9\n");
  EXPECT_EQ(LinesOf(Translate(Request(Exponential(
                R"("count":3,"scale":2147483647,"positive":{"offset":0,"bucketCounts":[1,2]})")))),
            "{__name__=\"size\"} schema:8 count:3 sum:0 zero:0 positive:(1,1) 3 @9\n");
}

TEST(OtlpTranslator, SummariesAreQuantilesSumAndCount) {
  EXPECT_EQ(LinesOf(Translate(Request(
                R"({"name":"lag","summary":{"dataPoints":[{"timeUnixNano":"9000000","count":"4",
                "sum":2.5,"quantileValues":[{"quantile":0.5,"value":1},{"quantile":0.99}]}]}})"))),
            "{__name__=\"lag_sum\"} 2.5 @9\n"
            "{__name__=\"lag_count\"} 4 @9\n"
            "{__name__=\"lag\", quantile=\"0.5\"} 1 @9\n"
            "{__name__=\"lag\", quantile=\"0.99\"} 0 @9\n");
}

TEST(OtlpTranslator, NoRecordedValueEndsTheSeries) {
  EXPECT_EQ(LinesOf(Translate(Request(Gauge(R"({"flags":1})")))),
            "{__name__=\"temp_celsius\"} stale @0\n");
  EXPECT_EQ(LinesOf(Translate(Request(Exponential(R"("flags":1)")))),
            "{__name__=\"size\"} stale @9\n");
}

TEST(OtlpTranslator, NumbersThatAreNoneAreKept) {
  EXPECT_EQ(LinesOf(Translate(Request(
                Gauge(R"({"asDouble":"NaN"},{"asDouble":"Infinity"},{"asDouble":"-Infinity"})")))),
            "{__name__=\"temp_celsius\"} NaN @0\n"
            "{__name__=\"temp_celsius\"} +Inf @0\n"
            "{__name__=\"temp_celsius\"} -Inf @0\n");
}

constexpr char kDelta[] = R"({"name":"calls","sum":{"aggregationTemporality":1,"isMonotonic":true,
    "dataPoints":[{"asInt":9},{"asInt":8}]}})";

TEST(OtlpTranslator, DeltaIsRefusedUnlessAskedFor) {
  const Translated refused =
      Translate(Request(kDelta + std::string(",") + Gauge(R"({"asInt":1})")));
  EXPECT_EQ(refused.points, 3u);
  EXPECT_EQ(refused.refused_points, 2u);
  EXPECT_NE(refused.first_problem.find("\"calls\": found delta temporality"), std::string::npos);
  EXPECT_EQ(LinesOf(refused), "{__name__=\"temp_celsius\"} 1 @0\n");
  TranslatorOptions options;
  options.takes_delta = true;
  const Translated taken = Translate(Request(kDelta), options);
  EXPECT_EQ(LinesOf(taken), "{__name__=\"calls_total\"} 9 @0\n{__name__=\"calls_total\"} 8 @0\n");
  EXPECT_EQ(taken.families[0].metadata.type, "unknown");
}

TEST(OtlpTranslator, ABadPointHarmsItselfAlone) {
  struct Case {
    std::string metric;
    std::string problem;
  };
  const auto histogram = [](const std::string& point) {
    return Concat(
        {R"({"name":"bad","histogram":{"aggregationTemporality":2,"dataPoints":[)", point, "]}}"});
  };
  const std::string many = [] {
    std::string attributes;
    for (int i = 0; i < 300; ++i) {
      attributes += (i == 0 ? "" : ",") + Text("a" + std::to_string(i), "x");
    }
    return attributes;
  }();
  const Case cases[] = {
      {R"({"name":"bad","gauge":{"dataPoints":[{}]}})", "without a value"},
      {R"({"name":"$$","gauge":{"dataPoints":[{"asInt":1}]}})", "which is no name"},
      {R"({"name":"bad","sum":{"dataPoints":[{"asInt":1}]}})", "no aggregation temporality"},
      {R"({"name":"bad","gauge":{"dataPoints":[{"asInt":1,"attributes":[{"key":"","value":{}}]}]}})",
       "attribute \"\" becomes"},
      {Concat({R"({"name":"bad","gauge":{"dataPoints":[{"asInt":1,"attributes":[)", many, "]}]}}"}),
       "found 300 attributes; allowed are 256"},
      {Concat({R"({"name":"bad","gauge":{"dataPoints":[{"asInt":1,"attributes":[)",
               Text("a", std::string(70'000, 'x')), "]}]}}"}),
       "the label \"a\" is too long"},
      {histogram(R"({"count":2,"bucketCounts":[1,1],"explicitBounds":[1,2]})"),
       "found 2 buckets for 2 bounds"},
      {histogram(R"({"count":3,"bucketCounts":[1,1,1],"explicitBounds":[2,1]})"),
       "bounds do not ascend at number 2"},
      {histogram(R"({"count":3,"bucketCounts":[1,2],"explicitBounds":["NaN"]})"),
       "bounds do not ascend at number 1"},
      {Exponential(R"("count":1,"scale":-5,"positive":{"bucketCounts":[1]})"), "found scale -5"},
      {Exponential(R"("count":7,"scale":0,"positive":{"bucketCounts":[1]})"), "count"},
      {Exponential(R"("count":1,"scale":0,"positive":{"offset":2147483647,"bucketCounts":[1]})"),
       "beyond 32 bits"},
      {Exponential(R"("count":1,"scale":0,"positive":{"bucketCounts":["18446744073709551615"]})"),
       "overflow"},
      {R"({"name":"bad"})", "no kind of metric"},
  };
  for (const Case& c : cases) {
    const Translated out = Translate(Request(c.metric + "," + Gauge(R"({"asInt":1})")));
    EXPECT_NE(out.first_problem.find(c.problem), std::string::npos) << out.first_problem;
    EXPECT_EQ(LinesOf(out), "{__name__=\"temp_celsius\"} 1 @0\n") << c.metric.substr(0, 200);
  }
}

TEST(OtlpTranslator, MoreThanARequestMayMakeIsRefusedWhole) {
  std::string bounds;
  std::string counts = "0";
  for (int i = 0; i < 60'000; ++i) {
    bounds += Concat({i == 0 ? "" : ",", std::to_string(i)});
    counts += ",0";
  }
  const std::string value(2000, 'x');
  std::string points;
  for (int i = 0; i < 3; ++i) {
    points += Concat({i == 0 ? "" : ",", R"({"bucketCounts":[)", counts, R"(],"explicitBounds":[)",
                      bounds, R"(],"attributes":[)", Text("a", value + std::to_string(i)), "]}"});
  }
  Translator translator({});
  const base::Status read = DecodeJson(
      Request(Concat({R"({"name":"h","histogram":{"aggregationTemporality":2,"dataPoints":[)",
                      points, "]}}"})),
      &translator);
  EXPECT_TRUE(absl::IsResourceExhausted(read)) << read;
}

Metric GaugeNamed(const std::string& name) {
  Metric metric;
  metric.name = name;
  metric.kind = MetricKind::kGauge;
  return metric;
}

// What the calls of a request, made by hand, end in.
template <typename Next>
base::Status Repeat(Translator* translator, uint64_t times, const Next& next) {
  for (uint64_t i = 0; i < times; ++i) {
    if (base::Status status = next(translator); !status.ok()) return status;
  }
  return {};
}

// They take as long as others.
TEST(OtlpTranslator, PointsThatCannotBeStoredCountAsOthersDo) {
  Translator translator({});
  ASSERT_TRUE(translator.OnResource({}).ok());
  ASSERT_TRUE(translator.OnMetric(GaugeNamed("a")).ok());
  const auto empty = [](Translator* t) { return t->OnPoint({}); };
  EXPECT_TRUE(Repeat(&translator, SeriesTable::kMaxSamples, empty).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(Repeat(&translator, 1, empty)));
}

TEST(OtlpTranslator, AMetricIsNotedWhenItHasAPoint) {
  const Translated out =
      Translate(Request(R"({"name":"none","gauge":{}},)" + Gauge(R"({"asInt":1},{"asInt":2})")));
  ASSERT_EQ(out.families.size(), 1u);
  EXPECT_EQ(out.families[0].name, "temp_celsius");
}

TEST(OtlpTranslator, WhatIsSaidOfMetricsCountsToo) {
  Translator translator({});
  ASSERT_TRUE(translator.OnResource({}).ok());
  Metric metric = GaugeNamed("a");
  metric.description = std::string(1 << 20, 'd');
  const auto described = [&](Translator* t) {
    Point point;
    point.value = 1;
    base::Status status = t->OnMetric(metric);
    return status.ok() ? t->OnPoint(point) : status;
  };
  constexpr uint64_t kMiB = SeriesTable::kMaxBytes >> 20;
  EXPECT_TRUE(absl::IsResourceExhausted(Repeat(&translator, kMiB + 1, described)));
}

TEST(OtlpTranslator, AResourceBeyondTheLimitsCostsItsOwnPoints) {
  const std::string one =
      Request(Gauge(R"({"asInt":1})"), Text("service.name", std::string(70'000, 'x')));
  const std::string other = Request(Gauge(R"({"asInt":2})"), Text("service.name", "shop"));
  const auto inner = [](const std::string& request) {
    const size_t begin = request.find('[') + 1;
    return request.substr(begin, request.rfind(']') - begin);
  };
  const Translated out =
      Translate(Concat({R"({"resourceMetrics":[)", inner(one), ",", inner(other), "]}"}));
  EXPECT_EQ(LinesOf(out), "{__name__=\"temp_celsius\", job=\"shop\"} 2 @0\n");
  EXPECT_EQ(out.refused_points, 1u);
  EXPECT_NE(out.first_problem.find("the label \"job\" is too long"), std::string::npos)
      << out.first_problem;
}

TEST(OtlpTranslator, NothingIsReadForWhoWaitsNoMore) {
  std::stop_source stop;
  Translator translator({}, stop.get_token());
  ASSERT_TRUE(translator.OnResource({}).ok());
  stop.request_stop();
  const auto metric = [](Translator* t) { return t->OnMetric(GaugeNamed("a")); };
  EXPECT_TRUE(absl::IsCancelled(Repeat(&translator, 2000, metric)));
}

TEST(OtlpTranslator, AnExemplarOfTooManyAttributesKeepsItsIds) {
  std::string many;
  for (int i = 0; i < 4000; ++i) many += (i == 0 ? "" : ",") + Text("a" + std::to_string(i), "x");
  const Translated out = Translate(Request(Concat(
      {R"({"name":"calls","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{"asInt":1,)",
       R"("exemplars":[{"asInt":1,"traceId":"0102030405060708090a0b0c0d0e0f10","filteredAttributes":[)",
       many, "]}]}]}}"})));
  ASSERT_EQ(out.series.size(), 1u);
  ASSERT_EQ(out.series[0].exemplars.size(), 1u);
  EXPECT_EQ(out.series[0].exemplars[0].labels,
            (Labels{{"trace_id", "0102030405060708090a0b0c0d0e0f10"}}));
}

}  // namespace
}  // namespace vedette::model::otlp
