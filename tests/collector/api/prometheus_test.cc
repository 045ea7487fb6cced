#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/telemetry.h"
#include "collector/api/prometheus_params.h"
#include "collector/api/prometheus_reply.h"
#include "tests/collector/api/api_fixture.h"

namespace vedette::test {
namespace {

using api::SeriesFilter;
using base::http::Response;
using base::http::Scope;

// Two series with samples each minute up to now.
class FakeMetrics final : public promql::Queryable, public api::MetricsView {
 public:
  base::Status Select(const promql::SelectRequest& request, const Visit& visit) const override {
    for (const model::Labels& labels : all_) {
      if (!model::MatchesAll(request.matchers, labels)) continue;
      model::SeriesSamples series;
      series.labels = labels;
      for (int64_t t = 1'795'226'340'000; t <= 1'795'226'940'000; t += 60'000) {
        if (t < request.min_ms || t > request.max_ms) continue;
        series.timestamps_ms.push_back(t);
        series.values.push_back(static_cast<double>(t % 600'000) / 1000);
      }
      if (!series.values.empty()) VEDETTE_RETURN_IF_ERROR(visit(std::move(series)));
    }
    return base::Status();
  }
  base::StatusOr<std::vector<std::string>> LabelNames(const SeriesFilter& filter) const override {
    if (!error_.ok()) return error_;
    std::vector<std::string> names;
    for (const model::Labels& labels : Matching(filter)) {
      for (const auto& label : labels) names.emplace_back(label.name);
    }
    return Finish(std::move(names), filter.limit);
  }
  base::StatusOr<std::vector<std::string>> LabelValues(std::string_view name,
                                                       const SeriesFilter& filter) const override {
    std::vector<std::string> values;
    for (const model::Labels& labels : Matching(filter)) {
      if (labels.Has(name)) values.emplace_back(labels.Get(name));
    }
    return Finish(std::move(values), filter.limit);
  }
  base::StatusOr<std::vector<model::Labels>> Series(const SeriesFilter& filter) const override {
    return Finish(Matching(filter), filter.limit);
  }
  base::Status error_;

 private:
  std::vector<model::Labels> Matching(const SeriesFilter& filter) const {
    std::vector<model::Labels> found;
    for (const model::Labels& labels : all_) {
      if (model::MatchesAll(filter.matchers, labels)) found.push_back(labels);
    }
    return found;
  }
  template <typename T>
  static std::vector<T> Finish(std::vector<T> values, size_t limit) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    if (limit != 0 && values.size() > limit) values.resize(limit);
    return values;
  }
  const std::vector<model::Labels> all_ = {
      model::Labels{{"__name__", "up"}, {"job", "a"}},
      model::Labels{{"__name__", "up"}, {"job", "b"}, {"my.label", "x"}}};
};

class FakeExemplars final : public api::ExemplarsView {
 public:
  base::StatusOr<std::vector<api::ExemplarsInfo>> Exemplars(
      const std::vector<std::vector<model::Matcher>>& selectors, int64_t min_ms,
      int64_t max_ms) const override {
    if (!error_.ok()) return error_;
    std::vector<api::ExemplarsInfo> out;
    for (const auto& [series, exemplar] : all_) {
      const bool asked = std::any_of(
          selectors.begin(), selectors.end(),
          [&series = series](const auto& matchers) { return model::MatchesAll(matchers, series); });
      const bool in_time = exemplar.time_ms >= min_ms && exemplar.time_ms <= max_ms;
      if (asked && in_time) out.push_back({series, {exemplar}});
    }
    return out;
  }
  base::Status error_;
  const std::vector<std::pair<model::Labels, model::Exemplar>> all_ = {
      {model::Labels{{"__name__", "a"}, {"foo", "boo"}}, {model::Labels{{"id", "abc"}}, 10, 1000}},
      {model::Labels{{"__name__", "b"}}, {model::Labels{{"id", "lul"}}, 0.5, 3500}}};
};

class PrometheusApi : public ApiTest {
 protected:
  PrometheusApi() : engine_({}, &clock_) {
    api::RegisterPrometheusQuery(&router_, {&engine_, &metrics_, &clock_});
    api::RegisterPrometheusParse(&router_, {});
    api::RegisterPrometheusExemplars(&router_, &exemplars_);
    api::RegisterPrometheusLabels(&router_, {&metrics_});
  }
  FakeMetrics metrics_;
  FakeExemplars exemplars_;
  promql::Engine engine_;
};

TEST_F(PrometheusApi, EachResultTypeHasItsShape) {
  const struct {
    const char* query;
    const char* data;
  } cases[] = {
      {"1+1", R"({"resultType":"scalar","result":[4,"2"]})"},
      {"\"text\"", R"({"resultType":"string","result":[4,"text"]})"},
      {"vector(1)/0", R"({"resultType":"vector","result":[{"metric":{},"value":[4,"+Inf"]}]})"},
      {"vector(1e-7)", R"({"resultType":"vector","result":[{"metric":{},"value":[4,"1e-07"]}]})"},
      {"nope", R"({"resultType":"vector","result":[]})"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.query);
    const Response response = Get(Target("/api/v1/query", {{"query", c.query}, {"time", "4"}}));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, std::string(R"({"status":"success","data":)") + c.data + "}");
    EXPECT_EQ(response.headers.Get("Content-Type"), "application/json");
  }
}

TEST_F(PrometheusApi, InstantDefaultsToNowAndFormEqualsGet) {
  const Response get = Get(Target("/api/v1/query", {{"query", "up{job=\"a\"}"}}));
  EXPECT_EQ(get.body, R"({"status":"success","data":{"resultType":"vector","result":[{"metric":)"
                      R"({"__name__":"up","job":"a"},"value":[1795226940,"540"]}]}})");
  EXPECT_EQ(PostForm("/api/v1/query", "query=up%7Bjob%3D%22a%22%7D").body, get.body);
}

TEST_F(PrometheusApi, RangeIsAMatrix) {
  const Response response = Get(Target("/api/v1/query_range", {{"query", "up{job=\"a\"}"},
                                                               {"start", "1795226880"},
                                                               {"end", "2026-11-21T02:09:00Z"},
                                                               {"step", "30s"}}));
  EXPECT_EQ(response.body,
            R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":)"
            R"({"__name__":"up","job":"a"},"values":[[1795226880,"480"],[1795226910,"480"],)"
            R"([1795226940,"540"]]}]}})");
}

TEST_F(PrometheusApi, BadQueriesSayWhatIsWrong) {
  const struct {
    std::string target;
    int status;
    const char* type;
    const char* text;
  } cases[] = {
      {Target("/api/v1/query", {{"query", "up{"}}), 400, "bad_data",
       R"(invalid parameter \"query\": 1:4: parse error)"},
      {Target("/api/v1/query", {}), 400, "bad_data", R"(invalid parameter \"query\")"},
      {Target("/api/v1/query", {{"query", "up"}, {"time", "abc"}}), 400, "bad_data",
       R"(invalid parameter \"time\": invalid time value for 'time': cannot parse \"abc\" to a )"},
      {Target("/api/v1/query", {{"query", "up"}, {"limit", "-1"}}), 400, "bad_data",
       "limit must be non-negative"},
      {Target("/api/v1/query", {{"query", "up"}, {"timeout", "x"}}), 400, "bad_data",
       R"(invalid parameter \"timeout\")"},
      {Target("/api/v1/query", {{"query", "up + on() up"}}), 422, "execution", "many-to-many"},
      {Target("/api/v1/query_range",
              {{"query", "up"}, {"start", "2"}, {"end", "1"}, {"step", "1"}}),
       400, "bad_data", "end timestamp must not be before start time"},
      {Target("/api/v1/query_range",
              {{"query", "up"}, {"start", "1"}, {"end", "2"}, {"step", "0"}}),
       400, "bad_data", "zero or negative query resolution step widths are not accepted"},
      {Target("/api/v1/query_range", {{"query", "up"}, {"start", "1"}, {"end", "2"}}), 400,
       "bad_data", R"(invalid parameter \"step\": cannot parse \"\" to a valid duration)"},
      {Target("/api/v1/query_range",
              {{"query", "up"}, {"start", "0"}, {"end", "11001"}, {"step", "1"}}),
       400, "bad_data", "exceeded maximum resolution of 11,000 points per timeseries"},
      {"/api/v1/series", 400, "bad_data", "no match[] parameter provided"},
      {Target("/api/v1/series", {{"match[]", "{job=~\".*\"}"}}), 400, "bad_data", "non-empty"},
      {Target("/api/v1/labels", {{"start", "x"}}), 400, "bad_data",
       R"(invalid parameter \"start\")"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.target);
    const Response response = Get(c.target);
    EXPECT_EQ(response.status, c.status);
    EXPECT_NE(response.body.find(std::string(R"("status":"error","errorType":")") + c.type),
              std::string::npos)
        << response.body;
    EXPECT_NE(response.body.find(c.text), std::string::npos) << response.body;
  }
}

TEST_F(PrometheusApi, ElevenThousandPointsAreAllowed) {
  EXPECT_EQ(Get(Target("/api/v1/query_range",
                       {{"query", "up"}, {"start", "0"}, {"end", "11000"}, {"step", "1"}}))
                .status,
            200);
}

TEST_F(PrometheusApi, LimitCutsAndWarns) {
  EXPECT_EQ(Get(Target("/api/v1/query", {{"query", "up"}, {"limit", "2"}})).body.find("warnings"),
            std::string::npos);
  for (const std::string& target :
       {Target("/api/v1/query", {{"query", "up"}, {"limit", "1"}}),
        Target("/api/v1/labels", {{"limit", "2"}}),
        Target("/api/v1/series", {{"match[]", "up"}, {"limit", "1"}})}) {
    EXPECT_NE(Get(target).body.find(R"("warnings":["results truncated due to limit"])"),
              std::string::npos)
        << target;
  }
}

TEST_F(PrometheusApi, LabelsValuesAndSeries) {
  EXPECT_EQ(Get("/api/v1/labels").body,
            R"({"status":"success","data":["__name__","job","my.label"]})");
  EXPECT_EQ(PostForm("/api/v1/labels", "match[]=up%7Bjob%3D%22a%22%7D").body,
            R"({"status":"success","data":["__name__","job"]})");
  EXPECT_EQ(Get("/api/v1/label/job/values").body, R"({"status":"success","data":["a","b"]})");
  EXPECT_EQ(Get("/api/v1/label/U__my_2e_label/values").body,
            R"({"status":"success","data":["x"]})");
  EXPECT_EQ(
      Get(Target("/api/v1/series", {{"match[]", "{job=\"b\"}"}, {"match[]", "{job=\"a\"}"}})).body,
      R"({"status":"success","data":[{"__name__":"up","job":"a"},)"
      R"({"__name__":"up","job":"b","my.label":"x"}]})");
  EXPECT_EQ(Call({"POST", "/api/v1/label/job/values", {}, ""}).status, 405);
}

TEST_F(PrometheusApi, StorageErrorsKeepTheirKind) {
  metrics_.error_ = base::Internal("broken");
  EXPECT_EQ(Get("/api/v1/labels").status, 500);
  metrics_.error_ = base::Unavailable("busy");
  EXPECT_EQ(Get("/api/v1/labels").status, 503);
  metrics_.error_ = base::ResourceExhausted("too much");
  EXPECT_EQ(Get("/api/v1/labels").status, 422);
}

TEST_F(PrometheusApi, ExemplarsOfEverySelectorAreFound) {
  const std::string a = R"({"seriesLabels":{"__name__":"a","foo":"boo"},"exemplars":[)"
                        R"({"labels":{"id":"abc"},"value":"10","timestamp":1}]})";
  const std::string b = R"({"seriesLabels":{"__name__":"b"},"exemplars":[)"
                        R"({"labels":{"id":"lul"},"value":"0.5","timestamp":3.5}]})";
  const auto ask = [this](const std::string& query, const std::string& start = "0",
                          const std::string& end = "4") {
    return Get(
        Target("/api/v1/query_exemplars", {{"query", query}, {"start", start}, {"end", end}}));
  };
  const auto data = [](const std::string& list) {
    return R"({"status":"success","data":[)" + list + "]}";
  };
  EXPECT_EQ(ask("a{foo=\"boo\"} - b").body, data(a + "," + b));
  EXPECT_EQ(ask("sum(rate((b)[5m:1m])) + topk(scalar(b), -b)").body, data(b));
  EXPECT_EQ(ask("a or b", "2").body, data(b));
  EXPECT_EQ(ask("1").body, data(""));
  EXPECT_EQ(PostForm("/api/v1/query_exemplars", "query=a").body, data(a));
  EXPECT_EQ(ask("a", "5").status, 400);
  EXPECT_EQ(ask("a", "x").status, 400);
  EXPECT_EQ(ask("a{").status, 400);
  exemplars_.error_ = base::Internal("generic");
  EXPECT_EQ(ask("a").status, 500);
}

TEST_F(PrometheusApi, QueriesAreFormatted) {
  EXPECT_EQ(Get(Target("/api/v1/format_query", {{"query", "foo/bar"}})).body,
            R"({"status":"success","data":"foo / bar"})");
}

// Each operation of a chain is indented a level more than the next.
TEST_F(PrometheusApi, QueriesThatGrowTooMuchAreNotFormatted) {
  const auto chain = [this](int operators) {
    std::string text = "aaaaaaaaaaaaaaaaaaaa";
    for (int i = 0; i < operators; ++i) text += "+aaaaaaaaaaaaaaaaaaaa";
    return Get(Target("/api/v1/format_query", {{"query", text}}));
  };
  EXPECT_EQ(chain(1000).status, 200);
  EXPECT_EQ(chain(4000).status, 400);
  EXPECT_EQ(chain(4000).body,
            R"({"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": )"
            R"(expression is nested too deeply to be laid out: its lines would begin with more )"
            R"(than 4194304 bytes of spaces"})");
}

class NewerTrees : public test::ApiTest {
 protected:
  NewerTrees() { api::RegisterPrometheusParse(&router_, promql::ParserOptions::All()); }
  std::string Tree(const std::string& query) {
    return Get(test::Target("/api/v1/parse_query", {{"query", query}})).body;
  }
};

TEST_F(NewerTrees, SayHowRangesEndAndWhatFills) {
  const std::string tree =
      Tree("rate(a[(step() + 1m) * 2] smoothed offset -2m) + fill_right(0.5) b");
  for (const char* part :
       {R"("anchored":false)", R"("smoothed":true)", R"("fillValues":{"lhs":null,"rhs":0.5})",
        R"("offset":-120000,"offsetExpr":null)",
        R"("range":0,"rangeExpr":{"lhs":{"lhs":)"
        R"({"lhs":null,"op":"step","rhs":null,"type":"durationExpr","wrapped":false},"op":"+",)"
        R"("rhs":{"duration":true,"type":"numberLiteral","val":"60"},"type":"durationExpr",)"
        R"("wrapped":true},"op":"*","rhs":{"duration":false,"type":"numberLiteral","val":"2"},)"
        R"("type":"durationExpr","wrapped":false})"}) {
    EXPECT_NE(tree.find(part), std::string::npos) << part << " in " << tree;
  }
}

TEST_F(NewerTrees, OfAThousandOperandsInARowAreWritten) {
  std::string query = "a";
  for (int i = 1; i < 1000; ++i) query += " + a";
  const std::string tree = Tree(query);
  EXPECT_EQ(std::count(tree.begin(), tree.end(), '{'), std::count(tree.begin(), tree.end(), '}'));
  EXPECT_NE(tree.find(R"("op":"+")"), std::string::npos);
}

TEST(PrometheusParams, ReadsTimesAndDurations) {
  EXPECT_EQ(*api::ParseTimeMs("123"), 123'000);
  EXPECT_EQ(*api::ParseTimeMs("123.123"), 123'123);
  EXPECT_EQ(*api::ParseTimeMs("1543578564.705"), 1'543'578'564'705);
  EXPECT_EQ(*api::ParseTimeMs("2015-06-03T13:21:58.555Z"), 1'433'337'718'555);
  EXPECT_EQ(*api::ParseTimeMs("2015-06-03T14:21:58.555+01:00"), 1'433'337'718'555);
  EXPECT_EQ(*api::ParseTimeMs("-292273086-05-16T16:47:06Z"), INT64_MIN);
  for (const char* bad : {"", "abc", "30s", "NaN", "Inf", "1e300", "2015-02-30T00:00:00Z",
                          "2015-06-03T13:21:58", "2015-06-03T13:21:58.Z"}) {
    EXPECT_FALSE(api::ParseTimeMs(bad).ok()) << bad;
  }
  EXPECT_EQ(*api::ParseDurationParamMs("123.333"), 123'333);
  EXPECT_EQ(*api::ParseDurationParamMs("15s"), 15'000);
  EXPECT_EQ(*api::ParseDurationParamMs("5m"), 300'000);
  for (const char* bad : {"", "abc", "2015-06-03T13:21:58.555Z", "-148966367200.372", "NaN"}) {
    EXPECT_FALSE(api::ParseDurationParamMs(bad).ok()) << bad;
  }
}

TEST(PrometheusParams, UnescapesNames) {
  EXPECT_EQ(api::UnescapeLabelName("job"), "job");
  EXPECT_EQ(api::UnescapeLabelName("U__a_2e_b__c"), "a.b_c");
  EXPECT_EQ(api::UnescapeLabelName("U___20ac_"), "\u20ac");
  for (const char* broken : {"U__a_2e", "U__a_zz_", "U__a_1234567_", "U__a_110000_"}) {
    EXPECT_EQ(api::UnescapeLabelName(broken), broken);
  }
}

class FakeTargets final : public api::TargetsView {
 public:
  std::vector<api::PoolInfo> Pools() const override { return {{"node", 3}, {"empty", 0}}; }
  std::optional<std::vector<model::Relabeler>> RelabelRules(std::string_view pool) const override {
    if (pool != "node") return std::nullopt;
    model::RelabelRule name;
    name.source_labels = {"__address__"};
    name.regex = "(.*):.*";
    name.target_label = "host";
    model::RelabelRule drop;
    drop.action = model::RelabelAction::kDrop;
    drop.source_labels = {"host"};
    drop.regex = "d";
    model::RelabelRule last;
    last.target_label = "last";
    last.replacement = "x";
    return std::vector<model::Relabeler>{*model::Relabeler::Make(name),
                                         *model::Relabeler::Make(drop),
                                         *model::Relabeler::Make(last)};
  }
  std::vector<api::TargetInfo> Active() const override {
    api::TargetInfo target;
    target.pool = "node";
    target.labels = model::Labels{{"instance", "h:9100"}, {"job", "node"}};
    target.discovered = model::Labels{{"__address__", "h:9100"}};
    target.url = url_;
    target.health = "down";
    target.last_error = "connection refused";
    target.last_scrape_ms = 1'795'226'940'500;
    target.last_duration_seconds = 0.25;
    target.interval_ms = 15'000;
    target.timeout_ms = 10'000;
    return {target};
  }
  std::vector<api::DroppedTargetInfo> Dropped() const override {
    return {{"node", model::Labels{{"__address__", "d:1"}}}};
  }
  std::vector<api::MetadataInfo> Metadata() const override {
    const model::Labels node{{"job", "node"}};
    return {{"up", {"gauge", "h1", ""}, node},
            {"up", {"gauge", "h1", ""}},
            {"up", {"gauge", "h2", ""}, node},
            {"go", {"counter", "h", "seconds"}, model::Labels{{"job", "x"}}}};
  }
  std::string url_ = "http://h:9100/metrics";
};

class TargetsApi : public ApiTest {
 protected:
  TargetsApi() {
    api::RegisterPrometheusTargets(
        &router_, {&targets_, "https://front:443", 9090, {"https://front:443/api/v2/alerts"}});
    api::RegisterRelabelSteps(&router_, &targets_);
  }
  FakeTargets targets_;
};

TEST_F(TargetsApi, ShowsActiveAndDropped) {
  EXPECT_EQ(
      Get("/api/v1/targets").body,
      R"({"status":"success","data":{"activeTargets":[{"discoveredLabels":{"__address__":"h:9100"},)"
      R"("labels":{"instance":"h:9100","job":"node"},"scrapePool":"node",)"
      R"("scrapeUrl":"http://h:9100/metrics","globalUrl":"http://h:9100/metrics",)"
      R"("lastError":"connection refused","lastScrape":"2026-11-21T02:09:00.5Z",)"
      R"("lastScrapeDuration":0.25,"health":"down","scrapeInterval":"15s","scrapeTimeout":"10s"}],)"
      R"("droppedTargets":[{"discoveredLabels":{"__address__":"d:1"},"scrapePool":"node"}],)"
      R"("droppedTargetCounts":{"empty":0,"node":3}}})");
  EXPECT_NE(Get("/api/v1/targets?state=Active")
                .body.find(R"("droppedTargets":[],"droppedTargetCounts":null)"),
            std::string::npos);
  EXPECT_NE(Get("/api/v1/targets?scrapePool=x").body.find(R"("activeTargets":[])"),
            std::string::npos);
}

TEST_F(TargetsApi, ListsPoolsAndAlertmanagers) {
  EXPECT_EQ(Get("/api/v1/scrape_pools").body,
            R"({"status":"success","data":{"scrapePools":["empty","node"]}})");
  EXPECT_EQ(Get("/api/v1/alertmanagers").body,
            R"({"status":"success","data":{"activeAlertmanagers":[)"
            R"({"url":"https://front:443/api/v2/alerts"}],"droppedAlertmanagers":[]}})");
}

TEST_F(TargetsApi, RelabelStepsEndWithTheRuleThatDrops) {
  const auto steps = [this](const std::string& pool, const std::string& labels) {
    return Get(Target("/api/v1/targets/relabel_steps", {{"scrapePool", pool}, {"labels", labels}}));
  };
  EXPECT_EQ(steps("node", R"({"__address__":"d:1"})").body,
            R"({"status":"success","data":{"steps":[{"rule":{"source_labels":["__address__"],)"
            R"("separator":";","regex":"(.*):.*","target_label":"host","replacement":"$1",)"
            R"("action":"replace"},"output":{"__address__":"d:1","host":"d"},"keep":true},)"
            R"({"rule":{"source_labels":["host"],"separator":";","regex":"d","replacement":"$1",)"
            R"("action":"drop"},"output":{},"keep":false}]}})");
  EXPECT_NE(steps("node", R"({"__address__":"h:1"})").body.find(R"("last":"x"},"keep":true}]}})"),
            std::string::npos);
  EXPECT_EQ(steps("", "{}").status, 400);
  EXPECT_EQ(steps("node", "").status, 400);
  EXPECT_EQ(steps("other", "{}").body,
            R"({"status":"error","errorType":"bad_data","error":)"
            R"("invalid parameter \"scrapePool\": there is no \"other\""})");
  for (const char* const wrong : {"[]", "{", R"({"a":1})"}) {
    EXPECT_EQ(steps("node", wrong).status, 400) << wrong;
  }
}

TEST_F(TargetsApi, LocalTargetsAreShownUnderTheHostsName) {
  const struct {
    const char* url;
    const char* shown;
  } cases[] = {{"http://h:9100/metrics", "http://h:9100/metrics"},
               {"http://localhost:9100/m?a=b", "http://front:9100/m?a=b"},
               {"http://[::1]:9100/m", "http://front:9100/m"},
               {"http://127.0.0.1:9090/metrics", "https://front:443/metrics"}};
  for (const auto& c : cases) {
    targets_.url_ = c.url;
    EXPECT_NE(Get("/api/v1/targets").body.find(std::string(R"("globalUrl":")") + c.shown + "\""),
              std::string::npos)
        << Get("/api/v1/targets").body;
  }
}

TEST_F(TargetsApi, MetadataOfTargetsIsFiltered) {
  const auto data = [this](const std::string& query) {
    const std::string body = Get("/api/v1/targets/metadata" + query).body;
    return body.substr(body.find("data") + 6);
  };
  const std::string up = R"({"target":{"job":"node"},"metric":"up","type":"gauge","unit":"",)";
  EXPECT_EQ(data("?match_target={job=\"node\"}"),
            "[" + up + R"("help":"h1"},)" + up + R"("help":"h2"}]})");
  EXPECT_EQ(data("?metric=go"),
            R"([{"target":{"job":"x"},"type":"counter","unit":"seconds","help":"h"}]})");
  EXPECT_EQ(data("?limit=0"), "[]}");
  // As upstream: looked at between targets.
  EXPECT_EQ(data("?limit=1"), "[" + up + R"("help":"h1"},)" + up + R"("help":"h2"}]})");
  EXPECT_EQ(data("?match_target={job=\"none\"}"), "[]}");
  EXPECT_EQ(Get("/api/v1/targets/metadata?limit=x").status, 400);
  EXPECT_EQ(Get("/api/v1/targets/metadata?match_target={").status, 400);
}

TEST_F(TargetsApi, MetadataIsOnceAFamily) {
  EXPECT_EQ(Get("/api/v1/metadata").body,
            R"({"status":"success","data":{"go":[{"type":"counter","unit":"seconds","help":"h"}],)"
            R"("up":[{"type":"gauge","unit":"","help":"h1"},)"
            R"({"type":"gauge","unit":"","help":"h2"}]}})");
  EXPECT_EQ(Get("/api/v1/metadata?metric=up&limit_per_metric=1").body,
            R"({"status":"success","data":{"up":[{"type":"gauge","unit":"","help":"h1"}]}})");
  EXPECT_EQ(Get("/api/v1/metadata?limit=0").body, R"({"status":"success","data":{}})");
  EXPECT_EQ(Get("/api/v1/metadata?limit=x").status, 400);
}

class FakeRules final : public api::RulesView {
 public:
  std::vector<api::RuleGroupInfo> Groups() const override {
    api::RuleAlertInfo alert;
    alert.labels = model::Labels{{"alertname", "HostDown"}};
    alert.state = "firing";
    alert.active_at_ms = 1'795'226'940'000;
    alert.value = 1;
    api::RuleInfo alerting;
    alerting.alerting = true;
    alerting.name = "HostDown";
    alerting.query = "up == 0";
    alerting.for_seconds = 120;
    alerting.labels = {{"severity", "critical"}};
    alerting.state = "firing";
    alerting.alerts = {alert};
    alerting.health = "ok";
    api::RuleInfo recording;
    recording.name = "job:up:sum";
    recording.query = "sum by (job) (up)";
    recording.last_evaluation_ms = 1'795'226'940'000;
    api::RuleGroupInfo group;
    group.name = "g";
    group.file = "f.yml";
    group.interval_seconds = 60;
    group.rules = {alerting, recording};
    if (!two_) return {group};
    api::RuleGroupInfo second = group;
    second.name = "g2";
    second.rules = {recording};
    return {group, second};
  }
  bool two_ = false;
};

class RulesApi : public ApiTest {
 protected:
  RulesApi() { api::RegisterPrometheusRules(&router_, &rules_); }
  FakeRules rules_;
};

constexpr char kAlertJson[] =
    R"({"labels":{"alertname":"HostDown"},"annotations":{},"state":"firing",)"
    R"("activeAt":"2026-11-21T02:09:00Z","value":"1e+00"})";

TEST_F(RulesApi, ShowsGroups) {
  EXPECT_EQ(
      Get("/api/v1/rules").body,
      std::string(R"({"status":"success","data":{"groups":[{"name":"g","file":"f.yml","rules":[)") +
          R"({"state":"firing","name":"HostDown","query":"up == 0","duration":120,)" +
          R"("keepFiringFor":0,"labels":{"severity":"critical"},"annotations":{},"alerts":[)" +
          kAlertJson +
          R"(],"health":"ok","evaluationTime":0,"lastEvaluation":"0001-01-01T00:00:00Z",)" +
          R"j("type":"alerting"},{"name":"job:up:sum","query":"sum by (job) (up)",)j" +
          R"("health":"unknown","evaluationTime":0,"lastEvaluation":"2026-11-21T02:09:00Z",)" +
          R"("type":"recording"}],"interval":60,"limit":0,"evaluationTime":0,)" +
          R"("lastEvaluation":"0001-01-01T00:00:00Z"}]}})");
}

TEST_F(RulesApi, Filters) {
  const auto has = [&](const std::string& query, const std::string& name) {
    return Get("/api/v1/rules?" + query).body.find("\"name\":\"" + name + "\"") !=
           std::string::npos;
  };
  EXPECT_TRUE(has("type=alert", "HostDown"));
  EXPECT_FALSE(has("type=alert", "job:up:sum"));
  EXPECT_FALSE(has("type=record", "HostDown"));
  EXPECT_FALSE(has("rule_name[]=x", "g"));
  EXPECT_TRUE(has("rule_group[]=g&file[]=f.yml", "g"));
  EXPECT_FALSE(has("match[]={severity=\"warning\"}", "g"));
  EXPECT_TRUE(has("match[]={severity=\"critical\"}", "HostDown"));
  EXPECT_NE(Get("/api/v1/rules?exclude_alerts=true").body.find(R"("alerts":null)"),
            std::string::npos);
  EXPECT_EQ(Get("/api/v1/rules?type=x").status, 400);
}

TEST_F(RulesApi, GroupsComeInPages) {
  rules_.two_ = true;
  const auto page = [this](const std::string& query, std::string* next) {
    const std::string body = Get("/api/v1/rules?" + query).body;
    const size_t token = body.find(R"("groupNextToken":")");
    *next = token == std::string::npos ? "" : body.substr(token + 18, 40);
    return body.find(R"("name":"g2")") != std::string::npos  ? 2
           : body.find(R"("name":"g")") != std::string::npos ? 1
                                                             : 0;
  };
  std::string next;
  EXPECT_EQ(page("group_limit=1", &next), 1);
  // SHA-1 of "f.yml;g2", as upstream's.
  EXPECT_EQ(next, "faeff4545e8b6bf330aece908b680eaa9a1ac232");
  EXPECT_EQ(page("group_limit=1&group_next_token=" + next, &next), 2);
  EXPECT_EQ(next, "");
  EXPECT_EQ(page("group_limit=2", &next), 2);
  EXPECT_EQ(next, "");
  // A group that the filters empty is not waited for.
  EXPECT_EQ(page("group_limit=1&rule_name[]=HostDown", &next), 1);
  EXPECT_EQ(next, "");
  for (const char* bad : {"group_limit=0", "group_limit=x", "group_next_token=x",
                          "group_limit=1&group_next_token=x", "exclude_alerts=x"}) {
    EXPECT_EQ(Get(std::string("/api/v1/rules?") + bad).status, 400) << bad;
  }
}

TEST_F(RulesApi, ListsAlerts) {
  EXPECT_EQ(Get("/api/v1/alerts").body,
            std::string(R"({"status":"success","data":{"alerts":[)") + kAlertJson + "]}}");
}

TEST_F(ApiTest, BuildInfoNamesNoFeatures) {
  api::BuildInfo build;
  build.version = "0.1.0";
  api::RegisterPrometheusBuildInfo(&router_, build, "3.5.3");
  api::RegisterLokiBuildInfo(&router_, build, "3.5.0");
  const Response prometheus = Get("/api/v1/status/buildinfo");
  EXPECT_NE(prometheus.body.find(R"("data":{"version":"3.5.3")"), std::string::npos);
  EXPECT_EQ(prometheus.body.find("features"), std::string::npos);
  EXPECT_EQ(Get("/loki/api/v1/status/buildinfo").body.find(R"({"version":"3.5.0")"), 0u);
}

TEST_F(ApiTest, HealthNeedsNoCredentialsAndReadyWaits) {
  bool ready = false;
  api::RegisterHealth(&router_, {[&] { return ready; }});
  EXPECT_EQ(Get("/-/healthy").status, 200);
  EXPECT_EQ(Get("/-/ready").status, 503);
  EXPECT_EQ(Get("/ready").status, 503);
  ready = true;
  EXPECT_EQ(Get("/-/ready").status, 200);
  EXPECT_EQ(Get("/ready").body, "ready\n");
  for (const char* path : {"/-/healthy", "/-/ready", "/ready"}) {
    EXPECT_EQ(RouteOf("HEAD", path).scope, Scope::kNone);
  }
}

TEST_F(ApiTest, MetricsPageSpeaksBothFormats) {
  base::Telemetry telemetry;
  telemetry.NewCounter("vedette_things_total", "Things.", {{"kind", "a\"b"}})->Add(3);
  api::RegisterMetricsPage(&router_, &telemetry);
  EXPECT_EQ(Get("/metrics").body,
            "# HELP vedette_things_total Things.\n# TYPE vedette_things_total counter\n"
            "vedette_things_total{kind=\"a\\\"b\"} 3\n");
  Ask ask{"GET", "/metrics", {}, ""};
  ask.headers.Set("Accept", "application/openmetrics-text;version=1.0.0");
  EXPECT_TRUE(Call(ask).body.ends_with("# EOF\n"));
}

}  // namespace
}  // namespace vedette::test
