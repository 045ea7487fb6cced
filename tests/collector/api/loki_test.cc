#include "collector/api/loki_json.h"
#include "collector/api/loki_params.h"
#include "tests/collector/api/loki_fixture.h"

namespace vedette::test {
namespace {

using base::http::Params;
using base::http::Response;

TEST_F(LokiApi, GrafanasSaveAndTestHasOneSampleOfTwo) {
  const Response response =
      Get(Target("/loki/api/v1/query", {{"query", "vector(1)+vector(1)"}, {"time", "4000000000"}}));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(BeforeStats(response),
            R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},)"
            R"("value":[4000000000,"2"]}])");
}

TEST_F(LokiApi, StreamsFoldMetadataOrKeepItApart) {
  const std::string target = RangeTarget({{"query", "{app=\"g1\"}"}, {"direction", "FORWARD"}});
  EXPECT_EQ(BeforeStats(Get(target)),
            R"({"status":"success","data":{"resultType":"streams","result":[)"
            R"({"stream":{"app":"g1"},"values":[["1795226940000000000","a"]]},)"
            R"({"stream":{"app":"g1","trace_id":"t1"},"values":[["1795226941000000000","<b>"]]}])");
  Ask ask{"GET", target, {}, ""};
  ask.headers.Set("X-Loki-Response-Encoding-Flags", "categorize-labels");
  EXPECT_EQ(BeforeStats(Call(ask)),
            R"({"status":"success","data":{"resultType":"streams",)"
            R"("encodingFlags":["categorize-labels"],"result":[{"stream":{"app":"g1"},"values":[)"
            R"(["1795226940000000000","a",{}],["1795226941000000000","<b>",)"
            R"({"structuredMetadata":{"trace_id":"t1"}}]]}])");
}

TEST_F(LokiApi, TheFirstApiNamesStreamsAsText) {
  const auto ask = [this](const std::vector<std::pair<std::string, std::string>>& params) {
    std::string target = RangeTarget(params);
    return Get(target.replace(0, target.find('?'), "/api/prom/query"));
  };
  const Response response = ask({{"query", "{app=\"g1\"}"}, {"direction", "forward"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(BeforeStats(response), R"({"streams":[{"labels":"{app=\"g1\"}","entries":[)"
                                   R"({"ts":"2026-11-21T02:09:00Z","line":"a"}]},)"
                                   R"({"labels":"{app=\"g1\", trace_id=\"t1\"}","entries":[)"
                                   R"({"ts":"2026-11-21T02:09:01Z","line":"<b>"}]}])");
  const Response found = ask({{"query", "{app=\"g1\"} # mine"}, {"regexp", "^a$"}});
  EXPECT_EQ(found.body.find("<b>"), std::string::npos);
  EXPECT_NE(found.body.find("\"a\""), std::string::npos);
  const Response metric = ask({{"query", "count_over_time({app=\"g1\"}[1m])"}});
  EXPECT_EQ(metric.status, 400);
  EXPECT_EQ(metric.body,
            "legacy endpoints only support streams result type, current type is matrix");
}

TEST_F(LokiApi, BackwardIsTheDefaultAndFormEqualsGet) {
  const Response get = Get(RangeTarget({{"query", "{app=~\"g.*\"}"}, {"limit", "1"}}));
  EXPECT_NE(get.body.find("\"c\""), std::string::npos) << get.body;
  EXPECT_EQ(get.body.find("\"a\""), std::string::npos);
  const std::string target = RangeTarget({{"query", "{app=~\"g.*\"}"}, {"limit", "1"}});
  EXPECT_EQ(BeforeStats(PostForm("/loki/api/v1/query_range", target.substr(target.find('?') + 1))),
            BeforeStats(get));
}

TEST_F(LokiApi, MatrixHasSecondsAndStrings) {
  const Response response = Get(
      RangeTarget({{"query", "sum(count_over_time({app=~\"g.*\"}[15s]))"}, {"step", "15000ms"}}));
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_NE(response.body.find(R"("resultType":"matrix","result":[{"metric":{},"values":[[)"),
            std::string::npos)
      << response.body;
  EXPECT_NE(response.body.find(R"("totalBytesProcessed":)"), std::string::npos);
}

TEST_F(LokiApi, BadQueriesArePlainText) {
  const struct {
    std::string target;
    const char* text;
  } cases[] = {
      {RangeTarget({{"query", "{app=\"g2\"}"}, {"limit", "5001"}}),
       "max entries limit per query exceeded, limit > max_entries_limit_per_query (5001 > 5000)"},
      {RangeTarget({{"query", "{app=\"g2\"}"}, {"limit", "0"}}), "limit must be a positive value"},
      {RangeTarget({{"query", "{app=\"g2\"}"}, {"limit", "x"}}), "cannot parse limit"},
      {RangeTarget({{"query", "{app=\"g2\"}"}, {"direction", "up"}}), "invalid direction"},
      {RangeTarget({{"query", "{app=\"g2\"}"}, {"step", "0"}}),
       "zero or negative query resolution step widths"},
      {RangeTarget({{"query", "{app=\"g2\"}"}, {"step", "1ms"}}),
       "exceeded maximum resolution of 11,000 points per time series"},
      {RangeTarget({{"query", "{app="}}), "parse error at line 1"},
      {RangeTarget({{"query", ""}}), "parse error"},
      {Target("/loki/api/v1/query_range", {{"query", "{app=\"g1\"}"}, {"start", "x"}}),
       "cannot parse \"x\" as a time"},
      {Target("/loki/api/v1/query_range",
              {{"query", "{app=\"g1\"}"}, {"start", "20"}, {"end", "10"}}),
       "end timestamp must not be before or equal to start time"},
      {Target("/loki/api/v1/query", {{"query", "{app=\"g1\"}"}}), "log queries are not supported"},
      {Target("/loki/api/v1/labels", {{"query", "{app"}}), "parse error"},
      {"/loki/api/v1/index/stats", "parse error"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.target);
    const Response response = Get(c.target);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.headers.Get("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(response.headers.Get("X-Content-Type-Options"), "nosniff");
    EXPECT_NE(response.body.find(c.text), std::string::npos) << response.body;
  }
}

TEST_F(LokiApi, LabelsValuesSeriesAndStats) {
  EXPECT_EQ(Get("/loki/api/v1/labels").body, R"({"status":"success","data":["app","env"]})");
  EXPECT_EQ(Get(Target("/loki/api/v1/label", {{"query", "{app=\"g1\"}"}})).body,
            R"({"status":"success","data":["app"]})");
  EXPECT_EQ(Get("/loki/api/v1/label/a%2Fb/values?start=10&end=20").body,
            R"({"status":"success","data":["a/b","10000000000","20000000000"]})");
  EXPECT_EQ(Get(Target("/loki/api/v1/series", {{"match[]", "{app=\"g1\"}"}})).body,
            R"({"status":"success","data":[{"app":"g1"}]})");
  EXPECT_EQ(Get(Target("/loki/api/v1/series", {{"match", "{app=~\"g.*\"}"}})).body,
            R"({"status":"success","data":[{"app":"g1"},{"app":"g2","env":"dev"}]})");
  EXPECT_EQ(Get(Target("/loki/api/v1/index/stats", {{"query", "{app=\"g1\"}"}})).body,
            R"({"streams":1,"chunks":2,"bytes":4,"entries":3})");
  EXPECT_EQ(Get("/api/prom/label").body, R"({"values":["app","env"]})");
  EXPECT_EQ(Get("/api/prom/label/x/values?start=10&end=20").body,
            R"({"values":["x","10000000000","20000000000"]})");
  EXPECT_EQ(Get("/loki/api/v1/nope").status, 404);
}

TEST(LokiParams, ReadsTimes) {
  const struct {
    const char* text;
    int64_t ns;
  } cases[] = {{"1795226940", kLokiT},
               {"4000000000", 4'000'000'000'000'000'000},
               {"9999999999", INT64_MAX},  // past the last nanosecond there is
               {"1795226940.500", kLokiT + 500'000'000},
               {"1795226940000000000", kLokiT},
               {"1.79522694e18", kLokiT},
               {"2026-11-21T02:09:00.000000001Z", kLokiT + 1},
               {"0", 0}};
  for (const auto& c : cases) {
    const auto time = api::ParseLokiTime(c.text);
    ASSERT_TRUE(time.ok()) << c.text;
    EXPECT_EQ(*time, c.ns) << c.text;
  }
  for (const char* bad : {"", "x", "1e40", "NaN", "1795226940000000000000"}) {
    EXPECT_FALSE(api::ParseLokiTime(bad).ok()) << bad;
  }
}

TEST(LokiParams, RangeDefaultsToTheLastHour) {
  constexpr int64_t kHour = 3'600'000'000'000;
  const auto none = api::ReadLokiRange(Params::Parse(""), kLokiT);
  EXPECT_EQ(none->start_ns, kLokiT - kHour);
  EXPECT_EQ(none->end_ns, kLokiT);
  EXPECT_EQ(api::ReadLokiRange(Params::Parse("since=5m"), kLokiT)->start_ns, kLokiT - kHour / 12);
  // An end in the future does not move the start there.
  EXPECT_EQ(api::ReadLokiRange(Params::Parse("end=4000000000"), kLokiT)->start_ns, kLokiT - kHour);
  EXPECT_EQ(api::ReadLokiRange(Params::Parse("end=100000"), kLokiT)->start_ns,
            100'000'000'000'000 - kHour);
  EXPECT_FALSE(api::ReadLokiRange(Params::Parse("since=x"), kLokiT).ok());
}

TEST(LokiEncoding, FlagsAreEchoedAsSent) {
  EXPECT_FALSE(api::ParseLokiEncoding("").categorize);
  EXPECT_TRUE(api::ParseLokiEncoding("a,categorize-labels").categorize);
  EXPECT_FALSE(api::ParseLokiEncoding("a, categorize-labels").categorize);
}

TEST(LokiDeadline, IsTheQuerysOwnWhereTheRequestHasLonger) {
  base::http::Request request;
  EXPECT_EQ(api::LokiDeadline(request, 3000), 0) << "nobody knows when it came";
  request.received_mono_ns = 5'000'000'000;
  request.deadline_mono_ns = 125'000'000'000;
  EXPECT_EQ(api::LokiDeadline(request, 3000), 8'000'000'000);
  EXPECT_EQ(api::LokiDeadline(request, 600'000), 125'000'000'000);
  EXPECT_EQ(api::LokiDeadline(request, 0), 125'000'000'000);
  request.deadline_mono_ns = 0;
  EXPECT_EQ(api::LokiDeadline(request, 3000), 8'000'000'000);
}

}  // namespace
}  // namespace vedette::test
