#include <gtest/gtest.h>

#include <cmath>

#include "app/feature_flags.h"
#include "app/query_answer.h"
#include "app/query_print.h"
#include "app/query_request.h"

namespace vedette::app {
namespace {

TEST(QueryTime, TakesTimesAndWhatIsRelativeToNow) {
  constexpr int64_t kNow = 1'700'000'000'000;
  EXPECT_EQ(ParseQueryTime("now", kNow), kNow);
  EXPECT_EQ(ParseQueryTime("now-1h", kNow), kNow - 3'600'000);
  EXPECT_EQ(ParseQueryTime("-1h30m", kNow), kNow - 5'400'000);
  EXPECT_EQ(ParseQueryTime("1700000000.25", kNow), 1'700'000'000'250);
  EXPECT_EQ(ParseQueryTime("-5", kNow), -5'000);
  EXPECT_EQ(ParseQueryTime("2023-11-14T22:13:20Z", kNow), kNow);
  for (const char* text : {"", "now+1h", "nowish", "yesterday", "1h", "NaN", "1e300"}) {
    EXPECT_FALSE(ParseQueryTime(text, kNow)) << text;
  }
}

TEST(QueryAnswer, ReadsEachKindOfResult) {
  const auto vector = ParseQueryAnswer(
      R"({"status":"success","data":{"resultType":"vector","result":[)"
      R"({"metric":{"__name__":"up","job":"a"},"value":[1.5,"1"]},)"
      R"({"metric":{},"histogram":[2,{"count":"3","sum":"4","buckets":[[3,"-1","1","3"]]}]}]},)"
      R"("warnings":["w"],"infos":["i"]})");
  ASSERT_TRUE(vector.ok()) << vector.status();
  ASSERT_EQ(vector->series.size(), 2u);
  EXPECT_EQ(vector->series[0].labels.at("job"), "a");
  EXPECT_EQ(vector->series[0].points[0].time_ms, 1500);
  EXPECT_EQ(vector->series[1].points[0].text, "{count:3, sum:4, [-1,1]:3}");
  EXPECT_EQ(vector->warnings, std::vector<std::string>{"w"});
  EXPECT_EQ(vector->infos, std::vector<std::string>{"i"});

  const auto scalar = ParseQueryAnswer(
      R"({"status":"success","data":{"resultType":"scalar","result":[1,"+Inf"]}})");
  ASSERT_TRUE(scalar.ok());
  EXPECT_EQ(scalar->series[0].points[0].text, "+Inf");

  const auto error = ParseQueryAnswer(
      R"({"status":"error","errorType":"bad_data","error":"1:2: parse error: x"})");
  ASSERT_TRUE(error.ok());
  EXPECT_EQ(error->error, "1:2: parse error: x");

  for (const char* body : {"", "hello", "[]", "{}", R"({"status":"success"})",
                           R"({"status":"success","data":{"resultType":"vector","result":[1]}})",
                           R"({"status":"success","data":{"resultType":"scalar","result":[]}})"}) {
    EXPECT_FALSE(ParseQueryAnswer(body).ok()) << body;
  }
}

QueryAnswer TwoSeries(const char* type) {
  QueryAnswer answer;
  answer.result_type = type;
  AnswerSeries a;
  a.labels = {{"__name__", "up"}, {"host", "größe"}};
  a.points = {{0, "1", 1}, {1000, "3", 3}};
  AnswerSeries b;
  b.labels = {{"__name__", "up"}, {"zone", "x,\"y"}};
  b.points = {{0, "NaN", std::nan("")}, {1000, "2", 2}};
  answer.series = {a, b};
  return answer;
}

TEST(QueryTable, HasAColumnALabelByWidthNotBytes) {
  QueryAnswer answer = TwoSeries("vector");
  for (AnswerSeries& series : answer.series) series.points.resize(1);
  EXPECT_EQ(AnswerTable(answer, 0, 0, {}),
            "METRIC  host   zone  VALUE\n"
            "up      größe        1\n"
            "up             x,\"y  NaN\n");
}

TEST(QueryTable, RangesShowTheirCourse) {
  TableStyle style;
  style.sparkline_width = 3;
  EXPECT_EQ(AnswerTable(TwoSeries("matrix"), 0, 1000, style),
            "METRIC  host   zone  VALUES  LAST  MIN  MAX\n"
            "up      größe        ▁ █     3     1    3\n"
            "up             x,\"y    ▅     2     2    2\n");
}

TEST(QueryTable, NothingAndSingleValues) {
  QueryAnswer answer;
  answer.result_type = "vector";
  EXPECT_EQ(AnswerTable(answer, 0, 0, {}), "no series\n");
  answer.result_type = "scalar";
  answer.series.push_back({{}, {{0, "4", 4}}});
  EXPECT_EQ(AnswerTable(answer, 0, 0, {}), "4\n");
}

TEST(QueryCsv, QuotesWhatHasCommasAndQuotes) {
  EXPECT_EQ(AnswerCsv(TwoSeries("matrix")),
            "timestamp,value,__name__,host,zone\n"
            "0,1,up,größe,\n1,3,up,größe,\n"
            "0,NaN,up,,\"x,\"\"y\"\n1,2,up,,\"x,\"\"y\"\n");
}

TEST(Sparkline, SpreadsValuesBetweenTheLeastAndTheGreatest) {
  std::vector<AnswerPoint> points;
  for (int i = 0; i < 8; ++i) points.push_back({i * 1000, "", static_cast<double>(i)});
  EXPECT_EQ(Sparkline(points, 0, 7000, 8), "▁▂▃▄▅▆▇█");
  points.resize(2);
  EXPECT_EQ(Sparkline(points, 0, 7000, 8), "▁█      ");
  EXPECT_EQ(Sparkline({{0, "", 5}}, 0, 0, 2), "▅ ");
  EXPECT_EQ(Sparkline({{0, "", std::nan("")}}, 0, 1, 2), "  ");
}

TEST(ErrorPlace, PutsACaretUnderTheCharacter) {
  EXPECT_EQ(ErrorPlace("sum(rat(a))", "1:5: parse error: unknown function"),
            "  sum(rat(a))\n      ^\n");
  EXPECT_EQ(ErrorPlace("sum(\n  \"é\" + )", "invalid parameter \"query\": 2:10: parse error: x"),
            "    \"é\" + )\n          ^\n");
  EXPECT_EQ(ErrorPlace("", "unknown position: parse error: no expression found in input"), "");
  EXPECT_EQ(ErrorPlace("a", "query timed out"), "");
  EXPECT_EQ(ErrorPlace("a", "9:9: parse error: x"), "");
  EXPECT_EQ(ErrorPlace("a", "1:99: parse error: x"), "");
}

TEST(FeatureFlag, SetsWhatTheNamesStandFor) {
  FeatureFlag flag;
  promql::Engine::Options engine;
  flag.ApplyTo(&engine);
  EXPECT_FALSE(engine.parser.experimental_functions);
  EXPECT_FALSE(engine.parser.newer);

  flag.Set({"promql-experimental-functions, promql-duration-expr", "promql-delayed-name-removal",
            "native-histograms", "made-up"});
  flag.ApplyTo(&engine);
  EXPECT_TRUE(engine.parser.experimental_functions);
  EXPECT_TRUE(engine.parser.duration_expressions);
  EXPECT_TRUE(engine.delayed_name_removal);
  EXPECT_FALSE(engine.parser.newer);
  EXPECT_EQ(engine.level, promql::Level::kPrometheus35);
  EXPECT_EQ(flag.Unknown(), std::vector<std::string>{"made-up"});

  flag.Set({"promql-binop-fill-modifiers"});
  flag.ApplyTo(&engine);
  EXPECT_TRUE(engine.parser.newer);
  EXPECT_TRUE(engine.parser.fill_modifiers);
  EXPECT_FALSE(engine.parser.extended_range_selectors);
  EXPECT_FALSE(engine.parser.experimental_functions);
  EXPECT_EQ(engine.level, promql::Level::kPrometheus314);
}

}  // namespace
}  // namespace vedette::app
