#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_TOKEN_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::logql {

enum class TokenKind {
  kEnd,
  kIdentifier,
  kString,    // text: the decoded value
  kNumber,    // number
  kDuration,  // nanos
  kBytes,     // number, bytes
  kRange,     // "[5m]"; nanos
  kFlag,      // "--strict"
  kKeyword,   // text: lower case; "by", "json", "and" ...
  kFunction,  // a function's name before its parenthesis; text: lower case
  kOperator,  // text: the sign itself
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;
  double number = 0;
  int64_t nanos = 0;
  int line = 1;
  int column = 1;  // in characters, from 1

  bool Is(TokenKind k, std::string_view t) const { return kind == k && text == t; }
  bool IsOperator(std::string_view t) const { return Is(TokenKind::kOperator, t); }
  bool IsKeyword(std::string_view t) const { return Is(TokenKind::kKeyword, t); }
  // As Loki's errors name it: IDENTIFIER, STRING, $end, RATE, ...
  std::string Name() const;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_TOKEN_H_
