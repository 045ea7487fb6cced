#ifndef VEDETTE_COLLECTOR_PROMQL_LEXER_H_
#define VEDETTE_COLLECTOR_PROMQL_LEXER_H_

#include <string>
#include <string_view>

#include "collector/promql/token.h"

namespace vedette::promql {

// Cuts a query into tokens, one a call. What a character means depends on where it stands: inside
// braces only label matchers lex, inside brackets only durations. After an error or the end the
// same token is returned for ever. The query outlives the lexer and its tokens.
class Lexer {
 public:
  // `newer`: with the words and operators of versions after 3.5 (ParserOptions).
  explicit Lexer(std::string_view input, bool newer = false) : input_(input), newer_(newer) {}

  // The next token; comments and white space are passed over.
  Token Next();

 private:
  Token LexStatement();
  Token LexBraces();
  Token LexDurationStart();
  Token LexNumberOrDuration();
  Token LexString(char quote);
  Token LexRawString();
  Token LexWord();
  Token LexLetterInBrackets();
  bool LexDurationWord(Token* token);
  bool ParenthesisFollows() const;
  Token LexOperator(char c);
  Token LexEnd();
  std::string LexEscape(char quote);

  Token Emit(TokenKind kind);
  Token Fail(std::string message);
  // The text of the character at pos_-1 as a Go %q rune, whole UTF-8 sequence.
  std::string QuoteLast() const;
  char Peek() const { return pos_ < input_.size() ? input_[pos_] : '\0'; }
  bool AtEnd() const { return pos_ >= input_.size(); }
  bool Accept(std::string_view set);
  void SkipBlanks();

  const std::string_view input_;
  const bool newer_;
  size_t pos_ = 0;
  size_t start_ = 0;
  int parens_ = 0;
  bool in_braces_ = false;
  bool in_brackets_ = false;
  bool duration_start_ = false;  // in brackets and no duration was lexed yet since '['
  bool got_duration_ = false;    // in any brackets before
  bool got_colon_ = false;
  bool finished_ = false;
  Token last_;
};

// The value of a string token: escapes resolved. The lexer has checked it.
std::string Unquote(std::string_view quoted);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_LEXER_H_
