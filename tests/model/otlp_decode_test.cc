#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "base/strings.h"
#include "model/otlp/metrics.h"
#include "model/otlp/response_wire.h"

namespace vedette::model::otlp {
namespace {

using base::Concat;

std::string Varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  return out + static_cast<char>(value);
}
std::string Whole(uint32_t field, uint64_t value) { return Varint(field << 3) + Varint(value); }
std::string Bytes(uint32_t field, const std::string& body) {
  return Varint(field << 3 | 2) + Varint(body.size()) + body;
}
std::string Fixed(uint32_t field, uint64_t bits) {
  std::string out = Varint(field << 3 | 1);
  for (int i = 0; i < 8; ++i) out += static_cast<char>(bits >> (8 * i));
  return out;
}
std::string Double(uint32_t field, double value) {
  return Fixed(field, std::bit_cast<uint64_t>(value));
}
std::string Pair(uint32_t field, const std::string& key, const std::string& any) {
  return Bytes(field, Bytes(1, key) + Bytes(2, any));
}

// What a request says, a line a call.
class Log final : public MetricsVisitor {
 public:
  base::Status OnResource(const Resource& resource) override {
    return Add("resource" + TextOfAll(resource.attributes));
  }
  base::Status OnScope(const Scope& scope) override {
    return Add(Concat({"scope ", scope.name, " ", scope.version, " ", scope.schema_url,
                       TextOfAll(scope.attributes)}));
  }
  base::Status OnMetric(const Metric& metric) override {
    return Add(Concat({"metric ", metric.name, "|", metric.description, "|", metric.unit, " ",
                       std::to_string(static_cast<int>(metric.kind)), " ",
                       std::to_string(static_cast<int>(metric.temporality)),
                       metric.is_monotonic ? " monotonic" : ""}));
  }
  base::Status OnPoint(const Point& p) override {
    std::string line = Concat({"point", TextOfAll(p.attributes), " ", std::to_string(p.start_ns),
                               "-", std::to_string(p.time_ns)});
    if (p.has_no_recorded_value) line += " ended";
    if (p.value) line += " value " + std::to_string(*p.value);
    if (p.sum) line += " sum " + std::to_string(*p.sum);
    line += Concat({" count ", std::to_string(p.count), Numbers(p.bucket_counts), " bounds",
                    Numbers(p.bounds), " scale ", std::to_string(p.scale), " zero ",
                    std::to_string(p.zero_count), "/", std::to_string(p.zero_threshold), " +",
                    std::to_string(p.positive.offset), Numbers(p.positive.counts), " -",
                    std::to_string(p.negative.offset), Numbers(p.negative.counts)});
    for (const auto& [quantile, value] : p.quantiles) {
      line += Concat({" q", std::to_string(quantile), "=", std::to_string(value)});
    }
    for (const Exemplar& e : p.exemplars) {
      line += Concat({" #", std::to_string(e.time_ns), " ", std::to_string(e.value.value_or(-1)),
                      " ", e.trace_id, " ", e.span_id, TextOfAll(e.attributes)});
    }
    return Add(line);
  }
  base::Status OnResourceEnd() override { return Add("end"); }

  std::string text;

 private:
  base::Status Add(const std::string& line) {
    text += line + "\n";
    return {};
  }
  template <typename T>
  static std::string Numbers(const std::vector<T>& numbers) {
    std::string out;
    for (const T number : numbers) out += " " + std::to_string(number);
    return out;
  }
  static std::string TextOfAll(const Attributes& attributes) {
    std::string out;
    for (const Attribute& a : attributes) out += Concat({" ", a.key, "=", a.value});
    return out;
  }
};

constexpr char kJson[] = R"({"resourceMetrics":[{"schemaUrl":"u","resource":{"attributes":[
    {"key":"a","value":{"stringValue":"x"}}]},
  "scopeMetrics":[{"schemaUrl":"s","scope":{"name":"lib","version":"1","attributes":[
    {"key":"b","value":{"boolValue":false}}]},"metrics":[
  {"name":"n","description":"d","unit":"u","sum":{"aggregationTemporality":2,"isMonotonic":true,
   "dataPoints":[{"startTimeUnixNano":"1","timeUnixNano":2,"asInt":"-5","flags":1,
    "attributes":[{"key":"c","value":{"arrayValue":{"values":[{"intValue":"1"},{"doubleValue":0.5}]}}}],
    "exemplars":[{"timeUnixNano":"3","asDouble":0.5,"spanId":"4142","traceId":"4344",
      "filteredAttributes":[{"key":"e","value":{"bytesValue":"AQ=="}}]}]}]}},
  {"name":"h","histogram":{"aggregationTemporality":1,"dataPoints":[
    {"timeUnixNano":"4","count":"3","sum":1.5,"bucketCounts":["1","2"],"explicitBounds":[10]}]}},
  {"name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[
    {"timeUnixNano":"5","count":6,"scale":-1,"zeroCount":"1","zeroThreshold":0.25,
     "positive":{"offset":-3,"bucketCounts":[2]},"negative":{"bucketCounts":[3]},"unknown":[{}]}]}},
  {"name":"s","summary":{"dataPoints":[{"time_unix_nano":6,"count":7,"sum":8,
    "quantile_values":[{"quantile":0.5,"value":9}]}]}},
  {"name":"g","gauge":{"dataPoints":[{"asDouble":1}]}}]}]}]})";

std::string SameAsProtobuf() {
  const std::string list = Bytes(5, Bytes(1, Whole(3, 1)) + Bytes(1, Double(4, 0.5)));
  const std::string exemplar = Fixed(2, 3) + Double(3, 0.5) + Bytes(4, "AB") + Bytes(5, "CD") +
                               Pair(7, "e", Bytes(7, "\x01"));
  const std::string sum = Bytes(1, Fixed(2, 1) + Fixed(3, 2) + Fixed(6, uint64_t(-5)) +
                                       Whole(8, 1) + Pair(7, "c", list) + Bytes(5, exemplar)) +
                          Whole(2, 2) + Whole(3, 1);
  // Counts one by one, bounds packed.
  const std::string histogram = Bytes(1, Fixed(3, 4) + Fixed(4, 3) + Double(5, 1.5) + Fixed(6, 1) +
                                             Fixed(6, 2) + Bytes(7, Double(7, 10).substr(1))) +
                                Whole(2, 1);
  const std::string exponential =
      Bytes(1, Fixed(3, 5) + Fixed(4, 6) + Whole(6, 1) + Fixed(7, 1) + Double(14, 0.25) +
                   Bytes(8, Whole(1, 5) + Bytes(2, Varint(2))) + Bytes(9, Whole(2, 3))) +
      Whole(2, 2);
  const std::string summary =
      Bytes(1, Fixed(3, 6) + Fixed(4, 7) + Double(5, 8) + Bytes(6, Double(1, 0.5) + Double(2, 9)));
  const std::string metrics =
      Bytes(2, Bytes(7, sum) + Bytes(1, "n") + Bytes(2, "d") + Bytes(3, "u")) +
      Bytes(2, Bytes(1, "h") + Bytes(9, histogram)) +
      Bytes(2, Bytes(1, "e") + Bytes(10, exponential)) +
      Bytes(2, Bytes(1, "s") + Bytes(11, summary)) +
      Bytes(2, Bytes(1, "g") + Bytes(5, Bytes(1, Double(4, 1))));
  const std::string scope = metrics +
                            Bytes(1, Bytes(1, "lib") + Bytes(2, "1") + Pair(3, "b", Whole(2, 0))) +
                            Bytes(3, "s");
  return Bytes(1, Bytes(2, scope) + Bytes(1, Pair(1, "a", Bytes(1, "x"))) + Bytes(3, "u"));
}

TEST(OtlpDecode, JsonAndProtobufSayTheSame) {
  Log json;
  Log protobuf;
  ASSERT_TRUE(DecodeJson(kJson, &json).ok());
  ASSERT_TRUE(DecodeProtobuf(SameAsProtobuf(), &protobuf).ok());
  EXPECT_EQ(json.text, protobuf.text);
  EXPECT_EQ(json.text.substr(0, json.text.find(" bounds")),
            "resource a=x\n"
            "scope lib 1 s b=false\n"
            "metric n|d|u 2 2 monotonic\n"
            "point c=[1,0.5] 1-2 ended value -5.000000 count 0");
}

TEST(OtlpDecode, AnEmptyRequestSaysNothing) {
  Log log;
  EXPECT_TRUE(DecodeProtobuf("", &log).ok());
  EXPECT_TRUE(DecodeJson("{}", &log).ok());
  EXPECT_TRUE(DecodeJson(R"({"resourceMetrics":null})", &log).ok());
  EXPECT_EQ(log.text, "");
}

TEST(OtlpDecode, ATruncatedRequestIsRefused) {
  const std::string whole = SameAsProtobuf();
  for (size_t i = 1; i < whole.size(); ++i) {
    Log log;
    const base::Status read = DecodeProtobuf(whole.substr(0, i), &log);
    EXPECT_TRUE(absl::IsInvalidArgument(read)) << i;
  }
  const std::string json = kJson;
  for (size_t i = 0; i + 1 < json.size(); i += 7) {
    Log log;
    EXPECT_TRUE(absl::IsInvalidArgument(DecodeJson(json.substr(0, i), &log))) << i;
  }
}

TEST(OtlpDecode, BytesThatAreNoTextAreRepaired) {
  Log log;
  const std::string resource = Bytes(1, Pair(1, "k\xff", Bytes(1, "\xfe")));
  ASSERT_TRUE(DecodeProtobuf(Bytes(1, resource), &log).ok());
  EXPECT_EQ(log.text, "resource k\ufffd=\ufffd\nend\n");
}

struct BadJson {
  std::string text;
  std::string says;
};

TEST(OtlpDecode, WhatIsWrongInJsonIsNamed) {
  const auto point = [](const std::string& field) {
    return Concat({R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"n",)",
                   R"("exponentialHistogram":{"dataPoints":[{)", field, "}]}}]}]}]}"});
  };
  const BadJson cases[] = {
      {"", "not JSON"},
      {"[]", "the body must be an object"},
      {"<html>", "not JSON"},
      {R"({"resourceMetrics":{}})", "resourceMetrics must be a list"},
      {R"({"resourceMetrics":[1]})", "resourceMetrics must be a list of objects"},
      {R"({"resourceMetrics":[{"resource":[]}]})", "resource must be an object"},
      {R"({"resourceMetrics":[{"resource":{"attributes":[{"key":1}]}}]})", "key must be a string"},
      {R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":7}]}]}]})",
       "name must be a string"},
      {R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":3}]}]}]})",
       "gauge must be an object"},
      {R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"aggregationTemporality":"X"}}]}]}]})",
       "aggregationTemporality must be a number or a name"},
      {R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"isMonotonic":1}}]}]}]})",
       "isMonotonic must be true or false"},
      {point(R"("count":"-1")"), "count must be a whole number"},
      {point(R"("count":1.5)"), "count must be a whole number"},
      {point(R"("timeUnixNano":"soon")"), "timeUnixNano must be a whole number"},
      {point(R"("scale":4294967296)"), "scale must be a number of 32 bits"},
      {point(R"("sum":"much")"), "sum must be a number"},
      {point(R"("positive":{"bucketCounts":[1,"x"]})"), "bucketCounts must be a list of numbers"},
      {point(R"("positive":{"offset":99999999999})"), "offset must be a number of 32 bits"},
      {point(R"("exemplars":[{"traceId":"xyz"}])"), "traceId must be bytes in hexadecimal"},
      {point(R"("exemplars":[{"spanId":"abc"}])"), "spanId must be bytes in hexadecimal"},
      {point(R"("attributes":[{"key":"k","value":{"intValue":"1x"}}])"),
       "intValue must be a whole number"},
  };
  for (const BadJson& bad : cases) {
    Log log;
    const base::Status read = DecodeJson(bad.text, &log);
    EXPECT_TRUE(absl::IsInvalidArgument(read)) << bad.text;
    EXPECT_NE(std::string(base::Message(read)).find(bad.says), std::string::npos) << read;
  }
}

TEST(OtlpDecode, EndlessListsAreRefused) {
  std::string attributes;
  for (int i = 0; i < 5000; ++i) attributes += Pair(1, "k", Bytes(1, "v"));
  Log log;
  const base::Status many = DecodeProtobuf(Bytes(1, Bytes(1, attributes)), &log);
  EXPECT_EQ(base::Message(many), "OTLP metrics: more than 4096 attributes");
  const std::string buckets(100'000, '\x01');
  const std::string metric = Bytes(10, Bytes(1, Bytes(8, Bytes(2, buckets))));
  const base::Status wide = DecodeProtobuf(Bytes(1, Bytes(2, Bytes(2, metric))), &log);
  EXPECT_EQ(base::Message(wide), "OTLP metrics: more than 65536 buckets");
  std::string deep = Bytes(1, "x");
  for (int i = 0; i < 100; ++i) deep = Bytes(5, Bytes(1, deep));
  const base::Status nested = DecodeProtobuf(Bytes(1, Bytes(1, Pair(1, "k", deep))), &log);
  EXPECT_EQ(base::Message(nested), "OTLP metrics: more than 16 levels of an attribute's value");
  std::string json = R"({"resourceMetrics":)";
  for (int i = 0; i < 1000; ++i) json += "[";
  EXPECT_TRUE(absl::IsInvalidArgument(DecodeJson(json, &log)));
}

TEST(OtlpDecode, TheVisitorsErrorEndsTheReading) {
  class Refusing final : public MetricsVisitor {
   public:
    base::Status OnResource(const Resource&) override { return {}; }
    base::Status OnScope(const Scope&) override { return {}; }
    base::Status OnMetric(const Metric&) override { return {}; }
    base::Status OnPoint(const Point&) override {
      ++points;
      return base::ResourceExhausted("enough");
    }
    base::Status OnResourceEnd() override { return {}; }
    int points = 0;
  };
  Refusing visitor;
  EXPECT_EQ(DecodeJson(kJson, &visitor), absl::ResourceExhaustedError("enough"));
  EXPECT_EQ(DecodeProtobuf(SameAsProtobuf(), &visitor), absl::ResourceExhaustedError("enough"));
  EXPECT_EQ(visitor.points, 2);
}

TEST(OtlpDecode, ResponsesAreThoseOfTheProtocol) {
  EXPECT_EQ(EncodeResponse(0, ""), "");
  EXPECT_EQ(EncodeResponse(2, "why"), Bytes(1, Whole(1, 2) + Bytes(2, "why")));
  EXPECT_EQ(EncodeStatus(3, "no"), Whole(1, 3) + Bytes(2, "no"));
}

}  // namespace
}  // namespace vedette::model::otlp
