#include "collector/promql/lexer.h"

#include <array>
#include <cstdio>

#include "base/strings.h"
#include "base/utf8.h"
#include "collector/promql/characters.h"
#include "collector/promql/number_scan.h"
#include "collector/promql/rune_text.h"

namespace vedette::promql {
namespace {

struct Word {
  std::string_view text;
  TokenKind kind;
  AggregateOp aggregate = AggregateOp::kSum;
  bool newer = false;
};
constexpr AggregateOp kNoAggregate = AggregateOp::kSum;

constexpr auto kWords = std::to_array<Word>({
    {"and", TokenKind::kAnd},
    {"or", TokenKind::kOr},
    {"unless", TokenKind::kUnless},
    {"atan2", TokenKind::kAtan2},
    {"sum", TokenKind::kAggregator, AggregateOp::kSum},
    {"avg", TokenKind::kAggregator, AggregateOp::kAvg},
    {"count", TokenKind::kAggregator, AggregateOp::kCount},
    {"min", TokenKind::kAggregator, AggregateOp::kMin},
    {"max", TokenKind::kAggregator, AggregateOp::kMax},
    {"group", TokenKind::kAggregator, AggregateOp::kGroup},
    {"stddev", TokenKind::kAggregator, AggregateOp::kStddev},
    {"stdvar", TokenKind::kAggregator, AggregateOp::kStdvar},
    {"topk", TokenKind::kAggregator, AggregateOp::kTopk},
    {"bottomk", TokenKind::kAggregator, AggregateOp::kBottomk},
    {"count_values", TokenKind::kAggregator, AggregateOp::kCountValues},
    {"quantile", TokenKind::kAggregator, AggregateOp::kQuantile},
    {"limitk", TokenKind::kAggregator, AggregateOp::kLimitk},
    {"limit_ratio", TokenKind::kAggregator, AggregateOp::kLimitRatio},
    {"offset", TokenKind::kOffset},
    {"by", TokenKind::kBy},
    {"without", TokenKind::kWithout},
    {"on", TokenKind::kOn},
    {"ignoring", TokenKind::kIgnoring},
    {"group_left", TokenKind::kGroupLeft},
    {"group_right", TokenKind::kGroupRight},
    {"bool", TokenKind::kBool},
    {"start", TokenKind::kStart},
    {"end", TokenKind::kEndKeyword},
    {"anchored", TokenKind::kAnchored, kNoAggregate, true},
    {"smoothed", TokenKind::kSmoothed, kNoAggregate, true},
    {"fill", TokenKind::kFill, kNoAggregate, true},
    {"fill_left", TokenKind::kFillLeft, kNoAggregate, true},
    {"fill_right", TokenKind::kFillRight, kNoAggregate, true},
    {"step", TokenKind::kStep, kNoAggregate, true},
    {"range", TokenKind::kRangeKeyword, kNoAggregate, true},
    {"min_of", TokenKind::kMinOf, kNoAggregate, true},
    {"max_of", TokenKind::kMaxOf, kNoAggregate, true},
    {"inf", TokenKind::kNumber},
    {"nan", TokenKind::kNumber},
});

// Whether the word names something where a fill modifier can stand only before a parenthesis.
bool IsFill(TokenKind kind) { return kind >= TokenKind::kFill && kind <= TokenKind::kFillRight; }

}  // namespace

Token Lexer::Next() {
  if (finished_) return last_;
  while (true) {
    SkipBlanks();
    start_ = pos_;
    if (AtEnd() || Peek() != '#' || duration_start_) break;
    while (!AtEnd() && Peek() != '\n' && Peek() != '\r') ++pos_;
  }
  Token token = in_braces_ ? LexBraces() : duration_start_ ? LexDurationStart() : LexStatement();
  finished_ = token.kind == TokenKind::kEnd || token.kind == TokenKind::kError;
  if (finished_) last_ = token;
  return token;
}

Token Lexer::Emit(TokenKind kind) {
  Token token;
  token.kind = kind;
  token.pos = static_cast<int>(start_);
  token.text = input_.substr(start_, pos_ - start_);
  return token;
}

Token Lexer::Fail(std::string message) {
  Token token = Emit(TokenKind::kError);
  token.error = std::move(message);
  return token;
}

std::string Lexer::QuoteLast() const {
  const std::string_view rest = input_.substr(pos_ - 1);
  return QuoteRune(base::DecodeRune(rest).value);
}

bool Lexer::Accept(std::string_view set) {
  if (AtEnd() || set.find(input_[pos_]) == std::string_view::npos) return false;
  ++pos_;
  return true;
}

void Lexer::SkipBlanks() {
  while (!AtEnd() && IsSpace(input_[pos_])) ++pos_;
}

Token Lexer::LexEnd() {
  if (parens_ != 0) return Fail("unclosed left parenthesis");
  if (in_brackets_) return Fail("unclosed left bracket");
  return Emit(TokenKind::kEnd);
}

Token Lexer::LexStatement() {
  if (AtEnd()) return LexEnd();
  const char c = input_[pos_];
  if (IsDigit(c) || (c == '.' && pos_ + 1 < input_.size() && IsDigit(input_[pos_ + 1]))) {
    return LexNumberOrDuration();
  }
  if ((IsAlpha(c) || c == ':') && !in_brackets_) return LexWord();
  ++pos_;
  if (IsAlpha(c)) return LexLetterInBrackets();
  if (c == '"' || c == '\'') return LexString(c);
  if (c == '`') return LexRawString();
  return LexOperator(c);
}

Token Lexer::LexOperator(char c) {
  switch (c) {
    case ',':
      return Emit(TokenKind::kComma);
    case '*':
      return Emit(TokenKind::kMul);
    case '/':
      return Emit(TokenKind::kDiv);
    case '%':
      return Emit(TokenKind::kMod);
    case '+':
      return Emit(TokenKind::kAdd);
    case '-':
      return Emit(TokenKind::kSub);
    case '^':
      return Emit(TokenKind::kPow);
    case '@':
      return Emit(TokenKind::kAt);
    case '=':
      if (Accept("=")) return Emit(TokenKind::kEqual);
      if (Peek() != '~') return Emit(TokenKind::kAssign);
      ++pos_;
      return Fail("unexpected character after '=': " + QuoteLast());
    case '!':
      if (Accept("=")) return Emit(TokenKind::kNotEqual);
      if (AtEnd()) {
        return Fail("unexpected character after '!': " + QuoteRune(base::kReplacementRune));
      }
      ++pos_;
      return Fail("unexpected character after '!': " + QuoteLast());
    case '<':
      if (newer_ && Accept("/")) return Emit(TokenKind::kTrimUpper);
      return Emit(Accept("=") ? TokenKind::kLessEqual : TokenKind::kLess);
    case '>':
      if (newer_ && Accept("/")) return Emit(TokenKind::kTrimLower);
      return Emit(Accept("=") ? TokenKind::kGreaterEqual : TokenKind::kGreater);
    case '(':
      ++parens_;
      return Emit(TokenKind::kLeftParen);
    case ')':
      if (--parens_ >= 0) return Emit(TokenKind::kRightParen);
      ++start_;
      return Fail("unexpected right parenthesis " + QuoteLast());
    case '{':
      in_braces_ = true;
      return Emit(TokenKind::kLeftBrace);
    case '[':
      if (in_brackets_) return Fail("unexpected left bracket " + QuoteLast());
      in_brackets_ = duration_start_ = true;
      got_colon_ = false;
      return Emit(TokenKind::kLeftBracket);
    case ']':
      if (!in_brackets_) return Fail("unexpected right bracket " + QuoteLast());
      in_brackets_ = false;
      return Emit(TokenKind::kRightBracket);
    case ':':
      if (got_colon_) return Fail("unexpected colon " + QuoteLast());
      got_colon_ = true;
      return Emit(TokenKind::kColon);
    default:
      return Fail("unexpected character: " + QuoteLast());
  }
}

// Behind a duration. 3.5.3 takes any letter there for the colon of a subquery.
Token Lexer::LexLetterInBrackets() {
  if (!newer_) {
    if (got_colon_) return Fail("unexpected colon " + QuoteLast());
    got_colon_ = true;
    return Emit(TokenKind::kColon);
  }
  Token word;
  if (LexDurationWord(&word)) return word;
  return Fail("unexpected character: " + QuoteLast() + ", expected ':'");
}

// step, range, min_of, max_of, whose first letter was consumed; else nothing more is.
bool Lexer::LexDurationWord(Token* token) {
  size_t end = pos_;
  while (end < input_.size() && IsAlpha(input_[end])) ++end;
  const std::string_view text = input_.substr(start_, end - start_);
  for (const Word& word : kWords) {
    if (word.kind < TokenKind::kStep || !base::EqualsIgnoreCase(word.text, text)) continue;
    pos_ = end;
    got_duration_ = true;
    *token = Emit(word.kind);
    return true;
  }
  return false;
}

bool Lexer::ParenthesisFollows() const {
  size_t at = pos_;
  while (at < input_.size() && IsSpace(input_[at])) ++at;
  return at < input_.size() && input_[at] == '(';
}

Token Lexer::LexDurationStart() {
  if (AtEnd()) return Fail("unexpected end of input in duration expression");
  const char c = input_[pos_];
  if (IsDigit(c) || (c == '.' && pos_ + 1 < input_.size() && IsDigit(input_[pos_ + 1]))) {
    duration_start_ = false;
    got_duration_ = true;
    return LexNumberOrDuration();
  }
  ++pos_;
  switch (c) {
    case ']':
      in_brackets_ = duration_start_ = false;
      return Emit(TokenKind::kRightBracket);
    case ':':
      if (!got_duration_) {
        ++start_;  // upstream has taken the colon for a token by then
        return Fail("unexpected colon before duration in duration expression");
      }
      if (got_colon_) return Fail("unexpected repeated colon in duration expression");
      return LexOperator(c);
    case '(':
    case ')':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
      return LexOperator(c);
    default: {
      if (newer_ && c == ',') return LexOperator(c);
      Token word;
      if (newer_ && IsAlpha(c) && LexDurationWord(&word)) return word;
      return Fail("unexpected character in duration expression: " + QuoteLast());
    }
  }
}

Token Lexer::LexBraces() {
  if (AtEnd()) return Fail("unexpected end of input inside braces");
  const char c = input_[pos_];
  if (IsAlpha(c)) {
    while (!AtEnd() && IsAlphaNumeric(input_[pos_])) ++pos_;
    return Emit(TokenKind::kIdentifier);
  }
  ++pos_;
  switch (c) {
    case ',':
      return Emit(TokenKind::kComma);
    case '"':
    case '\'':
      return LexString(c);
    case '`':
      return LexRawString();
    case '=':
      return Emit(Accept("~") ? TokenKind::kRegexMatch : TokenKind::kAssign);
    case '!':
      if (Accept("~")) return Emit(TokenKind::kRegexNoMatch);
      if (Accept("=")) return Emit(TokenKind::kNotEqual);
      if (AtEnd()) {
        return Fail("unexpected character after '!' inside braces: " +
                    QuoteRune(base::kReplacementRune));
      }
      ++pos_;
      return Fail("unexpected character after '!' inside braces: " + QuoteLast());
    case '{':
      return Fail("unexpected left brace " + QuoteLast());
    case '}':
      in_braces_ = false;
      return Emit(TokenKind::kRightBrace);
    default:
      return Fail("unexpected character inside braces: " + QuoteLast());
  }
}

Token Lexer::LexWord() {
  while (!AtEnd() && (IsAlphaNumeric(input_[pos_]) || input_[pos_] == ':')) ++pos_;
  Token token = Emit(TokenKind::kIdentifier);
  if (token.text.find(':') != std::string_view::npos) {
    token.kind = TokenKind::kMetricIdentifier;
    return token;
  }
  for (const Word& word : kWords) {
    if ((word.newer && !newer_) || !base::EqualsIgnoreCase(word.text, token.text)) continue;
    if (IsFill(word.kind) && !ParenthesisFollows()) continue;  // a metric may have that name
    token.kind = word.kind;
    token.aggregate = word.aggregate;
  }
  return token;
}

Token Lexer::LexNumberOrDuration() {
  if (ScanNumber(input_, /*series=*/false, &pos_)) return Emit(TokenKind::kNumber);
  if (ScanDuration(input_, &pos_)) return Emit(TokenKind::kDuration);
  return Fail("bad number or duration syntax: " +
              base::GoQuote(input_.substr(start_, pos_ - start_)));
}

// Behind a backslash. Empty, or what is wrong.
std::string Lexer::LexEscape(char quote) {
  if (AtEnd()) return "escape sequence not terminated";
  const char c = input_[pos_++];
  if (c == quote || std::string_view("abfnrtv\\").find(c) != std::string_view::npos) return {};
  int length = 0;
  uint32_t radix = 16;
  uint32_t max = 0x10FFFF;
  if (c >= '0' && c <= '7') {
    length = 3, radix = 8, max = 255;
    --pos_;
  } else if (c == 'x') {
    length = 2, max = 255;
  } else if (c == 'u') {
    length = 4;
  } else if (c == 'U') {
    length = 8;
  } else {
    const base::Rune rune = base::DecodeRune(input_.substr(pos_ - 1));
    return "unknown escape sequence " + DescribeRune(rune.value);
  }
  uint32_t value = 0;
  for (; length > 0; --length) {
    if (AtEnd()) return "escape sequence not terminated";
    const uint32_t digit = DigitValue(input_[pos_]);
    if (digit >= radix) {
      return "illegal character " + DescribeRune(base::DecodeRune(input_.substr(pos_)).value) +
             " in escape sequence";
    }
    value = value * radix + digit;
    ++pos_;
  }
  if (value > max || (value >= 0xD800 && value < 0xE000)) {
    return "escape sequence is an invalid Unicode code point";
  }
  return {};
}

Token Lexer::LexString(char quote) {
  while (true) {
    if (AtEnd() || Peek() == '\n') return Fail("unterminated quoted string");
    const char c = input_[pos_];
    if (c == '\\') {
      ++pos_;
      if (std::string error = LexEscape(quote); !error.empty()) return Fail(std::move(error));
      continue;
    }
    const base::Rune rune = base::DecodeRune(input_.substr(pos_));
    if (rune.value == base::kReplacementRune) return Fail("invalid UTF-8 rune");
    pos_ += rune.size;
    if (c == quote) return Emit(TokenKind::kString);
  }
}

Token Lexer::LexRawString() {
  while (true) {
    if (AtEnd()) return Fail("unterminated raw string");
    const base::Rune rune = base::DecodeRune(input_.substr(pos_));
    if (rune.value == base::kReplacementRune) return Fail("invalid UTF-8 rune");
    pos_ += rune.size;
    if (rune.value == '`') return Emit(TokenKind::kString);
  }
}

std::string Unquote(std::string_view quoted) {
  const char quote = quoted.front();
  std::string_view body = quoted.substr(1, quoted.size() - 2);
  if (quote == '`') return std::string(body);
  std::string out;
  for (size_t i = 0; i < body.size();) {
    if (body[i] != '\\') {
      out += body[i++];
      continue;
    }
    i += 1 + AppendEscape(body.substr(i + 1), &out);
  }
  return out;
}

}  // namespace vedette::promql
