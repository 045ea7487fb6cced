#include "alerting/routing/matcher_parser.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "base/escape.h"
#include "base/strings.h"
#include "model/match_operator.h"

namespace vedette::routing {
namespace {

using base::InvalidArgument;
using base::StatusOr;
using model::Matcher;
using model::MatchType;

constexpr std::string_view kSpace = " \t\r\n\v\f";
constexpr std::string_view kReserved = "{}!=~,\\\"'`";

bool IsSpace(char c) { return kSpace.find(c) != std::string_view::npos; }

std::string_view TrimSpace(std::string_view text) {
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Reads the operator at `*at` and steps over it.
std::optional<MatchType> TakeOperator(std::string_view text, size_t* at) {
  std::string_view rest = text.substr(*at);
  const std::optional<MatchType> type = model::TakeOperator(&rest);
  *at = text.size() - rest.size();
  return type;
}

base::Status BadFormat(std::string_view text) {
  return InvalidArgument(base::Concat({"bad matcher format: ", text}));
}
base::Status BadQuote(std::string_view raw) {
  return InvalidArgument(base::Concat({"matcher value contains unescaped double quote: ", raw}));
}

// The value of the classic grammar: optional quotes, and \n \" \\ as escapes in both forms.
StatusOr<std::string> ClassicValue(std::string_view raw) {
  if (!base::IsValidUtf8(raw)) {
    return InvalidArgument(base::Concat({"matcher value not valid UTF-8: ", raw}));
  }
  std::string_view text = raw;
  bool expect_quote = false;
  if (!text.empty() && text[0] == '"') {
    expect_quote = true;
    text.remove_prefix(1);
  }
  std::string value;
  bool escaped = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (escaped) {
      escaped = false;
      if (c == 'n') {
        value.push_back('\n');
      } else {
        if (c != '"' && c != '\\') value.push_back('\\');
        value.push_back(c);
      }
    } else if (c == '\\' && i + 1 < text.size()) {
      escaped = true;
    } else if (c == '"') {
      if (!expect_quote || i + 1 < text.size()) return BadQuote(raw);
      expect_quote = false;
    } else {
      value.push_back(c);
    }
  }
  if (expect_quote) return BadQuote(raw);
  return value;
}

// name OP value, by hand what the classic regular expression says.
StatusOr<Matcher> ClassicMatcher(std::string_view text) {
  size_t at = std::min(text.find_first_not_of(kSpace), text.size());
  const size_t begin = at;
  const auto is_name = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
           (at > begin && c >= '0' && c <= '9');
  };
  while (at < text.size() && is_name(text[at])) ++at;
  if (at == begin) return BadFormat(text);
  std::string name(text.substr(begin, at - begin));
  while (at < text.size() && IsSpace(text[at])) ++at;
  const auto type = TakeOperator(text, &at);
  if (!type) return BadFormat(text);
  VEDETTE_ASSIGN_OR_RETURN(std::string value, ClassicValue(TrimSpace(text.substr(at))));
  return Matcher::Make(*type, std::move(name), std::move(value));
}

// Cuts at commas outside quotes.
std::vector<std::string_view> ClassicSplit(std::string_view text) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  bool quoted = false;
  bool escaped = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ',' && !quoted) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    } else if (c == '"' && !escaped) {
      quoted = !quoted;
    }
    escaped = c == '\\' ? !escaped : false;
  }
  if (!TrimSpace(text.substr(begin)).empty()) parts.push_back(text.substr(begin));
  return parts;
}

// The UTF-8 grammar.
class Utf8Parser {
 public:
  explicit Utf8Parser(std::string_view text) : text_(text) {}

  StatusOr<std::vector<Matcher>> Run() {
    if (!base::IsValidUtf8(text_)) return Fail("not valid UTF-8");
    SkipSpace();
    const bool braces = Take('{');
    std::vector<Matcher> matchers;
    while (true) {
      SkipSpace();
      if (AtEnd() || Peek() == '}') break;
      VEDETTE_ASSIGN_OR_RETURN(Matcher matcher, One());
      matchers.push_back(std::move(matcher));
      SkipSpace();
      if (!Take(',')) break;
    }
    SkipSpace();
    if (braces && !Take('}')) return Fail("expected close brace");
    if (!braces && !AtEnd() && Peek() == '}') return Fail("expected opening brace");
    SkipSpace();
    if (!AtEnd()) return Fail("expected a comma or the end");
    return matchers;
  }

 private:
  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return text_[at_]; }
  void SkipSpace() {
    while (!AtEnd() && IsSpace(Peek())) ++at_;
  }
  bool Take(char c) {
    if (AtEnd() || Peek() != c) return false;
    ++at_;
    return true;
  }
  base::Status Fail(std::string_view what) const {
    return InvalidArgument(base::Concat({std::to_string(at_), ": ", what}));
  }

  StatusOr<Matcher> One() {
    VEDETTE_ASSIGN_OR_RETURN(std::string name, Word("a label name"));
    if (name.empty()) return Fail("expected label name");
    SkipSpace();
    const auto type = TakeOperator(text_, &at_);
    if (!type) return Fail("expected an operator such as '=', '!=', '=~' or '!~'");
    SkipSpace();
    VEDETTE_ASSIGN_OR_RETURN(std::string value, Word("a label value"));
    return Matcher::Make(*type, std::move(name), std::move(value));
  }

  StatusOr<std::string> Word(std::string_view expected) {
    if (!AtEnd() && Peek() == '"') return Quoted();
    const size_t begin = at_;
    while (!AtEnd() && !IsSpace(Peek()) && kReserved.find(Peek()) == std::string_view::npos) ++at_;
    if (at_ == begin) return Fail(base::Concat({"expected ", expected}));
    return std::string(text_.substr(begin, at_ - begin));
  }

  StatusOr<std::string> Quoted() {
    ++at_;
    std::string value;
    while (!AtEnd()) {
      const char c = text_[at_++];
      if (c == '"' && !base::IsValidUtf8(value))
        return Fail("the quoted string is not valid UTF-8");
      if (c == '"') return value;
      if (c == '\n') break;
      if (c != '\\') {
        value.push_back(c);
        continue;
      }
      if (!Unescape(&value)) return Fail("bad escape in a quoted string");
    }
    return Fail("missing end \"");
  }

  // One escape of a quoted string, as Go has them save octal ones; `at_` is behind the backslash.
  bool Unescape(std::string* value) {
    // Upstream's grammar leaves these two of Go's out.
    if (AtEnd() || (Peek() >= '0' && Peek() <= '7') || Peek() == '\'') return false;
    const size_t length = base::TakeGoEscape(text_.substr(at_), value);
    at_ += length;
    return length > 0;
  }

  const std::string_view text_;
  size_t at_ = 0;
};

std::string EscapeValue(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"') {
      out += "\\\"";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

StatusOr<std::vector<Matcher>> ParseClassicMatchers(std::string_view text) {
  if (!text.empty() && text.front() == '{') text.remove_prefix(1);
  if (!text.empty() && text.back() == '}') text.remove_suffix(1);
  std::vector<Matcher> matchers;
  for (const std::string_view part : ClassicSplit(text)) {
    VEDETTE_ASSIGN_OR_RETURN(Matcher matcher, ClassicMatcher(part));
    matchers.push_back(std::move(matcher));
  }
  return matchers;
}

StatusOr<std::vector<Matcher>> ParseUtf8Matchers(std::string_view text) {
  return Utf8Parser(text).Run();
}

StatusOr<std::vector<Matcher>> ParseMatchers(std::string_view text) {
  auto classic = ParseClassicMatchers(text);
  if (classic.ok()) return classic;
  auto utf8 = ParseUtf8Matchers(text);
  return utf8.ok() ? std::move(utf8) : std::move(classic);
}

std::string PrintMatcher(const Matcher& matcher) {
  const bool reserved =
      matcher.name().find_first_of(base::Concat({kReserved, kSpace})) != std::string::npos;
  const std::string name = reserved ? base::GoQuote(matcher.name()) : matcher.name();
  return base::Concat(
      {name, model::OperatorText(matcher.type()), "\"", EscapeValue(matcher.value()), "\""});
}

void SortMatchers(std::vector<Matcher>* matchers) {
  std::stable_sort(matchers->begin(), matchers->end(), [](const Matcher& a, const Matcher& b) {
    return std::tie(a.name(), a.value()) != std::tie(b.name(), b.value())
               ? std::tie(a.name(), a.value()) < std::tie(b.name(), b.value())
               : a.type() < b.type();
  });
}

std::string PrintLabels(const model::Labels& labels) {
  std::string out = "{";
  for (const model::LabelView& label : labels) {
    if (out.size() > 1) out += ", ";
    out += base::Concat({label.name, "=", base::GoQuote(label.value)});
  }
  return out + "}";
}

}  // namespace vedette::routing
