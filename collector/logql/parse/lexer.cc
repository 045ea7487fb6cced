#include "collector/logql/parse/lexer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "base/escape.h"
#include "base/strings.h"
#include "collector/logql/parse/ast.h"
#include "collector/logql/parse/units.h"

namespace vedette::logql {
namespace {

constexpr std::array kKeywords = std::to_array<std::string_view>(
    {"by",         "without",     "bool",         "offset", "on",         "ignoring",
     "group_left", "group_right", "json",         "logfmt", "regexp",     "unpack",
     "pattern",    "line_format", "label_format", "unwrap", "decolorize", "drop",
     "keep",       "and",         "or",           "unless", "of",         "variants"});

// Functions beside those of ast.h.
constexpr std::array kOtherFunctions = std::to_array<std::string_view>(
    {"label_replace", "vector", "ip", "bytes", "duration", "duration_seconds"});

// Longest first.
constexpr std::array kOperators = std::to_array<std::string_view>(
    {"|=", "|~", "|>", "!=", "!~", "!>", "=~", "==", ">=", "<=", "{", "}", "(",
     ")",  ",",  ".",  "=",  "|",  ">",  "<",  "+",  "-",  "*",  "/", "%", "^"});

bool IsFunctionName(std::string_view name) {
  return RangeOpNamed(name) || VectorOpNamed(name) ||
         std::find(kOtherFunctions.begin(), kOtherFunctions.end(), name) != kOtherFunctions.end();
}

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Undoes the escapes of a Go string literal's inside; false when one is invalid.
bool Unescape(std::string_view text, std::string* out) {
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      out->push_back(c);
      continue;
    }
    const size_t length = base::TakeGoEscape(text, out);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// What units are written with: ns us \u00b5s ms s m h d w y, and B kB KiB ... PiB.
constexpr std::string_view kDurationBytes = "nu\xC2\xB5mshdwy";
constexpr std::string_view kSizeBytes = "BikKMGTP";

class Lexer {
 public:
  explicit Lexer(std::string_view query) : query_(query) {}

  base::StatusOr<std::vector<Token>> Run() {
    while (true) {
      SkipBlanks();
      Token token;
      token.line = line_;
      token.column = column_;
      if (at_ >= query_.size()) {
        tokens_.push_back(std::move(token));
        return std::move(tokens_);
      }
      VEDETTE_RETURN_IF_ERROR(Next(&token));
      tokens_.push_back(std::move(token));
    }
  }

 private:
  std::string_view Rest() const { return query_.substr(at_); }

  void Advance(size_t bytes) {
    for (size_t i = 0; i < bytes; ++i, ++at_) {
      if (query_[at_] == '\n') {
        ++line_;
        column_ = 1;
      } else if ((static_cast<unsigned char>(query_[at_]) & 0xC0) != 0x80) {
        ++column_;
      }
    }
  }

  void SkipBlanks() {
    while (at_ < query_.size()) {
      if (IsSpace(query_[at_])) {
        Advance(1);
      } else if (query_[at_] == '#') {
        while (at_ < query_.size() && query_[at_] != '\n') Advance(1);
      } else {
        return;
      }
    }
  }

  base::Status Next(Token* token) {
    const char c = query_[at_];
    if (c == '"' || c == '`') return LexString(c, token);
    if (c == '[') return LexRange(token);
    if (IsDigit(c) || (c == '.' && Rest().size() > 1 && IsDigit(Rest()[1]))) {
      return LexNumber(token);
    }
    if (IsNameStart(c)) return LexName(token);
    if (c == '-' && (LexFlag(token) || LexNegativeDuration(token))) return {};
    for (const std::string_view sign : kOperators) {
      if (Rest().substr(0, sign.size()) != sign) continue;
      token->kind = TokenKind::kOperator;
      token->text = std::string(sign);
      Advance(sign.size());
      return {};
    }
    return LexStray(token);
  }

  // What is no part of the language stands for a name, as in Loki: a character, or a word of
  // letters beyond ASCII.
  base::Status LexStray(Token* token) {
    size_t end = at_ + 1;
    if (!IsAscii(query_[at_])) {
      while (end < query_.size() &&
             (!IsAscii(query_[end]) || IsNameStart(query_[end]) || IsDigit(query_[end]))) {
        ++end;
      }
    }
    if (!base::IsValidUtf8(query_.substr(at_, end - at_))) {
      return ParseError(token->line, token->column, "invalid UTF-8 encoding");
    }
    return Take(TokenKind::kIdentifier, end, 0, 0, token);
  }

  base::Status LexString(char quote, Token* token) {
    size_t end = at_ + 1;
    while (end < query_.size() && query_[end] != quote) {
      if (quote == '"' && query_[end] == '\n') break;
      end += quote == '"' && query_[end] == '\\' ? 2 : 1;
    }
    if (end >= query_.size() || query_[end] != quote) {
      return ParseError(token->line, token->column, "literal not terminated");
    }
    const std::string_view inside = query_.substr(at_ + 1, end - at_ - 1);
    token->kind = TokenKind::kString;
    if (quote == '`') {
      token->text = std::string(inside);
      std::erase(token->text, '\r');
    } else if (!Unescape(inside, &token->text)) {
      return ParseError(token->line, token->column, "invalid syntax in string literal");
    }
    if (!base::IsValidUtf8(inside)) {
      return ParseError(token->line, token->column, "invalid UTF-8 encoding");
    }
    Advance(end + 1 - at_);
    return {};
  }

  base::Status LexRange(Token* token) {
    const size_t close = Rest().find(']');
    if (close == std::string_view::npos) {
      return ParseError(token->line, token->column, "missing closing ']' in duration");
    }
    const std::string_view inside = Rest().substr(1, close - 1);
    if (inside.empty()) return ParseError(token->line, token->column, "empty duration string");
    const auto ms = base::ParseDurationMs(inside);
    token->kind = TokenKind::kRange;
    if (!ms || *ms <= 0 || __builtin_mul_overflow(*ms, int64_t{1'000'000}, &token->nanos)) {
      return ParseError(token->line, token->column,
                        base::Concat({"not a valid duration string: ", base::GoQuote(inside)}));
    }
    Advance(close + 1);
    return {};
  }

  // A number, or a number with a unit: a duration if it can be one, else an amount of bytes.
  base::Status LexNumber(Token* token) {
    const size_t end = NumberEnd();
    const std::string_view number = query_.substr(at_, end - at_);
    token->text = std::string(number);
    if (const size_t unit = UnitEnd(end, kDurationBytes); unit > end) {
      const auto nanos = ParseAnyDuration(query_.substr(at_, unit - at_));
      if (nanos) return Take(TokenKind::kDuration, unit, 0, *nanos, token);
    }
    if (const size_t unit = UnitEnd(end, kSizeBytes); unit > end) {
      const auto bytes = ParseBytes(query_.substr(at_, unit - at_));
      if (bytes) return Take(TokenKind::kBytes, unit, *bytes, 0, token);
    }
    if (base::StartsWith(number, "0x") && number.size() == 2) {
      return ParseError(token->line, token->column, "hexadecimal literal has no digits");
    }
    // Hexadecimal numbers are refused but in label filters, where Loki reads 0.
    const auto value =
        base::StartsWith(number, "0x") ? std::optional<double>(0) : base::ParseDouble(number);
    if (value) return Take(TokenKind::kNumber, end, *value, 0, token);
    return ParseError(token->line, token->column,
                      base::Concat({"syntax error: unexpected ", base::GoQuote(number),
                                    ", not a number, duration or size"}));
  }

  base::Status Take(TokenKind kind, size_t end, double number, int64_t nanos, Token* token) {
    token->kind = kind;
    token->text = std::string(query_.substr(at_, end - at_));
    token->number = number;
    token->nanos = nanos;
    Advance(end - at_);
    return {};
  }

  size_t NumberEnd() const {
    size_t end = at_;
    if (Rest().substr(0, 2) == "0x") {
      end += 2;
      while (end < query_.size() && std::isxdigit(static_cast<unsigned char>(query_[end]))) ++end;
      return end;
    }
    while (end < query_.size() && (IsDigit(query_[end]) || query_[end] == '.')) ++end;
    size_t exponent = end;
    if (exponent >= query_.size() || (query_[exponent] | 0x20) != 'e') return end;
    ++exponent;
    if (exponent < query_.size() && (query_[exponent] == '+' || query_[exponent] == '-')) {
      ++exponent;
    }
    const size_t digits = exponent;
    while (exponent < query_.size() && IsDigit(query_[exponent])) ++exponent;
    return exponent > digits ? exponent : end;
  }

  // Past the digits, points and `letters` that come from `at` on.
  size_t UnitEnd(size_t at, std::string_view letters) const {
    while (at < query_.size() && (IsDigit(query_[at]) || query_[at] == '.' ||
                                  letters.find(query_[at]) != std::string_view::npos)) {
      ++at;
    }
    return at;
  }

  // What follows the name decides: "(", or a grouping and then "(".
  bool BeforeParenthesis(size_t end) const {
    const auto skip = [&](size_t at) {
      while (at < query_.size() && IsSpace(query_[at])) ++at;
      return at;
    };
    end = skip(end);
    if (end < query_.size() && query_[end] == '(') return true;
    size_t word_end = end;
    while (word_end < query_.size() && IsNameStart(query_[word_end])) ++word_end;
    const std::string word = base::ToLowerAscii(query_.substr(end, word_end - end));
    if (word != "by" && word != "without") return false;
    const size_t after = skip(word_end);
    return after < query_.size() && query_[after] == '(';
  }

  base::Status LexName(Token* token) {
    size_t end = at_;
    while (end < query_.size() && (IsNameStart(query_[end]) || IsDigit(query_[end]))) ++end;
    const std::string_view name = query_.substr(at_, end - at_);
    const std::string lower = base::ToLowerAscii(name);
    token->kind = TokenKind::kIdentifier;
    token->text = std::string(name);
    if (std::find(kKeywords.begin(), kKeywords.end(), lower) != kKeywords.end()) {
      token->kind = TokenKind::kKeyword;
      token->text = lower;
    } else if (IsFunctionName(lower) && BeforeParenthesis(end)) {
      token->kind = TokenKind::kFunction;
      token->text = lower;
    }
    Advance(end - at_);
    return {};
  }

  bool LexFlag(Token* token) {
    for (const std::string_view flag : {"--strict", "--keep-empty"}) {
      if (Rest().substr(0, flag.size()) != flag) continue;
      const size_t end = at_ + flag.size();
      if (end < query_.size() && (IsNameStart(query_[end]) || query_[end] == '-')) continue;
      token->kind = TokenKind::kFlag;
      token->text = std::string(flag);
      Advance(flag.size());
      return true;
    }
    return false;
  }

  // A minus and what can follow it in a duration, where the whole is one: "-5m", "-1.5h".
  bool LexNegativeDuration(Token* token) {
    const size_t end = UnitEnd(at_ + 1, kDurationBytes);
    const auto nanos = ParseAnyDuration(query_.substr(at_, end - at_));
    return nanos && Take(TokenKind::kDuration, end, 0, *nanos, token).ok();
  }

  const std::string_view query_;
  size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
  std::vector<Token> tokens_;
};

}  // namespace

std::string Token::Name() const {
  switch (kind) {
    case TokenKind::kEnd:
      return "$end";
    case TokenKind::kIdentifier:
      return "IDENTIFIER";
    case TokenKind::kString:
      return "STRING";
    case TokenKind::kNumber:
      return "NUMBER";
    case TokenKind::kDuration:
      return "DURATION";
    case TokenKind::kBytes:
      return "BYTES";
    case TokenKind::kRange:
      return "RANGE";
    case TokenKind::kFlag:
      return "FUNCTION_FLAG";
    case TokenKind::kFunction: {
      if (text == "ip") return text;
      std::string upper = text;
      for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
      return upper;
    }
    case TokenKind::kKeyword:
    case TokenKind::kOperator:
      break;
  }
  return text;
}

base::Status ParseError(int line, int column, std::string_view what) {
  return base::InvalidArgument(base::Concat({"parse error at line ", std::to_string(line), ", col ",
                                             std::to_string(column), ": ", what}));
}

base::StatusOr<std::vector<Token>> Lex(std::string_view query) { return Lexer(query).Run(); }

}  // namespace vedette::logql
