#include "collector/logql/template/line_template.h"

#include <gtest/gtest.h>

namespace vedette::logql {
namespace {

using base::tmpl::Value;

base::StatusOr<std::string> Fill(std::string_view source) {
  const auto made = LineTemplate::Parse("line", source);
  if (!made.ok()) return made.status();
  return made->Execute({"the line", 1'700'000'000'123'456'789},
                       {{"a", Value("Hello")}, {"d", Value("1h2m3.5s")}, {"n", Value("-3.5")}});
}

TEST(LineTemplate, FunctionsAnswerAsLokis) {
  const struct {
    std::string_view source, want;
  } cases[] = {
      {"{{.a}}{{.nope}}", "Hello"},
      {"{{ ToUpper .a }}{{ lower .a }}{{ title \"ab cd\" }}", "HELLOhelloAb Cd"},
      {"{{ upper \"\u00e9\u0451\u03c3\" }}", "\u00c9\u0401\u03a3"},
      {"{{ Trim .a \"Ho\" }}|{{ TrimLeft .a \"H\" }}|{{ TrimRight .a \"o\" }}", "ell|ello|Hell"},
      {"{{ trimAll \"$\" \"$5$\" }}{{ trimPrefix \"H\" .a }}{{ TrimSuffix .a \"lo\" }}",
       "5elloHel"},
      {"{{ Replace .a \"l\" \"L\" 1 }}{{ replace \"l\" \"\" .a }}", "HeLloHeo"},
      {"{{ Replace \"ab\" \"\" \"-\" -1 }}", "-a-b-"},
      {"{{ trunc 3 .a }}{{ trunc -2 .a }}{{ substr 1 3 .a }}{{ substr -1 2 .a }}", "HelloelHe"},
      {"{{ alignLeft 7 .a }}|{{ alignRight 7 .a }}|{{ alignLeft 2 .a }}", "Hello  |  Hello|He"},
      {"{{ indent 2 \"a\\nb\" }}{{ nindent 1 \"c\" }}", "  a\n  b\n c"},
      {"{{ repeat 3 \"ab\" }}{{ contains \"ell\" .a }}{{ hasPrefix \"x\" .a }}", "abababtruefalse"},
      {"{{ b64enc .a }} {{ b64dec \"SGk=\" }} {{ b64dec \"!\" }}",
       "SGVsbG8= Hi illegal base64 data at input byte 0"},
      {"{{ urlencode \"a b/\" }} {{ urldecode \"a%20b+c\" }}", "a+b%2F a b c"},
      {"{{ regexReplaceAll \"(l+)\" .a \"<$1>\" }} {{ regexReplaceAllLiteral \"l\" .a \"$1\" }}",
       "He<ll>o He$1$1o"},
      {"{{ count \"l\" .a }}", "2"},
      {"{{ add 1 2 3 }} {{ sub 5 2 }} {{ mul 2 3 }} {{ div 7 2 }} {{ mod 7 4 }}", "6 3 6 3 3"},
      {"{{ max 1 3 2 }} {{ min 3 1 }} {{ maxf 1 2.5 }} {{ minf 1 2.5 }}", "3 1 2.5 1"},
      {"{{ addf 1.1 2.2 }} {{ subf 5 0.1 }} {{ mulf 1.1 1.1 }} {{ divf 7 2 }}", "3.3 4.9 1.21 3.5"},
      {"{{ ceil 1.2 }} {{ floor 1.8 }} {{ round 1.2345 2 }} {{ int .n }} {{ float64 .n }}",
       "2 1 1.23 -3 -3.5"},
      {"{{ duration .d }} {{ duration_seconds \"90s\" }} {{ bytes \"2KiB\" }}", "3723.5 90 2048"},
      {"{{ __timestamp__ | date \"2006-01-02T15:04:05.000Z07:00\" }}", "2023-11-14T22:13:20.123Z"},
      {"{{ __timestamp__ }}", "2023-11-14 22:13:20.123456789 +0000 UTC"},
      {"{{ unixToTime \"1700000000\" | unixEpochMillis }} {{ __timestamp__ | unixEpochNanos }}",
       "1700000000000 1700000000123456789"},
      {"{{ toDate \"2006-01-02\" \"2024-02-29\" | unixEpoch }}", "1709164800"},
      {"{{ toDateInZone \"2006-01-02 15:04\" \"America/New_York\" \"2024-02-29 10:00\" | unixEpoch "
       "}}",
       "1709218800"},
      {"{{ default \"x\" .nope }}{{ default \"x\" .a }}", "xHello"},
      {"{{ range $i, $e := fromJson \"[1,{\\\"b\\\":2}]\" }}{{$i}}={{$e}};{{ end }}",
       "0=1;1=map[b:2];"},
      {"{{ (fromJson \"{\\\"b\\\":{\\\"c\\\":true}}\").b.c }}", "true"},
      {"{{ __line__ | len }}", "8"},
  };
  for (const auto& test : cases) {
    const auto got = Fill(test.source);
    ASSERT_TRUE(got.ok()) << test.source << got.status();
    EXPECT_EQ(*got, test.want) << test.source;
  }
}

TEST(LineTemplate, ErrorsAreGos) {
  const struct {
    std::string_view source, want;
  } cases[] = {
      {"{{ duration \"x\" }}",
       "template: line:1:3: executing \"line\" at <duration \"x\">: error "
       "calling duration: time: invalid duration \"x\""},
      {"{{ substr 3 9 \"ab\" }}",
       "template: line:1:3: executing \"line\" at <substr 3 9 \"ab\">: "
       "error calling substr: runtime error: slice bounds out of range "
       "[3:2]"},
      {"{{ trunc .a \"x\" }}",
       "template: line:1:9: executing \"line\" at <.a>: wrong type for "
       "value; expected int; got string"},
      {"{{ div 1 0 }}",
       "template: line:1:3: executing \"line\" at <div 1 0>: error calling div: "
       "runtime error: integer divide by zero"},
      {"{{ nope .a }}", "template: line:1: function \"nope\" not defined"},
      {"{{ unixEpoch .a }}",
       "template: line:1:13: executing \"line\" at <.a>: wrong type for value; "
       "expected time.Time; got string"},
  };
  for (const auto& test : cases) EXPECT_EQ(base::Message(Fill(test.source).status()), test.want);
}

TEST(LineTemplate, WhatALineBecomesIsBounded) {
  for (const char* source :
       {"{{ repeat 999999999 .a }}", "{{ range $i := 1000000 }}x{{ end }}",
        "{{ $x := repeat 100000 .a }}{{ range $i := 100 }}{{ replace \"l\" \"lll\" $x }}{{ end }}",
        "{{ define \"t\" }}{{ template \"t\" }}{{ end }}{{ template \"t\" }}",
        "{{ regexReplaceAll \"\" (repeat 1000000 \"a\") (repeat 1000000 \"b\") }}",
        "{{ $l := fromJson (printf \"[%s0]\" (repeat 400000 \"0,\")) }}{{ print $l $l $l $l }}",
        "{{ alignLeft 999999999 .a }}", "{{ printf \"%999999999d\" 1 | repeat 99999 }}"}) {
    EXPECT_FALSE(Fill(source).ok()) << source;
  }
}

// None of them takes time by the product of two texts' sizes: together these would take an hour.
TEST(LineTemplate, LongTextsAreTakenInOneWalk) {
  const std::string half = "(repeat 500000 \"a\")";
  const struct {
    std::string source, want;
  } cases[] = {
      {"{{ Trim " + half + " (print (repeat 500000 \"b\") \"a\") }}", ""},
      {"{{ contains (print " + half + " \"b\") (print " + half + " " + half + ") }}", "false"},
      {"{{ len (replace (print " + half + " \"b\") \"\" (print " + half + " " + half + ")) }}",
       "1000000"},
  };
  for (const auto& test : cases) {
    const auto got = Fill(test.source);
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(*got, test.want) << test.source;
  }
}

}  // namespace
}  // namespace vedette::logql
