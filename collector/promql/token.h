#ifndef VEDETTE_COLLECTOR_PROMQL_TOKEN_H_
#define VEDETTE_COLLECTOR_PROMQL_TOKEN_H_

#include <string>
#include <string_view>

#include "collector/promql/ast.h"

namespace vedette::promql {

enum class TokenKind {
  kEnd,
  kError,  // text is the message
  kIdentifier,
  kMetricIdentifier,  // contains a colon
  kNumber,
  kDuration,
  kString,  // text with its quotes
  // Punctuation.
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kLeftBracket,
  kRightBracket,
  kComma,
  kAssign,
  kColon,
  // Operators.
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kEqual,
  kNotEqual,
  kGreater,
  kLess,
  kGreaterEqual,
  kLessEqual,
  kTrimUpper,  // </
  kTrimLower,  // >/
  kRegexMatch,
  kRegexNoMatch,
  kAnd,
  kOr,
  kUnless,
  kAt,
  // Words that are also names where no keyword can stand.
  kAggregator,
  kOn,
  kIgnoring,
  kGroupLeft,
  kGroupRight,
  kBool,
  kBy,
  kWithout,
  kOffset,
  kAnchored,
  kSmoothed,
  kFill,
  kFillLeft,
  kFillRight,
  // Words that stand for what the query runs over.
  kStart,
  kEndKeyword,
  kStep,
  kRangeKeyword,
  kMinOf,
  kMaxOf,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  int pos = 0;
  std::string_view text;                      // a slice of the query, but for errors
  std::string error;                          // kError: what is wrong
  AggregateOp aggregate = AggregateOp::kSum;  // kAggregator

  PositionRange range() const { return {pos, pos + static_cast<int>(text.size())}; }
};

// The token as "unexpected X" names it; `newer` as in ParserOptions.
std::string Describe(const Token& token, bool newer);

// The operator that a token stands for; only for tokens with a precedence.
BinaryOp ToBinaryOp(TokenKind kind);
// 0 for what is no binary operator; 1 (or) .. 6 (^).
int BinaryPrecedence(TokenKind kind);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_TOKEN_H_
