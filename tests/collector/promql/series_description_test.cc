#include "collector/promql/series_description.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>

#include "collector/promql/histogram_text.h"
#include "collector/promql/lexer.h"
#include "collector/promql/series_lexer.h"
#include "corpus.h"
#include "tests/support/shared_dir.h"

namespace vedette::promql {
namespace {

TEST(SeriesDescription, VerdictsAndMessagesAreThoseRecorded) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/corpora/parser-cases.tsv");
  Tally tally("series descriptions");
  for (const char* kind : {"series", "histogram-series"}) {
    for (const ParserCase& c : ReadParserCases(path, kind)) {
      SCOPED_TRACE(c.query);
      tally.Next();
      const auto series = ParseSeriesDescription(c.query);
      EXPECT_EQ(series.ok(), c.valid_314) << series.status();
      if (series.ok() || c.parts_314.empty()) continue;
      EXPECT_EQ(base::Message(series.status()), c.parts_314.front());
    }
  }
  EXPECT_GT(tally.cases(), 20);
}

std::string KindName(const SeriesToken& token) {
  using K = SeriesTokenKind;
  if (token.kind == K::kKey) {
    static const std::map<std::string_view, std::string> kKeys = {{"sum", "SUM_DESC"},
                                                                  {"count", "COUNT_DESC"},
                                                                  {"schema", "SCHEMA_DESC"},
                                                                  {"buckets", "BUCKETS_DESC"}};
    return kKeys.at(token.text);
  }
  static const std::map<K, std::string> kNames = {{K::kError, "ERROR"},
                                                  {K::kSpace, "SPACE"},
                                                  {K::kAdd, "ADD"},
                                                  {K::kSub, "SUB"},
                                                  {K::kTimes, "TIMES"},
                                                  {K::kBlank, "BLANK"},
                                                  {K::kNumber, "NUMBER"},
                                                  {K::kIdentifier, "IDENTIFIER"},
                                                  {K::kOpenHistogram, "OPEN_HIST"},
                                                  {K::kCloseHistogram, "CLOSE_HIST"},
                                                  {K::kColon, "COLON"},
                                                  {K::kLeftBracket, "LEFT_BRACKET"},
                                                  {K::kRightBracket, "RIGHT_BRACKET"}};
  return kNames.at(token.kind);
}

// The metric by the lexer of expressions, the values by their own.
std::vector<FlatToken> SeriesTokensOf(const std::string& input) {
  const size_t end = input.find(' ');
  std::vector<FlatToken> out;
  Lexer metric(std::string_view(input).substr(0, end));
  for (Token t = metric.Next(); t.kind != TokenKind::kEnd; t = metric.Next()) {
    const char* kind = t.kind == TokenKind::kLeftBrace    ? "LEFT_BRACE"
                       : t.kind == TokenKind::kRightBrace ? "RIGHT_BRACE"
                                                          : "IDENTIFIER";
    out.push_back({kind, t.pos, std::string(t.text)});
  }
  SeriesLexer lexer(input, end);
  for (SeriesToken t = lexer.Next(); t.kind != SeriesTokenKind::kEnd; t = lexer.Next()) {
    const bool error = t.kind == SeriesTokenKind::kError;
    out.push_back({KindName(t), t.pos, error ? t.error : std::string(t.text)});
    if (error) break;
  }
  return out;
}

TEST(SeriesLexer, TokensAndPositionsAreThoseExpected) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/cases/lexer.json");
  const boost::json::value groups = boost::json::parse(test::ReadWholeFile(path));
  Tally tally("lexer cases of series");
  for (const boost::json::value& group : groups.as_array()) {
    for (const boost::json::value& c : group.at("tests").as_array()) {
      if (!c.as_object().contains("seriesDesc")) continue;
      const std::string input(c.at("input").as_string());
      SCOPED_TRACE(input);
      tally.Next();
      std::vector<FlatToken> wanted;
      for (const boost::json::value& want : c.at("expected").as_array()) {
        wanted.push_back({std::string(want.at(0).as_string()), want.at(1).as_int64(),
                          std::string(want.at(2).as_string())});
      }
      EXPECT_EQ(SeriesTokensOf(input), wanted);
    }
  }
  EXPECT_GT(tally.cases(), 5);
}

struct Example {
  const char* text;
  const char* items;  // as ItemsText
};

// Values with blanks between them, "_" where there is none.
std::string ItemsText(const SeriesDescription& series) {
  std::string out;
  for (const SeriesDescription::Item& item : series.items) {
    if (!out.empty()) out += ' ';
    if (!item.present) {
      out += '_';
    } else if (item.histogram != nullptr) {
      out += HistogramText(*item.histogram);
    } else {
      char shown[40];
      std::snprintf(shown, sizeof shown, "%g", item.value);
      out += shown;
    }
  }
  return out;
}

TEST(SeriesDescription, ItemsAreRepeatedAndStepped) {
  const Example kExamples[] = {
      {"a", ""},
      {"a 1 -2 +3.5 1e2", "1 -2 3.5 100"},
      {"a _ 1 _x3 2", "_ 1 _ _ _ 2"},
      {"a 1x2", "1 1 1"},
      {"a 1+2x2 5-1x1", "1 3 5 5 4"},
      {"a Inf -Inf NaN", "inf -inf nan"},
      {"a 0x3", "0 0 0 0"},
      {"{\"x.y\", b=\"c\"} 1_000 ", "1000"},
      {"a {{}}x1", "{{}} {{}}"},
      {"a {{schema:1 sum:-0.3 count:32.1 z_bucket:7.1 z_bucket_w:0.05 buckets:[5.1 10 7] offset:-3 "
       "n_buckets:[4.1 5] n_offset:-5}}",
       "{{schema:1 count:32.1 sum:-0.3 z_bucket:7.1 z_bucket_w:0.05 offset:-3 buckets:[5.1 10 7] "
       "n_offset:-5 n_buckets:[4.1 5]}}"},
      {"a {{sum:3 count:2 buckets:[2]}}+{{sum:1 count:1 buckets:[1]}}x1",
       "{{count:2 sum:3 buckets:[2]}} {{count:3 sum:4 buckets:[3]}}"},
      {"a {{schema:-53 custom_values:[1 2] buckets:[1 0 4] counter_reset_hint:gauge}}",
       "{{schema:-53 custom_values:[1 2] counter_reset_hint:gauge buckets:[1 0 4]}}"},
  };
  for (const Example& e : kExamples) {
    SCOPED_TRACE(e.text);
    const auto series = ParseSeriesDescription(e.text);
    ASSERT_TRUE(series.ok()) << series.status();
    EXPECT_EQ(ItemsText(*series), e.items);
  }
}

TEST(SeriesDescription, RepetitionIsBounded) {
  for (const char* text : {"a 1x99999999", "a _x1000001", "a 1x18446744073709551615",
                           "a {{}}x99999999", "a 1x99999999999999999999", "a 1x600000 1x600000"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(ParseSeriesDescription(text).ok());
  }
}

TEST(SeriesDescription, WhatPromtoolSaysOfBadValues) {
  const Example kExamples[] = {
      {"foo 1..2", "1:5: parse error: bad number syntax: \"1..\""},
      {"foo 1 foo",
       "1:7: parse error: unexpected identifier \"foo\" in series values, expected number or "
       "\"stale\""},
      {"foo 1x", "1:7: parse error: unexpected end of input in series values"},
      {"foo 1x-2", "1:7: parse error: unexpected <op:-> in series values"},
      {"foo $", "1:5: parse error: unexpected character in series sequence: '$'"},
      {"foo {{schema:1,}}", "1:15: parse error: histogram description incomplete unexpected: ','"},
      {"foo {{buckets:[1 2}}", "1:19: parse error: invalid character in buckets description: '}'"},
      {"foo 1 2 x3", "1:9: parse error: unexpected \"x\" in series values"},
      {"foo 1}", "1:6: parse error: unexpected character in series sequence: '}'"},
      {"foo{a=1} 1", "1:7: parse error: unexpected character inside braces: '1'"},
  };
  for (const Example& e : kExamples) {
    SCOPED_TRACE(e.text);
    const auto series = ParseSeriesDescription(e.text);
    ASSERT_FALSE(series.ok());
    EXPECT_EQ(base::Message(series.status()), e.items);
  }
}

TEST(ParseMetric, TakesLabelsAndNothingElse) {
  EXPECT_EQ(ParseMetric("up{a=\"b\"}")->ToString(), "{__name__=\"up\", a=\"b\"}");
  EXPECT_EQ(ParseMetric("{\"u.p\", a=\"b\",}")->ToString(), "{__name__=\"u.p\", a=\"b\"}");
  EXPECT_TRUE(ParseMetric("")->empty());
  EXPECT_TRUE(ParseMetric("{}")->empty());
  for (const char* text : {"up 1", "up{a=~\"b\"}", "up{a}", "up{a=\"b\"", "1"}) {
    EXPECT_FALSE(ParseMetric(text).ok()) << text;
  }
}

}  // namespace
}  // namespace vedette::promql
