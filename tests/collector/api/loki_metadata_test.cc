#include <boost/json.hpp>
#include <map>
#include <string>
#include <vector>

#include "collector/api/field_table.h"
#include "collector/api/pattern_miner.h"
#include "tests/collector/api/loki_fixture.h"

// Loki's endpoints that tell of logs without giving them: volumes, labels and fields found,
// patterns, limits.

namespace vedette::test {
namespace {

using base::http::Response;

class LokiMetadata : public LokiApi {
 protected:
  // What a path answers about these streams between kLokiT - 1 s and kLokiT + 90 s.
  Response AskLoki(const std::string& path,
                   std::vector<std::pair<std::string, std::string>> params) {
    params.emplace_back("start", std::to_string(kLokiT - 1'000'000'000));
    params.emplace_back("end", std::to_string(kLokiT + 90'000'000'000));
    return Get(Target("/loki/api/v1/" + path, params));
  }
};

TEST_F(LokiMetadata, VolumeIsToldByTheLabelsThatTheSelectorNames) {
  logs_.volumes_ = {{model::Labels{{"app", "g1"}, {"env", "prod"}}, {304}},
                    {model::Labels{{"app", "g2"}, {"env", "dev"}}, {400}},
                    {model::Labels{{"app", "g2"}, {"env", "prod"}}, {60}}};
  EXPECT_EQ(BeforeStats(AskLoki("index/volume", {{"query", "{app=~\".+\"}"}})),
            R"({"status":"success","data":{"resultType":"vector","result":[)"
            R"({"metric":{"app":"g2"},"value":[1795227030,"460"]},)"
            R"({"metric":{"app":"g1"},"value":[1795227030,"304"]}])");
  EXPECT_EQ(logs_.asked_.step_ns, 0);
  EXPECT_EQ(
      BeforeStats(AskLoki("index/volume", {{"query", "{app=~\".+\"}"}, {"targetLabels", "env"}})),
      R"({"status":"success","data":{"resultType":"vector","result":[)"
      R"({"metric":{"env":"dev"},"value":[1795227030,"400"]},)"
      R"({"metric":{"env":"prod"},"value":[1795227030,"364"]}])");
  EXPECT_EQ(BeforeStats(AskLoki("index/volume",
                                {{"query", "{}"}, {"aggregateBy", "labels"}, {"limit", "1"}})),
            R"({"status":"success","data":{"resultType":"vector","result":[)"
            R"({"metric":{"app":""},"value":[1795227030,"764"]}])");
  // Of streams that lack what is asked for there is no volume.
  EXPECT_EQ(
      BeforeStats(AskLoki("index/volume", {{"query", "{app=\"g1\"}"}, {"targetLabels", "pod"}})),
      R"({"status":"success","data":{"resultType":"vector","result":[])");
}

TEST_F(LokiMetadata, StepsOfAVolumeEndAMillisecondBeforeTheNext) {
  logs_.volumes_ = {{model::Labels{{"app", "g1"}}, {0, 5, 7}},
                    {model::Labels{{"app", "g2"}}, {0, 9, 0}}};
  EXPECT_EQ(
      BeforeStats(AskLoki("index/volume_range", {{"query", "{app=~\".+\"}"}, {"step", "60s"}})),
      R"({"status":"success","data":{"resultType":"matrix","result":[)"
      R"({"metric":{"app":"g1"},"values":[[1795226999.999,"5"],[1795227030,"7"]]},)"
      R"({"metric":{"app":"g2"},"values":[[1795226999.999,"9"]]}])");
  EXPECT_EQ(logs_.asked_.step_ns, 60'000'000'000);
  // As Loki has it where no series has two.
  EXPECT_EQ(BeforeStats(AskLoki("index/volume_range", {{"query", "{app=\"g2\"}"}, {"step", "60"}})),
            R"({"status":"success","data":{"resultType":"vector","result":[)"
            R"({"metric":{"app":"g2"},"value":[1795226999.999,"9"]}])");
}

TEST_F(LokiMetadata, BadVolumesArePlainText) {
  const struct {
    std::vector<std::pair<std::string, std::string>> params;
    const char* text;
  } cases[] = {
      {{}, "parse error : syntax error: unexpected $end"},
      {{{"query", "{app=\"a\"}"}, {"limit", "0"}},
       "limit: found \"0\"; allowed are numbers above zero"},
      {{{"query", "{app=\"a\"}"}, {"aggregateBy", "day"}},
       "aggregateBy: found \"day\"; allowed are series and labels"},
      {{{"query", "{app=\"a\"}"}, {"step", "0"}}, "zero or negative query resolution step widths"},
      {{{"query", "{app="}}, "parse error at line 1"},
  };
  for (const auto& c : cases) {
    const Response response = AskLoki("index/volume_range", c.params);
    EXPECT_EQ(response.status, 400) << c.text;
    EXPECT_EQ(response.headers.Get("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_NE(response.body.find(c.text), std::string::npos) << response.body;
  }
  logs_.volumes_ = base::ResourceExhausted("too many streams and steps");
  EXPECT_EQ(AskLoki("index/volume", {{"query", "{app=\"a\"}"}}).body, "too many streams and steps");
}

TEST_F(LokiMetadata, DetectedLabelsAreBareAndLeaveOutNumbersAndIds) {
  EXPECT_EQ(
      AskLoki("detected_labels", {}).body,
      R"({"detectedLabels":[{"label":"app","cardinality":2},{"label":"env","cardinality":1}]})");
  EXPECT_EQ(AskLoki("detected_labels", {{"query", "{app=\"g1\"}"}}).body,
            R"({"detectedLabels":[{"label":"app","cardinality":1}]})");
  logs_.streams_ = {
      model::Labels{{"build", "17"}, {"pod", "1"}},
      model::Labels{{"build", "1.5"}, {"id", "5b8efff7-9803-8103-d269-b633813fc60c"}}};
  EXPECT_EQ(AskLoki("detected_labels", {}).body,
            R"({"detectedLabels":[{"label":"pod","cardinality":1}]})");
  EXPECT_EQ(AskLoki("detected_labels", {{"query", "{app="}}).status, 400);
}

TEST_F(LokiMetadata, DetectedFieldsOfJsonAndMetadata) {
  logs_.lines_ = {{kLokiT, R"({"a":{"b c":"x"},"größe":5,"n":1})", 0, 0}, {kLokiT + 1, R"({"n":2})", 0, 1}};
  EXPECT_EQ(
      AskLoki("detected_fields", {{"query", "{app=\"g1\"}"}}).body,
      R"({"fields":[)"
      R"({"label":"a_b_c","type":"string","cardinality":1,"parsers":["json"],"jsonPath":["a","b c"]},)"
      R"({"label":"gr__e","type":"int","cardinality":1,"parsers":["json"],"jsonPath":["größe"]},)"
      R"({"label":"n","type":"int","cardinality":2,"parsers":["json"],"jsonPath":["n"]},)"
      R"({"label":"trace_id","type":"string","cardinality":1,"parsers":null}],"limit":1000})");
  EXPECT_EQ(AskLoki("detected_field/n/values", {{"query", "{app=\"g1\"}"}, {"limit", "1"}}).body,
            R"({"values":["1"],"limit":1})");
  EXPECT_EQ(AskLoki("detected_field/none/values", {{"query", "{app=\"g1\"}"}}).body,
            R"({"values":[],"limit":1000})");
  // One line, the newest.
  EXPECT_EQ(
      AskLoki("detected_fields", {{"query", "{app=\"g1\"}"}, {"line_limit", "1"}, {"limit", "1"}})
          .body,
      R"({"fields":[{"label":"trace_id","type":"string","cardinality":1,"parsers":null}],"limit":1})");
}

TEST_F(LokiMetadata, BadFieldRequestsArePlainText) {
  const struct {
    std::string query, limit;
    const char* text;
  } cases[] = {
      {"", "1", "parse error"},
      {"{app=\"g1\"}", "-1", "limit: found \"-1\"; allowed are numbers above zero"},
      {"rate({app=\"g1\"}[1m])", "1", "only log queries have detected fields"},
  };
  for (const auto& c : cases) {
    const Response response = AskLoki("detected_fields", {{"query", c.query}, {"limit", c.limit}});
    EXPECT_EQ(response.status, 400);
    EXPECT_NE(response.body.find(c.text), std::string::npos) << response.body;
  }
}

TEST(FieldTable, AValuesTypeIsGos) {
  const std::pair<const char*, const char*> cases[] = {
      {"1", "int"},        {"-7", "int"},      {"1.5", "float"},     {"1e3", "float"},
      {"true", "boolean"}, {"F", "boolean"},   {"1.5s", "duration"}, {"2ms", "duration"},
      {"10kB", "bytes"},   {"5 MiB", "bytes"}, {"x", "string"},      {"", "string"},
      {"yes", "string"},
  };
  for (const auto& [value, type] : cases) EXPECT_EQ(api::TypeOfValue(value), type) << value;
}

TEST_F(LokiMetadata, PatternsCountLinesBySteps) {
  logs_.lines_.clear();
  for (int i = 0; i < 12; ++i) {
    logs_.lines_.push_back({kLokiT + i * 5'000'000'000,
                            "took " + std::to_string(i) + "ms to send " + (i % 2 ? "this" : "that"),
                            0, 0});
  }
  EXPECT_EQ(AskLoki("patterns", {{"query", "{app=\"g1\"}"}, {"step", "30s"}}).body,
            R"({"status":"success","data":[{"pattern":"took <_> to send <_>",)"
            R"("samples":[[1795226940,6],[1795226970,6]]}]})");
  // Steps are not shorter than Loki's.
  EXPECT_NE(
      AskLoki("patterns", {{"query", "{app=\"g1\"} |= \"that\""}, {"step", "1s"}})
          .body.find(
              R"("pattern":"took <_> to send that","samples":[[1795226940,1],[1795226950,1])"),
      std::string::npos);
  EXPECT_EQ(AskLoki("patterns", {{"query", "rate({app=\"g1\"}[1m])"}}).status, 400);
  EXPECT_EQ(AskLoki("patterns", {{"query", ""}}).status, 400);
  EXPECT_EQ(AskLoki("patterns", {{"query", "{app=\"none\"}"}}).body,
            R"({"status":"success","data":[]})");
}

std::map<std::string, uint64_t> Mined(const std::vector<std::string>& lines, size_t max = 100) {
  api::PatternMiner miner(1, max);
  for (const std::string& line : lines) miner.Add("", 0, line);
  EXPECT_LE(miner.patterns(), max);
  std::map<std::string, uint64_t> found;
  for (const api::LinePattern& pattern : miner.Take()) found[pattern.pattern] = pattern.total;
  return found;
}

TEST(PatternMiner, ValuesAreAnyTextAndWordsStay) {
  EXPECT_EQ(Mined({"10.0.0.1:80 GET /a", "10.0.0.2:81 GET /a", "10.0.0.2:81 PUT /a"}),
            (std::map<std::string, uint64_t>{{"<_> GET /a", 2}, {"<_> PUT /a", 1}}));
  EXPECT_EQ(Mined({R"(level=info dur=1.5s n=1)", R"(level=info dur=20.5s n=2)"}),
            (std::map<std::string, uint64_t>{{"level=info dur=<_> n=<_>", 2}}));
  EXPECT_EQ(Mined({"2026-11-21 12:30:45.123 started", "2026-11-21 12:30:46.001 started"}),
            (std::map<std::string, uint64_t>{{"<_> <_> started", 2}}));
  EXPECT_TRUE(Mined({""}).empty());
}

TEST(PatternMiner, MemoryIsBoundedAndTheFrequentStay) {
  std::vector<std::string> lines;
  const std::string letters = "abcdefghij";
  for (int i = 0; i < 1000; ++i) {
    std::string word;
    for (int n = i; word.size() < 4; n /= 10) word += letters[n % 10];
    lines.push_back(word + " alone");
    lines.push_back("often seen");
  }
  lines.push_back(std::string(100'000, ' '));
  const auto found = Mined(lines, 20);
  EXPECT_EQ(found.at("often seen"), 1000u);
}

TEST_F(LokiMetadata, FormatQueryPrintsOrSaysWhyNotInJson) {
  EXPECT_EQ(Get(Target("/loki/api/v1/format_query",
                       {{"query", "sum by(app)(rate({app=\"a\"}|=\"x\"[5m]))"}}))
                .body,
            R"x({"status":"success","data":"sum by (app)(rate({app=\"a\"} |= \"x\"[5m]))"})x");
  const Response bad = Get(Target("/loki/api/v1/format_query", {{"query", "{a="}}));
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.headers.Get("Content-Type"), "application/json");
  EXPECT_EQ(bad.body, R"({"status":"invalid-query","error":"parse error at line 1, col 4: )"
                      R"(syntax error: unexpected $end, expecting STRING"})");
}

TEST_F(LokiMetadata, DrilldownReadsLimits) {
  const boost::json::value limits = boost::json::parse(Get("/loki/api/v1/drilldown-limits").body);
  EXPECT_EQ(limits.at("version").as_string(), "3.7.6");
  EXPECT_TRUE(limits.at("pattern_ingester_enabled").as_bool());
  EXPECT_EQ(limits.at("limits").at("retention_period").as_string(), "7776000s");
  EXPECT_EQ(limits.at("limits").at("max_entries_limit_per_query").to_number<int>(), 5000);
  EXPECT_TRUE(limits.at("limits").at("volume_enabled").as_bool());
  EXPECT_EQ(limits.at("limits").at("discover_service_name").as_array().front().as_string(),
            "service");
  EXPECT_EQ(limits.at("limits").at("log_level_fields").as_array().front().as_string(), "level");
}

TEST_F(LokiMetadata, ThereAreNoRulesOfLokisOwn) {
  EXPECT_EQ(Get("/prometheus/api/v1/rules").body,
            R"({"status":"success","data":{"groups":[]},"errorType":"","error":""})");
  EXPECT_EQ(Get("/prometheus/api/v1/alerts").body,
            R"({"status":"success","data":{"alerts":[]},"errorType":"","error":""})");
  EXPECT_EQ(Get("/loki/api/v1/rules").body, "{}\n");
  EXPECT_EQ(Get("/api/prom/rules").body, "{}\n");
}

}  // namespace
}  // namespace vedette::test
