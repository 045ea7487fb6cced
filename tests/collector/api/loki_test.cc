#include <algorithm>

#include "collector/api/loki_json.h"
#include "collector/api/loki_params.h"
#include "tests/collector/api/api_fixture.h"

namespace vedette::test {
namespace {

using base::http::Params;
using base::http::Response;

constexpr int64_t kT = 1'795'226'940'000'000'000;

// Lines of two streams, in time order.
class FakeLogs final : public logql::LogSource, public api::LogView {
 public:
  base::Status Scan(const logql::ScanRequest& request, const logql::ScanFn& visit) const override {
    std::vector<logql::StoredLine> found;
    for (const Line& line : lines_) {
      if (!model::MatchesAll(request.matchers, streams_[line.stream])) continue;
      if (line.time < request.start_ns || line.time >= request.end_ns) continue;
      found.push_back({line.time, line.text, &streams_[line.stream], &metadata_[line.metadata]});
    }
    if (request.direction == logql::Direction::kBackward) std::reverse(found.begin(), found.end());
    if (!found.empty()) visit(found);
    return base::Status();
  }
  std::vector<std::string> LabelNames(const std::vector<model::Matcher>& matchers, int64_t,
                                      int64_t) const override {
    return matchers.empty() ? std::vector<std::string>{"app", "env"}
                            : std::vector<std::string>{"app"};
  }
  std::vector<std::string> LabelValues(const std::string& name, const std::vector<model::Matcher>&,
                                       int64_t start_ns, int64_t end_ns) const override {
    return {name, std::to_string(start_ns), std::to_string(end_ns)};
  }
  std::vector<model::Labels> Series(const std::vector<std::vector<model::Matcher>>& selectors,
                                    int64_t, int64_t) const override {
    std::vector<model::Labels> found;
    for (const model::Labels& labels : streams_) {
      const bool any = std::any_of(selectors.begin(), selectors.end(), [&](const auto& selector) {
        return model::MatchesAll(selector, labels);
      });
      if (any || selectors.empty()) found.push_back(labels);
    }
    return found;
  }
  api::LogVolume Volume(const std::vector<model::Matcher>&, int64_t, int64_t) const override {
    return {1, 2, 3, 4};
  }

 private:
  struct Line {
    int64_t time;
    const char* text;
    size_t stream;
    size_t metadata;
  };
  const std::vector<model::Labels> streams_ = {model::Labels{{"app", "g1"}},
                                               model::Labels{{"app", "g2"}, {"env", "dev"}}};
  const std::vector<model::Labels> metadata_ = {{}, model::Labels{{"trace_id", "t1"}}};
  const std::vector<Line> lines_ = {
      {kT, "a", 0, 0}, {kT + 1'000'000'000, "<b>", 0, 1}, {kT + 2'000'000'000, "c", 1, 0}};
};

class LokiApi : public ApiTest {
 protected:
  LokiApi() : engine_(&logs_, &clock_) {
    api::LokiQueryDeps deps;
    deps.engine = &engine_;
    deps.clock = &clock_;
    api::RegisterLokiQuery(&router_, deps);
    api::RegisterLokiLabels(&router_, {&logs_, &clock_});
  }
  std::string RangeTarget(std::vector<std::pair<std::string, std::string>> params) {
    params.emplace_back("start", std::to_string(kT - 1'000'000'000));
    params.emplace_back("end", std::to_string(kT + 90'000'000'000));
    return Target("/loki/api/v1/query_range", params);
  }
  // The reply up to its statistics.
  static std::string BeforeStats(const Response& response) {
    return response.body.substr(0, response.body.find(",\"stats\":"));
  }
  FakeLogs logs_;
  logql::Engine engine_;
};

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
  EXPECT_EQ(Get("/loki/api/v1/nope").status, 404);
}

TEST(LokiParams, ReadsTimes) {
  const struct {
    const char* text;
    int64_t ns;
  } cases[] = {{"1795226940", kT},
               {"4000000000", 4'000'000'000'000'000'000},
               {"9999999999", INT64_MAX},  // past the last nanosecond there is
               {"1795226940.500", kT + 500'000'000},
               {"1795226940000000000", kT},
               {"1.79522694e18", kT},
               {"2026-11-21T02:09:00.000000001Z", kT + 1},
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
  const auto none = api::ReadLokiRange(Params::Parse(""), kT);
  EXPECT_EQ(none->start_ns, kT - kHour);
  EXPECT_EQ(none->end_ns, kT);
  EXPECT_EQ(api::ReadLokiRange(Params::Parse("since=5m"), kT)->start_ns, kT - kHour / 12);
  // An end in the future does not move the start there.
  EXPECT_EQ(api::ReadLokiRange(Params::Parse("end=4000000000"), kT)->start_ns, kT - kHour);
  EXPECT_EQ(api::ReadLokiRange(Params::Parse("end=100000"), kT)->start_ns,
            100'000'000'000'000 - kHour);
  EXPECT_FALSE(api::ReadLokiRange(Params::Parse("since=x"), kT).ok());
}

TEST(LokiEncoding, FlagsAreEchoedAsSent) {
  EXPECT_FALSE(api::ParseLokiEncoding("").categorize);
  EXPECT_TRUE(api::ParseLokiEncoding("a,categorize-labels").categorize);
  EXPECT_FALSE(api::ParseLokiEncoding("a, categorize-labels").categorize);
}

}  // namespace
}  // namespace vedette::test
