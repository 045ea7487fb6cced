#include "base/template/lexer.h"

#include <algorithm>
#include <cstdint>

#include "base/strings.h"

namespace vedette::base::tmpl {
namespace {

using Kind = Token::Kind;

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kSpaces = " \t\r\n";

bool IsSpace(char c) { return kSpaces.find(c) != std::string_view::npos; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
// Bytes of multi-byte characters count as letters, as Go's identifiers allow Unicode letters.
bool IsWordByte(char c) {
  return IsDigit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

void AppendUtf8(uint32_t rune, std::string* out) {
  const auto put = [&](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (rune < 0x80) {
    put(rune);
  } else if (rune < 0x800) {
    put(0xc0 | (rune >> 6));
    put(0x80 | (rune & 0x3f));
  } else if (rune < 0x10000) {
    put(0xe0 | (rune >> 12));
    put(0x80 | ((rune >> 6) & 0x3f));
    put(0x80 | (rune & 0x3f));
  } else {
    put(0xf0 | (rune >> 18));
    put(0x80 | ((rune >> 12) & 0x3f));
    put(0x80 | ((rune >> 6) & 0x3f));
    put(0x80 | (rune & 0x3f));
  }
}

// Reads `digits` characters of `base` at `*at`; false if one is not a digit of it.
bool ReadDigits(std::string_view text, size_t* at, size_t digits, int base, uint32_t* value) {
  *value = 0;
  for (size_t i = 0; i < digits; ++i, ++*at) {
    if (*at >= text.size()) return false;
    const char c = text[*at];
    int digit = 99;
    if (IsDigit(c)) digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit >= base) return false;
    *value = *value * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit);
  }
  return true;
}

// Undoes one escape of an interpreted string; `*at` stands behind the backslash.
bool Unescape(std::string_view text, size_t* at, std::string* out) {
  constexpr std::string_view kPlain = "abfnrtv\\'\"";
  constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v\\'\"";
  if (*at >= text.size()) return false;
  const char c = text[*at];
  if (const size_t i = kPlain.find(c); i != std::string_view::npos) {
    out->push_back(kMeaning[i]);
    ++*at;
    return true;
  }
  uint32_t value = 0;
  if (c == 'x' || (c >= '0' && c <= '7')) {
    const bool hex = c == 'x';
    if (hex) ++*at;
    if (!ReadDigits(text, at, hex ? 2 : 3, hex ? 16 : 8, &value) || value > 255) return false;
    out->push_back(static_cast<char>(value));
    return true;
  }
  if (c != 'u' && c != 'U') return false;
  ++*at;
  if (!ReadDigits(text, at, c == 'u' ? 4 : 8, 16, &value) || value > 0x10ffff) return false;
  AppendUtf8(value, out);
  return true;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<Token> Run() {
    while (Text() && Action()) {
    }
    return std::move(tokens_);
  }

 private:
  bool StartsWith(std::string_view what) const { return source_.substr(at_, what.size()) == what; }

  void Emit(Kind kind, size_t position, std::string_view text = {}) {
    tokens_.push_back({kind, position, std::string(text)});
  }
  bool Fail(size_t position, std::string_view what) {
    Emit(Kind::kError, position, what);
    return false;
  }

  // The text up to the next action. False at the end of the source.
  bool Text() {
    const size_t begin = at_;
    size_t end = source_.find(kOpen, at_);
    const bool last = end == std::string_view::npos;
    if (last) end = source_.size();
    std::string_view text = source_.substr(begin, end - begin);
    size_t position = begin;
    if (trim_next_) {
      const size_t first = std::min(text.find_first_not_of(kSpaces), text.size());
      text.remove_prefix(first);
      position += first;
    }
    trim_next_ = false;
    const bool trim = !last && source_.substr(end + 2, 1) == "-" && end + 3 < source_.size() &&
                      IsSpace(source_[end + 3]);
    if (trim) text = text.substr(0, text.find_last_not_of(kSpaces) + 1);
    if (!text.empty()) Emit(Kind::kText, position, text);
    at_ = end;
    if (last) {
      Emit(Kind::kEnd, at_);
      return false;
    }
    open_at_ = at_;
    at_ += kOpen.size() + (trim ? 2 : 0);
    return true;
  }

  // True when a trim marker and a closing delimiter stand here (" -}}"), at the space.
  bool AtTrimClose(size_t at) const {
    return at < source_.size() && IsSpace(source_[at]) && source_.substr(at + 1, 3) == "-}}";
  }

  bool Comment() {
    const size_t end = source_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return Fail(open_at_, "unclosed comment");
    at_ = end + 2;
    if (AtTrimClose(at_)) {
      trim_next_ = true;
      at_ += 4;
      return true;
    }
    if (!StartsWith(kClose)) return Fail(open_at_, "comment ends before closing delimiter");
    at_ += kClose.size();
    return true;
  }

  bool Action() {
    if (StartsWith("/*")) return Comment();
    Emit(Kind::kOpen, open_at_);
    int parens = 0;
    while (true) {
      if (AtTrimClose(at_) || StartsWith(kClose)) {
        if (parens > 0) return Fail(at_, "unclosed left paren");
        trim_next_ = !StartsWith(kClose);
        Emit(Kind::kClose, at_);
        at_ += trim_next_ ? 4 : 2;
        return true;
      }
      if (at_ >= source_.size()) return Fail(open_at_, "unclosed action");
      if (!One(&parens)) return false;
    }
  }

  // One token inside an action.
  bool One(int* parens) {
    const size_t begin = at_;
    const char c = source_[at_];
    if (IsSpace(c)) {
      while (at_ < source_.size() && IsSpace(source_[at_]) && !AtTrimClose(at_)) ++at_;
      Emit(Kind::kSpace, begin);
      return true;
    }
    if (c == '"' || c == '`' || c == '\'') return Quoted(c);
    if (c == '$') return Variable();
    if (c == '.' && !(at_ + 1 < source_.size() && IsDigit(source_[at_ + 1]))) return DotOrField();
    if (IsDigit(c) || c == '.' || c == '+' || c == '-') return Number();
    if (IsWordByte(c)) {
      SkipWord();
      Emit(Kind::kWord, begin, source_.substr(begin, at_ - begin));
      return true;
    }
    return Symbol(c, parens);
  }

  bool Symbol(char c, int* parens) {
    const size_t begin = at_;
    if (StartsWith(":=")) {
      Emit(Kind::kDeclare, begin);
      at_ += 2;
      return true;
    }
    ++at_;
    switch (c) {
      case '|':
        Emit(Kind::kPipe, begin);
        return true;
      case '=':
        Emit(Kind::kAssign, begin);
        return true;
      case ',':
        Emit(Kind::kComma, begin);
        return true;
      case '(':
        ++*parens;
        Emit(Kind::kOpenParen, begin);
        return true;
      case ')':
        if (--*parens < 0) return Fail(begin, "unexpected right paren");
        Emit(Kind::kCloseParen, begin);
        return true;
      default:
        return Fail(begin,
                    "unexpected character " + GoQuote(std::string_view(&c, 1)) + " in an action");
    }
  }

  void SkipWord() {
    while (at_ < source_.size() && IsWordByte(source_[at_])) ++at_;
  }

  bool Variable() {
    const size_t begin = at_++;
    SkipWord();
    Emit(Kind::kVariable, begin, source_.substr(begin, at_ - begin));
    return true;
  }

  bool DotOrField() {
    const size_t begin = at_++;
    SkipWord();
    if (at_ == begin + 1) {
      Emit(Kind::kDot, begin);
    } else {
      Emit(Kind::kField, begin, source_.substr(begin + 1, at_ - begin - 1));
    }
    return true;
  }

  bool Number() {
    const size_t begin = at_;
    if (source_[at_] == '+' || source_[at_] == '-') ++at_;
    while (at_ < source_.size()) {
      const char c = source_[at_];
      const bool exponent_sign = (c == '+' || c == '-') &&
                                 (source_[at_ - 1] == 'e' || source_[at_ - 1] == 'E') &&
                                 source_.substr(begin, 2) != "0x";
      if (!IsWordByte(c) && c != '.' && !exponent_sign) break;
      ++at_;
    }
    Emit(Kind::kNumber, begin, source_.substr(begin, at_ - begin));
    return true;
  }

  bool Quoted(char quote) {
    const size_t begin = at_++;
    std::string value;
    while (at_ < source_.size()) {
      const char c = source_[at_++];
      if (c == quote) {
        Emit(quote == '\'' ? Kind::kChar : Kind::kString, begin, value);
        return true;
      }
      if (quote != '`' && c == '\n') break;
      if (quote != '`' && c == '\\') {
        if (!Unescape(source_, &at_, &value)) return Fail(begin, "bad escape in a string");
      } else {
        value.push_back(c);
      }
    }
    return Fail(begin, quote == '`'   ? "unterminated raw quoted string"
                       : quote == '"' ? "unterminated quoted string"
                                      : "unterminated character constant");
  }

  const std::string_view source_;
  size_t at_ = 0;
  size_t open_at_ = 0;
  bool trim_next_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> Tokenize(std::string_view source) { return Lexer(source).Run(); }

int LineOf(std::string_view source, size_t position) {
  const std::string_view before = source.substr(0, position);
  return 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

}  // namespace vedette::base::tmpl
