#include "collector/promql/token.h"

#include "base/strings.h"
#include "base/utf8.h"

namespace vedette::promql {
namespace {

bool IsKeyword(TokenKind kind) { return kind >= TokenKind::kOn && kind <= TokenKind::kFillRight; }
bool IsOperator(TokenKind kind) { return kind >= TokenKind::kAdd && kind <= TokenKind::kAt; }

// As many characters, or all of them where there are fewer.
std::string_view FirstRunes(std::string_view text, int count) {
  size_t at = 0;
  for (int i = 0; i < count && at < text.size(); ++i) {
    at += base::DecodeRune(text.substr(at)).size;
  }
  return text.substr(0, at);
}

}  // namespace

std::string Describe(const Token& token, bool newer) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "end of input";
    case TokenKind::kIdentifier:
      return "identifier " + base::GoQuote(token.text);
    case TokenKind::kMetricIdentifier:
      return "metric identifier " + base::GoQuote(token.text);
    case TokenKind::kNumber:
    case TokenKind::kDuration:
    case TokenKind::kString: {
      const char* what = token.kind == TokenKind::kNumber     ? "number "
                         : token.kind == TokenKind::kDuration ? "duration "
                                                              : "string ";
      if (token.text.size() > 10) return what + base::GoQuote(FirstRunes(token.text, 10)) + "...";
      return what + base::GoQuote(token.text);
    }
    case TokenKind::kAggregator:
      return base::Concat({"<aggr:", token.text, ">"});
    case TokenKind::kAt:
      // 3.5.3 had forgotten to name it: its message shows the token's number in the grammar.
      if (!newer) return "\"<Item 57400>\" <op:@>";
      return "<op:@>";
    default:
      if (IsKeyword(token.kind)) return base::Concat({"<", token.text, ">"});
      if (IsOperator(token.kind)) return base::Concat({"<op:", token.text, ">"});
      return base::GoQuote(token.text);
  }
}

BinaryOp ToBinaryOp(TokenKind kind) {
  switch (kind) {
    case TokenKind::kAdd:
      return BinaryOp::kAdd;
    case TokenKind::kSub:
      return BinaryOp::kSub;
    case TokenKind::kMul:
      return BinaryOp::kMul;
    case TokenKind::kDiv:
      return BinaryOp::kDiv;
    case TokenKind::kMod:
      return BinaryOp::kMod;
    case TokenKind::kPow:
      return BinaryOp::kPow;
    case TokenKind::kAtan2:
      return BinaryOp::kAtan2;
    case TokenKind::kEqual:
      return BinaryOp::kEqual;
    case TokenKind::kNotEqual:
      return BinaryOp::kNotEqual;
    case TokenKind::kGreater:
      return BinaryOp::kGreater;
    case TokenKind::kLess:
      return BinaryOp::kLess;
    case TokenKind::kGreaterEqual:
      return BinaryOp::kGreaterEqual;
    case TokenKind::kLessEqual:
      return BinaryOp::kLessEqual;
    case TokenKind::kTrimUpper:
      return BinaryOp::kTrimUpper;
    case TokenKind::kTrimLower:
      return BinaryOp::kTrimLower;
    case TokenKind::kAnd:
      return BinaryOp::kAnd;
    case TokenKind::kUnless:
      return BinaryOp::kUnless;
    default:
      return BinaryOp::kOr;
  }
}

int BinaryPrecedence(TokenKind kind) {
  switch (kind) {
    case TokenKind::kOr:
      return 1;
    case TokenKind::kAnd:
    case TokenKind::kUnless:
      return 2;
    case TokenKind::kEqual:
    case TokenKind::kNotEqual:
    case TokenKind::kGreater:
    case TokenKind::kLess:
    case TokenKind::kGreaterEqual:
    case TokenKind::kLessEqual:
    case TokenKind::kTrimUpper:
    case TokenKind::kTrimLower:
      return 3;
    case TokenKind::kAdd:
    case TokenKind::kSub:
      return 4;
    case TokenKind::kMul:
    case TokenKind::kDiv:
    case TokenKind::kMod:
    case TokenKind::kAtan2:
      return 5;
    case TokenKind::kPow:
      return 6;
    default:
      return 0;
  }
}

}  // namespace vedette::promql
