// What stages do to a line, as tables: the pipeline, the line, and what it comes to.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/strings.h"
#include "collector/logql/parse/parser.h"
#include "collector/logql/pipeline.h"

namespace vedette::logql {
namespace {

// "LINE | name=value ..." of a line that is kept, parsed labels sorted; "dropped"; or the error.
std::string Play(const std::string& stages, std::string_view line) {
  const auto expr = Parse("{app=\"web\"} " + stages);
  if (!expr.ok()) return std::string(base::Message(expr.status()));
  auto pipeline = Pipeline::Make(std::get<LogQuery>((*expr)->node));
  if (!pipeline.ok()) return std::string(base::Message(pipeline.status()));
  const model::Labels stream{{"app", "web"}};
  const model::Labels metadata{{"trace", "t1"}};
  if (!pipeline->Process({1'700'000'000'000'000'000, line, &stream, &metadata})) return "dropped";
  std::string text = base::Concat({pipeline->line(), " |"});
  if (pipeline->LeavesLabels()) return text;
  for (const auto& [name, value] : pipeline->labels().Parsed()) {
    text += base::Concat({" ", name, "=", value});
  }
  return text;
}

struct StageCase {
  const char* stages;
  const char* line;
  const char* want;
};

void Check(std::initializer_list<StageCase> cases) {
  for (const StageCase& test : cases) {
    EXPECT_EQ(Play(test.stages, test.line), test.want) << test.stages << " over " << test.line;
  }
}

TEST(LogqlStages, LineFiltersKeepWhatTheyFind) {
  Check({
      {"|= \"b\" or \"x\"", "abc", "abc |"},
      {"!= \"b\" or \"x\"", "abc", "dropped"},
      {"|~ \"^a.c$\"", "abc", "abc |"},
      {"!~ \"z|b\"", "abc", "dropped"},
      {"|> \"<_>b<_>\"", "abc", "abc |"},
      {"|> \"a <_>\"", "abc", "dropped"},
      {"|> \"<_>bc\"", "abc", "abc |"},
      {"!> \"<_>abc\"", "abc", "abc |"},
      {"|> \"<a>\"", "abc", "named captures are not allowed: found '<a>'"},
      {"|= ip(\"10.0.0.0/8\")", "from 10.1.2.3:80", "from 10.1.2.3:80 |"},
      {"|= ip(\"10.0.0.0/8\") or \"x\"", "from 11.1.2.3 x", "from 11.1.2.3 x |"},
      {"!= ip(\"2001:db8::/32\")", "to [2001:db8::1]", "dropped"},
      {"|= ip(\"1.2.3.4-1.2.3.9\")", "1.2.3.10", "dropped"},
      {"|~ ip(\"1.2.3.4\")", "1.2.3.4", "ip: invalid operation"},
      {"|= ip(\"1.2.3\")", "1.2.3", "ip: invalid pattern: \"1.2.3\""},
  });
}

TEST(LogqlStages, JsonMakesLabelsOfWhatItCanRead) {
  Check({
      {"| json", R"({"a":{"b":1e3,"c":[1]},"d":null,"e f":"x\u00e9"})",
       R"({"a":{"b":1e3,"c":[1]},"d":null,"e f":"x\u00e9"} | a_b=1e3 e_f=xé)"},
      {"| json", R"({"app":"x","trace":"y","a":1,"a":2})",
       R"({"app":"x","trace":"y","a":1,"a":2} | a=1 app_extracted=x trace_extracted=y)"},
      {"| json", R"({"a":1,"b":"x)",
       R"({"a":1,"b":"x | __error__=JSONParserErr __error_details__=Value is string, but can't )"
       R"(find closing '"' symbol a=1)"},
      {"| json a=\"b[1].c\", d, e=\"[\\\"f g\\\"]\"", R"({"b":[0,{"c":"x"}],"f g":{"h":1}})",
       R"({"b":[0,{"c":"x"}],"f g":{"h":1}} | a=x d= e={"h":1})"},
      {"| json a=\"b..c\"", "{}", "cannot parse expression [b..c]: unexpected char ."},
      {"| unpack", R"({"_entry":"the line","pod":"p"})", "the line | pod=p"},
      {"| unpack", R"({"pod":"p"})", R"({"pod":"p"} |)"},
  });
}

TEST(LogqlStages, LogfmtSkipsOrReportsWhatItCannotRead) {
  Check({
      {"| logfmt", "a=1 b=\"x \\\"y\\\"\" c= d ü=2",
       "a=1 b=\"x \\\"y\\\"\" c= d ü=2 | _=2 a=1 b=x \"y\""},
      {"| logfmt --keep-empty", "c= d", "c= d | c= d="},
      {"| logfmt", "a=1 b=\"x", "a=1 b=\"x | a=1"},
      {"| logfmt --strict", "a=1 b=\"x",
       "a=1 b=\"x | __error__=LogfmtParserErr __error_details__=logfmt syntax error at pos 9 : "
       "unterminated quoted value a=1"},
      {"| logfmt x=\"a\", y", "a=1 b=2", "a=1 b=2 | x=1 y="},
  });
}

TEST(LogqlStages, CapturesNameWhatTheyFind) {
  Check({
      {"| regexp \"(?P<m>[A-Z]+) (?P<p>/\\\\S*)?\"", "GET x", "GET x | m=GET p="},
      {"| regexp \"(?P<m>[A-Z]+)\"", "get", "get |"},
      {"| pattern \"<ip> - <_> [<at>]\"", "1.2.3.4 - me [now] x",
       "1.2.3.4 - me [now] x | at=now ip=1.2.3.4"},
      {"| pattern \"[<a>] <b>\"", "x [y] z", "x [y] z |"},
  });
}

TEST(LogqlStages, LabelFiltersReadNumbersDurationsAndSizes) {
  Check({
      {"| logfmt | n > 1.5", "n=2", "n=2 | n=2"},
      {"| logfmt | d <= 250ms and s >= 1KiB", "d=0.25s s=1,024",
       "d=0.25s s=1,024 | d=0.25s s=1,024"},
      {"| logfmt | n > 1", "n=x",
       "n=x | __error__=LabelFilterErr __error_details__=strconv.ParseFloat: parsing \"x\": "
       "invalid syntax n=x"},
      {"| logfmt | n > 1 | __error__=\"\"", "n=x", "dropped"},
      {"| nope > 1", "x", "dropped"},
      {"| nope != \"1\"", "x", "x |"},
      {"| logfmt | a = ip(\"2001:db8::/32\")", "a=2001:db8::1", "a=2001:db8::1 | a=2001:db8::1"},
      {"| trace=\"t1\" app=\"web\"", "x", "x |"},
  });
}

TEST(LogqlStages, FormatsAndDropsChangeLabelsAndLines) {
  Check({
      {"| logfmt | line_format `{{.a | ToUpper}}-{{.nope}}`", "a=x", "X- | a=x"},
      {"| line_format `{{__line__ | len}} {{__timestamp__ | unixEpoch}}`", "abc", "3 1700000000 |"},
      {"| logfmt | label_format b=a, c=`{{.a}}{{.b}}`", "a=x", "a=x | b=x c=x"},
      {"| label_format app=`{{.app}}2`", "x", "x | app=web2"},
      {"| label_format __error__=`x`", "x", "__error__ cannot be formatted"},
      {"| label_format a=`x`, a=b", "x",
       "multiple label name 'a' not allowed in a single format operation"},
      {"| line_format `{{.a`", "x", "invalid line template: template: line:1: unclosed action"},
      {"| logfmt | drop a=~\"x.*\", b", "a=xy b=1 c=2", "a=xy b=1 c=2 | c=2"},
      {"| logfmt | keep c", "a=xy b=1 c=2", "a=xy b=1 c=2 | c=2"},
      {"| decolorize", "\x1b[31mred\x1b[0m", "red |"},
      {"| decolorize |= \"31m\"", "\x1b[31mred\x1b[0m", "red |"},
  });
}

TEST(LogqlStages, ALineOfThousandsOfFieldsTakesItsLength) {
  std::string line = "{\"z\":0";
  for (int i = 0; i < 20'000; ++i) line += base::Concat({",\"k", std::to_string(i), "\":", "1"});
  line += "}";
  EXPECT_EQ(Play("| json | drop a, b=\"c\" | json | keep k19999 | line_format `x`", line),
            "x | k19999=1");
}

}  // namespace
}  // namespace vedette::logql
