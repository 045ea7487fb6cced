#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>

#include "ast_json.h"
#include "base/strings.h"
#include "collector/promql/lexer.h"
#include "collector/promql/parser.h"
#include "collector/promql/printer.h"
#include "corpus.h"
#include "tests/support/shared_dir.h"

// What Prometheus 3.5.3 was recorded to say about expressions, where the records are at hand.

namespace vedette::promql {
namespace {

// As the recorded server was started: all that 3.5.3 has behind flags.
ParserOptions Recorded() {
  ParserOptions options;
  options.experimental_functions = true;
  options.duration_expressions = true;
  return options;
}

TEST(ParserCorpus, VerdictsAndMessagesAreThoseOf35) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/corpora/parser-cases.tsv");
  Tally tally("parser cases, 3.5.3");
  for (const ParserCase& c : ReadParserCases(path, "expr")) {
    SCOPED_TRACE(c.query);
    tally.Next();
    const auto expr = ParseExpr(c.query, Recorded());
    EXPECT_EQ(expr.ok(), c.valid_35) << expr.status();
    // Without a place: upstream's parser had panicked.
    if (expr.ok() || c.message_35 == "unexpected error") continue;
    EXPECT_EQ(base::Message(expr.status()), c.message_35);
  }
  EXPECT_GT(tally.cases(), 200);
}

TEST(ParserCorpus, VerdictsAndMessagesAreThoseOf314) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/corpora/parser-cases.tsv");
  Tally tally("parser cases, 3.14");
  for (const ParserCase& c : ReadParserCases(path, "expr")) {
    SCOPED_TRACE(c.query);
    tally.Next();
    const auto expr = ParseExpr(c.query, ParserOptions::All());
    EXPECT_EQ(expr.ok(), c.valid_314) << expr.status();
    if (expr.ok()) continue;
    const std::string message(base::Message(expr.status()));
    // The first of several is the one that is shown.
    if (c.parts_314.empty()) continue;
    EXPECT_THAT(message, testing::HasSubstr(c.parts_314.front()));
  }
  EXPECT_GT(tally.cases(), 200);
}

TEST(ParserCorpus, TreesAndTextAreThoseRecorded) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/corpora/parse-ast-3.5.3.jsonl");
  std::ifstream file(path);
  Tally tally("trees and pretty forms");
  for (std::string line; std::getline(file, line);) {
    const boost::json::value record = boost::json::parse(line);
    const std::string query(record.at("query").as_string());
    SCOPED_TRACE(query);
    tally.Next();
    const auto expr = ParseExpr(query, Recorded());
    ASSERT_TRUE(expr.ok()) << expr.status();
    const boost::json::value tree = test::AstJson::Of(**expr);
    EXPECT_TRUE(tree == record.at("ast")) << boost::json::serialize(tree) << "\n"
                                          << boost::json::serialize(record.at("ast"));
    EXPECT_EQ(*PrettyPrint(**expr), std::string(record.at("format").as_string()));
  }
  EXPECT_GT(tally.cases(), 1000);
}

TEST(ParserCorpus, WhatCameAfter35IsUnknownUnlessAskedFor) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/cases/eval-not-parsable-by-3.5.3.tsv");
  std::ifstream file(path);
  Tally tally("not in 3.5.3");
  for (std::string line; std::getline(file, line);) {
    const auto fields = base::Split(line, '\t');
    if (fields.size() < 4) continue;
    const std::string query = Unescape(fields[2]);
    SCOPED_TRACE(query);
    tally.Next();
    EXPECT_FALSE(ParseExpr(query).ok());
    const auto recorded = ParseExpr(query, Recorded());
    ASSERT_FALSE(recorded.ok());
    EXPECT_EQ(base::Message(recorded.status()), WithoutPrefix(Unescape(fields[3])));
    const auto newest = ParseExpr(query, ParserOptions::All());
    EXPECT_TRUE(newest.ok()) << newest.status();
  }
  EXPECT_GT(tally.cases(), 300);
}

TEST(ParserCorpus, PrintingIsCanonical) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/cases/printer.json");
  const boost::json::value cases = boost::json::parse(test::ReadWholeFile(path));
  Tally tally("printed on one line");
  const auto check = [&](const std::string& in, const std::string& out) {
    SCOPED_TRACE(in);
    tally.Next();
    const auto expr = ParseExpr(in, ParserOptions::All());
    ASSERT_TRUE(expr.ok()) << expr.status();
    EXPECT_EQ(promql::Print(**expr), out);
  };
  for (const boost::json::value& c : cases.at("printer").as_array()) {
    const std::string in(c.at("in").as_string());
    const auto* out = c.as_object().if_contains("out");
    check(in, out == nullptr ? in : std::string(out->as_string()));
  }
  for (const boost::json::value& c : cases.at("utf8").as_array()) {
    check(std::string(c.at("input").as_string()), std::string(c.at("expected").as_string()));
  }
  EXPECT_GT(tally.cases(), 80);
}

TEST(ParserCorpus, LongExpressionsAreSpreadOverLines) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/cases/printer.json");
  const boost::json::value cases = boost::json::parse(test::ReadWholeFile(path));
  Tally tally("printed over lines");
  for (const auto& group : cases.at("prettier").as_object()) {
    for (const boost::json::value& c : group.value().as_array()) {
      const std::string in(c.at("in").as_string());
      SCOPED_TRACE(in);
      tally.Next();
      const auto expr = ParseExpr(in, ParserOptions::All());
      ASSERT_TRUE(expr.ok()) << expr.status();
      EXPECT_EQ(*PrettyPrint(**expr, 10), std::string(c.at("out").as_string()));
    }
  }
  EXPECT_GT(tally.cases(), 50);
}

std::string KindName(const Token& token) {
  using K = TokenKind;
  static const std::map<K, std::string> kNames = {{K::kEnd, "EOF"},
                                                  {K::kError, "ERROR"},
                                                  {K::kIdentifier, "IDENTIFIER"},
                                                  {K::kMetricIdentifier, "METRIC_IDENTIFIER"},
                                                  {K::kNumber, "NUMBER"},
                                                  {K::kDuration, "DURATION"},
                                                  {K::kString, "STRING"},
                                                  {K::kLeftParen, "LEFT_PAREN"},
                                                  {K::kRightParen, "RIGHT_PAREN"},
                                                  {K::kLeftBrace, "LEFT_BRACE"},
                                                  {K::kRightBrace, "RIGHT_BRACE"},
                                                  {K::kLeftBracket, "LEFT_BRACKET"},
                                                  {K::kRightBracket, "RIGHT_BRACKET"},
                                                  {K::kComma, "COMMA"},
                                                  {K::kAssign, "EQL"},
                                                  {K::kColon, "COLON"},
                                                  {K::kAdd, "ADD"},
                                                  {K::kSub, "SUB"},
                                                  {K::kMul, "MUL"},
                                                  {K::kDiv, "DIV"},
                                                  {K::kMod, "MOD"},
                                                  {K::kPow, "POW"},
                                                  {K::kAtan2, "ATAN2"},
                                                  {K::kEqual, "EQLC"},
                                                  {K::kNotEqual, "NEQ"},
                                                  {K::kGreater, "GTR"},
                                                  {K::kLess, "LSS"},
                                                  {K::kGreaterEqual, "GTE"},
                                                  {K::kLessEqual, "LTE"},
                                                  {K::kRegexMatch, "EQL_REGEX"},
                                                  {K::kRegexNoMatch, "NEQ_REGEX"},
                                                  {K::kAnd, "LAND"},
                                                  {K::kOr, "LOR"},
                                                  {K::kUnless, "LUNLESS"},
                                                  {K::kAt, "AT"},
                                                  {K::kOn, "ON"},
                                                  {K::kIgnoring, "IGNORING"},
                                                  {K::kGroupLeft, "GROUP_LEFT"},
                                                  {K::kGroupRight, "GROUP_RIGHT"},
                                                  {K::kBool, "BOOL"},
                                                  {K::kBy, "BY"},
                                                  {K::kWithout, "WITHOUT"},
                                                  {K::kOffset, "OFFSET"},
                                                  {K::kStart, "START"},
                                                  {K::kEndKeyword, "END"},
                                                  {K::kTrimUpper, "TRIM_UPPER"},
                                                  {K::kTrimLower, "TRIM_LOWER"},
                                                  {K::kAnchored, "ANCHORED"},
                                                  {K::kSmoothed, "SMOOTHED"},
                                                  {K::kFill, "FILL"},
                                                  {K::kFillLeft, "FILL_LEFT"},
                                                  {K::kFillRight, "FILL_RIGHT"},
                                                  {K::kStep, "STEP"},
                                                  {K::kRangeKeyword, "RANGE"},
                                                  {K::kMinOf, "MIN_OF"},
                                                  {K::kMaxOf, "MAX_OF"}};
  if (token.kind != K::kAggregator) return kNames.at(token.kind);
  std::string name = OpText(token.aggregate);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::vector<FlatToken> TokensOf(const std::string& input) {
  Lexer lexer(input, /*newer=*/true);
  std::vector<FlatToken> out;
  while (true) {
    const Token token = lexer.Next();
    if (token.kind == TokenKind::kEnd) return out;
    const bool error = token.kind == TokenKind::kError;
    out.push_back({KindName(token), token.pos, error ? token.error : std::string(token.text)});
    if (error) return out;
  }
}

TEST(LexerCorpus, TokensAndPositionsAreThoseExpected) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/cases/lexer.json");
  const boost::json::value groups = boost::json::parse(test::ReadWholeFile(path));
  Tally tally("lexer cases");
  for (const boost::json::value& group : groups.as_array()) {
    for (const boost::json::value& c : group.at("tests").as_array()) {
      const auto& fields = c.as_object();
      if (fields.contains("seriesDesc")) continue;  // series_description_test.cc
      const std::string input(fields.at("input").as_string());
      SCOPED_TRACE(input);
      tally.Next();
      const auto tokens = TokensOf(input);
      if (fields.contains("fail")) {
        ASSERT_FALSE(tokens.empty());
        EXPECT_EQ(tokens.back().kind, "ERROR");
        continue;
      }
      std::vector<FlatToken> wanted;
      for (const boost::json::value& want : fields.at("expected").as_array()) {
        const std::string kind(want.at(0).as_string());
        if (kind == "COMMENT" || kind == "EOF") continue;  // ours has no token for them
        wanted.push_back({kind, want.at(1).as_int64(), std::string(want.at(2).as_string())});
        if (kind == "ERROR") break;  // ours ends there
      }
      EXPECT_EQ(tokens, wanted);
    }
  }
  EXPECT_GT(tally.cases(), 140);
}

}  // namespace
}  // namespace vedette::promql
