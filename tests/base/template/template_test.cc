#include "base/template/template.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "base/template/format.h"

namespace vedette::base::tmpl {
namespace {

using Missing = Value::Missing;

Value Data() {
  Value::Map labels{{"instance", Value("node1:9100")}, {"job", Value("node")}};
  Value::Map any{{"n", Value(3)}};
  Value::Map root{{"Labels", Value::FromMap(labels, Missing::kEmptyString)},
                  {"Any", Value::FromMap(any, Missing::kNull)},
                  {"List", Value::FromList({Value("a"), Value("b"), Value("c")})},
                  {"Empty", Value::FromList({})},
                  {"Value", Value(0.953)},
                  {"Big", Value(1234567.0)},
                  {"Yes", Value(true)}};
  return Value::FromMap(root, Missing::kError);
}

Functions TestFunctions() {
  Functions f;
  f["double"] = {1, 1, [](std::span<const Value> args) -> StatusOr<Value> {
                   return Value(args[0].as_double() * 2);
                 }};
  f["fail"] = {
      0, 1, [](std::span<const Value>) -> StatusOr<Value> { return InvalidArgument("as asked"); }};
  f["upper"] = {1, 1, [](std::span<const Value> args) -> StatusOr<Value> {
                  return Value(args[0].ToText() + "!");
                }};
  return f;
}

StatusOr<std::string> Render(std::string_view source, const Limits& limits = {}) {
  const auto parsed = Template::Parse("t", source, TestFunctions(), limits);
  if (!parsed.ok()) return parsed.status();
  return parsed->Execute(Data());
}

TEST(Template, RendersWhatGoRenders) {
  const struct {
    std::string_view source, want;
  } cases[] = {
      {"plain", "plain"},
      {"{{.Labels.instance}} is down", "node1:9100 is down"},
      {"{{$x := .Labels}}{{$x.job}}", "node"},
      {"{{.Labels.nothing}}|{{.Any.nothing}}", "|<no value>"},
      {"a {{- 1 -}} b", "a1b"},
      {"a {{/* not shown */}}b", "a b"},
      {"a {{- /* trims */ -}} b", "ab"},
      {"{{if .Yes}}y{{else}}n{{end}}", "y"},
      {"{{if .Empty}}y{{else if eq 1 1}}e{{else}}n{{end}}", "e"},
      {"{{with .Labels}}{{.job}}{{else}}none{{end}}", "node"},
      {"{{with .Empty}}x{{else}}none{{end}}", "none"},
      {"{{range .List}}[{{.}}]{{end}}", "[a][b][c]"},
      {"{{range $i, $v := .List}}{{$i}}{{$v}}{{end}}", "0a1b2c"},
      {"{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}}", "instance=node1:9100;job=node;"},
      {"{{range .Empty}}x{{else}}empty{{end}}", "empty"},
      {"{{range .List}}{{if eq . \"b\"}}{{break}}{{end}}{{.}}{{end}}", "a"},
      {"{{range .List}}{{if eq . \"b\"}}{{continue}}{{end}}{{.}}{{end}}", "ac"},
      {"{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", "2"},
      {"{{define \"d\"}}<{{.}}>{{end}}{{template \"d\" .Value}}", "<0.953>"},
      {"{{block \"b\" 7}}({{.}}){{end}}", "(7)"},
      {"{{.Value | double}}", "1.906"},
      {"{{double .Value | printf \"%.1f\"}}", "1.9"},
      {"{{(index .List 1) | upper}}", "b!"},
      {"{{printf \"%s-%d-%5.2f|%-4s|%04d|%x|%q|%v\" \"a\" 7 3.14159 \"b\" 42 255 \"q\" true}}",
       "a-7- 3.14|b   |0042|ff|\"q\"|true"},
      {"{{printf \"%d\" \"a\"}}", "%!d(string=a)"},
      {"{{printf \"%d %d\" 1}}", "1 %!d(MISSING)"},
      {"{{print 1 2 \"a\" 3}}{{println \"x\" 1}}", "1 2a3x 1\n"},
      {"{{len .List}}{{len \"abc\"}}{{len .Labels}}", "332"},
      {"{{and 1 0 2}}{{or 0 \"\" \"x\"}}{{not 1}}", "0xfalse"},
      {"{{and false (fail)}}", "false"},
      {"{{eq 1 2 3 1}}{{ne \"a\" \"b\"}}{{lt 1 2}}{{le 2 2}}{{gt 1.5 1.0}}{{ge 1 2}}",
       "truetruetruetruetruefalse"},
      {"{{html \"<a href='x'>&\"}}", "&lt;a href=&#39;x&#39;&gt;&amp;"},
      {"{{urlquery \"a b&c=é\"}}", "a+b%26c%3D%C3%A9"},
      {"{{slice \"abcdef\" 1 3}}", "bc"},
      {"{{.Big}} {{1e6}} {{0x10}} {{'a'}} {{`raw\\n`}} {{\"t\\t\"}}",
       "1.234567e+06 1e+06 16 97 raw\\n t\t"},
      {"{{.List}} {{.Labels}}", "[a b c] map[instance:node1:9100 job:node]"},
      {"{{ $.Labels.job }}", "node"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.source);
    const auto got = Render(c.source);
    ASSERT_TRUE(got.ok()) << Message(got.status());
    EXPECT_EQ(*got, c.want);
  }
}

TEST(Template, ErrorsNamePlaceAndCause) {
  const struct {
    std::string_view source, want;
  } cases[] = {
      {"a\n{{.Labels", "template: t:2: unclosed action"},
      {"{{if .Yes}}x", "template: t:1: unexpected EOF"},
      {"{{end}}", "template: t:1: unexpected {{end}}"},
      {"{{else}}", "template: t:1: unexpected {{else}}"},
      {"{{nope 1}}", "template: t:1: function \"nope\" not defined"},
      {"{{$x}}", "template: t:1: undefined variable \"$x\""},
      {"{{\"abc}}", "template: t:1: unterminated quoted string"},
      {"{{/* x}}", "template: t:1: unclosed comment"},
      {"{{(1}}", "template: t:1: unclosed left paren"},
      {"{{1)}}", "template: t:1: unexpected right paren"},
      {"{{}}", "template: t:1: missing value for command"},
      {"{{1 | }}", "template: t:1: missing value for command"},
      {"{{break}}", "template: t:1: {{break}} outside {{range}}"},
      {"{{1 | 2}}", "template: t:1: non executable command in pipeline stage 2"},
      {"{{.Value.x}}",
       "template: t:1:8: executing \"t\" at <.Value.x>: can't evaluate field x in type float64"},
      {"x\n {{$v := .Labels}}{{$v.job.y}}",
       "template: t:2:22: executing \"t\" at <$v.job.y>: can't evaluate field y in type string"},
      {"{{.Nothing}}",
       "template: t:1:2: executing \"t\" at <.Nothing>: can't evaluate field Nothing in type "
       "struct"},
      {"{{fail}}", "template: t:1:2: executing \"t\" at <fail>: error calling fail: as asked"},
      {"{{double}}",
       "template: t:1:2: executing \"t\" at <double>: wrong number of args for double: want 1 got "
       "0"},
      {"{{eq 1 1.0}}",
       "template: t:1:2: executing \"t\" at <eq 1 1.0>: error calling eq: "
       "incompatible types for comparison"},
      {"{{index .List 9}}",
       "template: t:1:2: executing \"t\" at <index .List 9>: error calling "
       "index: index out of range: 9"},
      {"{{template \"x\"}}",
       "template: t:1:2: executing \"t\" at <{{template \"x\"}}>: template "
       "\"x\" not defined"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.source);
    const auto got = Render(c.source);
    ASSERT_FALSE(got.ok()) << *got;
    EXPECT_EQ(Message(got.status()), c.want);
  }
}

TEST(Template, DepthIsBounded) {
  std::string parens = "{{";
  for (int i = 0; i < 5000; ++i) parens += "(";
  parens += "1";
  for (int i = 0; i < 5000; ++i) parens += ")";
  EXPECT_FALSE(Render(parens + "}}").ok());
  std::string blocks;
  for (int i = 0; i < 5000; ++i) blocks += "{{if 1}}";
  for (int i = 0; i < 5000; ++i) blocks += "{{end}}";
  EXPECT_FALSE(Render(blocks).ok());
  EXPECT_FALSE(Render("{{define \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}").ok());
}

TEST(Template, TextThatGrowsIsBounded) {
  std::string source = "{{$x := \"0123456789\"}}";
  for (int i = 0; i < 60; ++i) source += "{{$x = printf \"%s%s\" $x $x}}";
  const auto got = Render(source);
  EXPECT_EQ(got.status().code(), absl::StatusCode::kResourceExhausted) << got.status();
}

// `list` gives many items and costs a step: what functions do with them is charged.
TEST(Template, ListsThatGrowAreBounded) {
  std::string printed = "{{print";
  std::string kept;
  for (int i = 0; i < 100; ++i) printed += " .List";
  for (int i = 0; i < 100; ++i) kept += "{{$x" + std::to_string(i) + " := slice .List 0}}";
  Limits small;
  small.max_made_bytes = 1000;
  for (const std::string& source : {printed + "}}", kept}) {
    EXPECT_TRUE(absl::IsResourceExhausted(Render(source, small).status())) << source;
    EXPECT_TRUE(Render(source).ok()) << source;
  }
}

TEST(Template, OutputAndStepsAreBounded) {
  Limits small;
  small.max_output_bytes = 10;
  EXPECT_TRUE(absl::IsResourceExhausted(Render("{{range .List}}12345{{end}}", small).status()));
  Limits few;
  few.max_steps = 100;
  EXPECT_TRUE(absl::IsResourceExhausted(Render("{{range 1000}}{{end}}", few).status()));
  EXPECT_LT(Sprintf("%999999999d", std::vector<Value>{Value(1)}).size(), 2000u);
}

TEST(Template, FloatsPrintAsGoPrintsThem) {
  const struct {
    double v;
    std::string_view want;
  } cases[] = {{0, "0"},
               {1, "1"},
               {100000, "100000"},
               {1e6, "1e+06"},
               {0.0001, "0.0001"},
               {0.00001, "1e-05"},
               {1.5e300, "1.5e+300"},
               {-2.5, "-2.5"},
               {INFINITY, "+Inf"},
               {-INFINITY, "-Inf"},
               {NAN, "NaN"}};
  for (const auto& c : cases) EXPECT_EQ(FloatText(c.v), c.want);
}

}  // namespace
}  // namespace vedette::base::tmpl
