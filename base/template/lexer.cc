#include "base/template/lexer.h"

#include <algorithm>
#include <cstdint>

#include "base/escape.h"
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

constexpr std::string_view kKeywords[] = {"block", "break", "continue", "define",   "else", "end",
                                          "if",    "range", "nil",      "template", "with"};

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
        const size_t length = TakeGoEscape(source_.substr(at_), &value);
        if (length == 0) return Fail(begin, "bad escape in a string");
        at_ += length;
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

bool IsKeyword(std::string_view word) {
  return std::find(std::begin(kKeywords), std::end(kKeywords), word) != std::end(kKeywords);
}

int LineOf(std::string_view source, size_t position) {
  const std::string_view before = source.substr(0, position);
  return 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

}  // namespace vedette::base::tmpl
