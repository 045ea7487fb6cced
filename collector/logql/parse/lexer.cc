#include "collector/logql/parse/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/escape.h"
#include "base/strings.h"
#include "collector/logql/parse/units.h"

namespace vedette::logql {
namespace {

constexpr std::array kKeywords = std::to_array<std::string_view>(
    {"by",         "without",     "bool",         "offset", "on",         "ignoring",
     "group_left", "group_right", "json",         "logfmt", "regexp",     "unpack",
     "pattern",    "line_format", "label_format", "unwrap", "decolorize", "drop",
     "keep",       "and",         "or",           "unless", "of",         "variants"});

constexpr std::array kFunctions = std::to_array<std::string_view>({"rate",
                                                                   "rate_counter",
                                                                   "count_over_time",
                                                                   "bytes_rate",
                                                                   "bytes_over_time",
                                                                   "absent_over_time",
                                                                   "sum_over_time",
                                                                   "avg_over_time",
                                                                   "min_over_time",
                                                                   "max_over_time",
                                                                   "stddev_over_time",
                                                                   "stdvar_over_time",
                                                                   "quantile_over_time",
                                                                   "first_over_time",
                                                                   "last_over_time",
                                                                   "sum",
                                                                   "avg",
                                                                   "min",
                                                                   "max",
                                                                   "count",
                                                                   "stddev",
                                                                   "stdvar",
                                                                   "topk",
                                                                   "bottomk",
                                                                   "sort",
                                                                   "sort_desc",
                                                                   "approx_topk",
                                                                   "label_replace",
                                                                   "vector",
                                                                   "ip",
                                                                   "bytes",
                                                                   "duration",
                                                                   "duration_seconds"});

// Longest first.
constexpr std::array kOperators = std::to_array<std::string_view>(
    {"|=", "|~", "|>", "!=", "!~", "!>", "=~", "==", ">=", "<=", "{", "}", "(",
     ")",  ",",  "=",  "|",  ">",  "<",  "+",  "-",  "*",  "/",  "%", "^"});

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
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

std::optional<double> ParseHex(std::string_view digits) {
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<double>(value);
}

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
    if (Rest().substr(0, 2) == "--") return LexFlag(token);
    for (const std::string_view sign : kOperators) {
      if (Rest().substr(0, sign.size()) != sign) continue;
      token->kind = TokenKind::kOperator;
      token->text = std::string(sign);
      Advance(sign.size());
      return {};
    }
    return ParseError(
        token->line, token->column,
        base::Concat({"syntax error: unexpected character ", base::GoQuote({&c, 1})}));
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
    size_t end = at_;
    while (end < query_.size() && (IsDigit(query_[end]) || query_[end] == '.')) ++end;
    size_t exponent = end;
    if (exponent < query_.size() && (query_[exponent] | 0x20) == 'e') {
      ++exponent;
      if (exponent < query_.size() && (query_[exponent] == '+' || query_[exponent] == '-')) {
        ++exponent;
      }
      const size_t digits = exponent;
      while (exponent < query_.size() && IsDigit(query_[exponent])) ++exponent;
      if (exponent > digits) end = exponent;
    }
    size_t unit_end = end;
    while (unit_end < query_.size() &&
           (IsNameStart(query_[unit_end]) || IsDigit(query_[unit_end]) || query_[unit_end] == '.' ||
            static_cast<unsigned char>(query_[unit_end]) >= 0x80)) {
      ++unit_end;
    }
    const std::string_view whole = query_.substr(at_, unit_end - at_);
    Advance(unit_end - at_);
    token->text = std::string(whole);
    if (const auto number =
            whole.substr(0, 2) == "0x" ? ParseHex(whole.substr(2)) : base::ParseDouble(whole)) {
      token->kind = TokenKind::kNumber;
      token->number = *number;
      return {};
    }
    if (const auto nanos = ParseAnyDuration(whole)) {
      token->kind = TokenKind::kDuration;
      token->nanos = *nanos;
      return {};
    }
    if (const auto bytes = ParseBytes(whole)) {
      token->kind = TokenKind::kBytes;
      token->number = *bytes;
      return {};
    }
    return ParseError(token->line, token->column,
                      base::Concat({"syntax error: unexpected ", base::GoQuote(whole),
                                    ", not a number, duration or size"}));
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
    } else if (std::find(kFunctions.begin(), kFunctions.end(), lower) != kFunctions.end() &&
               BeforeParenthesis(end)) {
      token->kind = TokenKind::kFunction;
      token->text = lower;
    }
    Advance(end - at_);
    return {};
  }

  base::Status LexFlag(Token* token) {
    for (const std::string_view flag : {"--strict", "--keep-empty"}) {
      if (Rest().substr(0, flag.size()) != flag) continue;
      token->kind = TokenKind::kFlag;
      token->text = std::string(flag);
      Advance(flag.size());
      return {};
    }
    token->kind = TokenKind::kOperator;
    token->text = "-";
    Advance(1);
    return {};
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
