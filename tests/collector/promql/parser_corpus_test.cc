#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <set>

#include "ast_json.h"
#include "base/strings.h"
#include "collector/promql/lexer.h"
#include "collector/promql/parser.h"
#include "collector/promql/printer.h"
#include "tests/support/shared_dir.h"

// What Prometheus 3.5.3 was recorded to say about expressions, where the records are at hand.

namespace vedette::promql {
namespace {

ParserOptions AllOn() {
  ParserOptions options;
  options.experimental_functions = true;
  options.duration_expressions = true;
  return options;
}

std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
  }
  return out;
}

// Where we differ from the record on purpose.
const std::set<std::string>& Exceptions() {
  static const std::set<std::string> kQueries = {
      "@@",  // the record shows an item number for @
      "foo[5s x 5s]",
      "foo[5s s 5s]",     // 3.5.3 takes any letter for the colon; later ones do not
      "foo[2m/range()]",  // nor do later ones call the r a colon here
      // Later versions keep parentheses around a single duration.
      "foo offset +(5)",
      "foo offset -(5)",
      "foo offset (5)",
      "foo offset (5m)",
      "foo[(5s)]",
      "foo[(5m):(1m)]",
      // The record gives no position.
      "info(http_request_counter_total{namespace=\"zzz\"}, {foo=\"bar\"} == 1)",
  };
  return kQueries;
}

TEST(ParserCorpus, VerdictsAndMessagesAreThoseRecorded) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/corpora/parser-cases.tsv");
  std::ifstream file(path);
  constexpr std::string_view kPrefix = "invalid parameter \"query\": ";
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    const auto fields = base::Split(line, '\t');
    if (line.starts_with("#") || fields.size() < 6 || fields[0] != "expr") continue;
    const std::string query = Unescape(fields[2]);
    if (Exceptions().contains(query)) continue;
    SCOPED_TRACE(query);
    ++cases;
    const auto expr = ParseExpr(query, AllOn());
    EXPECT_EQ(expr.ok(), fields[4] == "valid") << expr.status();
    std::string want = Unescape(fields[5]);
    if (expr.ok() || !want.starts_with(kPrefix)) continue;
    EXPECT_EQ(base::Message(expr.status()), want.substr(kPrefix.size()));
  }
  EXPECT_GT(cases, 200);
}

TEST(ParserCorpus, TreesAndTextAreThoseRecorded) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/corpora/parse-ast-3.5.3.jsonl");
  std::ifstream file(path);
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    const boost::json::value record = boost::json::parse(line);
    const std::string query(record.at("query").as_string());
    SCOPED_TRACE(query);
    ++cases;
    if (query == "foo[5s x 5s]" || query == "foo[5s s 5s]") continue;
    const auto expr = ParseExpr(query, AllOn());
    ASSERT_TRUE(expr.ok()) << expr.status();
    const boost::json::value tree = test::AstJson::Of(**expr);
    EXPECT_TRUE(tree == record.at("ast")) << boost::json::serialize(tree) << "\n"
                                          << boost::json::serialize(record.at("ast"));
    EXPECT_EQ(PrettyPrint(**expr), std::string(record.at("format").as_string()));
  }
  EXPECT_GT(cases, 1000);
}

TEST(ParserCorpus, PrintingIsCanonical) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/cases/printer.json");
  const boost::json::value cases = boost::json::parse(test::ReadWholeFile(path));
  int compared = 0;
  for (const boost::json::value& c : cases.at("printer").as_array()) {
    const std::string in(c.at("in").as_string());
    SCOPED_TRACE(in);
    const auto expr = ParseExpr(in, AllOn());
    if (!expr.ok() || Exceptions().contains(in)) continue;  // language of later versions
    const auto* out = c.as_object().if_contains("out");
    EXPECT_EQ(Print(**expr), out == nullptr ? in : std::string(out->as_string()));
    ++compared;
  }
  EXPECT_GT(compared, 40);
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
                                                  {K::kEndKeyword, "END"}};
  if (token.kind != K::kAggregator) return kNames.at(token.kind);
  std::string name = OpText(token.aggregate);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

TEST(LexerCorpus, TokensAndPositionsAreThoseExpected) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/cases/lexer.json");
  const boost::json::value groups = boost::json::parse(test::ReadWholeFile(path));
  for (const boost::json::value& group : groups.as_array()) {
    for (const boost::json::value& c : group.at("tests").as_array()) {
      const auto& fields = c.as_object();
      if (fields.contains("seriesDesc")) continue;
      const std::string input(fields.at("input").as_string());
      SCOPED_TRACE(input);
      Lexer lexer(input);
      std::vector<Token> tokens;
      do {
        tokens.push_back(lexer.Next());
      } while (tokens.back().kind != TokenKind::kEnd && tokens.back().kind != TokenKind::kError);
      if (fields.contains("fail")) {
        EXPECT_EQ(tokens.back().kind, TokenKind::kError);
        continue;
      }
      size_t i = 0;
      for (const boost::json::value& want : fields.at("expected").as_array()) {
        if (want.at(0).as_string() == "COMMENT" || want.at(0).as_string() == "EOF") continue;
        ASSERT_LT(i, tokens.size());
        if (want.at(0).as_string() == "ERROR") {
          EXPECT_EQ(tokens[i].error, std::string(want.at(2).as_string()));
          break;
        }
        EXPECT_EQ(KindName(tokens[i]), std::string(want.at(0).as_string()));
        EXPECT_EQ(tokens[i].pos, want.at(1).as_int64());
        EXPECT_EQ(std::string(tokens[i].text), std::string(want.at(2).as_string()));
        ++i;
      }
      EXPECT_EQ(i + 1, tokens.size());
    }
  }
}

}  // namespace
}  // namespace vedette::promql
