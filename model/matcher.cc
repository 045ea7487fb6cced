#include "model/matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <optional>

#include "base/regex.h"
#include "base/strings.h"
#include "model/match_operator.h"

namespace vedette::model {
namespace {

constexpr std::string_view kMeta = "\\.+*?()|[]{}^$";
// Above this a pattern goes to RE2 and its memory cap.
constexpr size_t kMaxLiterals = 10'000;

// "(a|b)" and "(?:a|b)" -> "a|b". Only when the first parenthesis is closed by the last character.
std::string_view StripGroup(std::string_view pattern) {
  if (pattern.size() < 2 || pattern.front() != '(' || pattern.back() != ')') return pattern;
  std::string_view inner = pattern.substr(1, pattern.size() - 2);
  if (base::StartsWith(inner, "?:")) inner.remove_prefix(2);
  return inner;
}

// The alternatives of a pattern without any operator but '|' and escaped punctuation.
std::optional<std::vector<std::string>> PlainAlternatives(std::string_view pattern) {
  std::vector<std::string> out(1);
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '|') {
      if (out.size() == kMaxLiterals) return std::nullopt;
      out.emplace_back();
    } else if (c == '\\') {
      if (++i == pattern.size() || kMeta.find(pattern[i]) == kMeta.npos) return std::nullopt;
      out.back() += pattern[i];
    } else if (kMeta.find(c) != kMeta.npos) {
      return std::nullopt;
    } else {
      out.back() += c;
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

base::StatusOr<Matcher> Matcher::Make(MatchType type, std::string name, std::string value) {
  Matcher matcher;
  matcher.type_ = type;
  matcher.name_ = std::move(name);
  matcher.value_ = std::move(value);
  if (type == MatchType::kEqual || type == MatchType::kNotEqual) return matcher;
  if (base::IsValidUtf8(matcher.value_)) {
    if (auto literals = PlainAlternatives(StripGroup(matcher.value_))) {
      matcher.literals_ = *std::move(literals);
      return matcher;
    }
  }
  VEDETTE_ASSIGN_OR_RETURN(matcher.regex_, base::CompileRegex(matcher.value_));
  return matcher;
}

Matcher Matcher::Equal(std::string name, std::string value) {
  Matcher matcher;
  matcher.name_ = std::move(name);
  matcher.value_ = std::move(value);
  return matcher;
}

bool Matcher::MatchesRegex(std::string_view label_value) const {
  if (regex_ == nullptr) {
    return std::binary_search(literals_.begin(), literals_.end(), label_value, std::less<>());
  }
  return re2::RE2::FullMatch(re2::StringPiece(label_value.data(), label_value.size()), *regex_);
}

bool Matcher::Matches(std::string_view label_value) const {
  switch (type_) {
    case MatchType::kEqual:
      return label_value == value_;
    case MatchType::kNotEqual:
      return label_value != value_;
    case MatchType::kRegex:
      return MatchesRegex(label_value);
    case MatchType::kNotRegex:
      return !MatchesRegex(label_value);
  }
  return false;
}

std::string Matcher::ToString() const {
  std::string out = IsLegacyLabelName(name_) ? name_ : base::GoQuote(name_);
  out += OperatorText(type_);
  out += base::GoQuote(value_);
  return out;
}

bool MatchesAll(const std::vector<Matcher>& matchers, const Labels& labels) {
  return std::all_of(matchers.begin(), matchers.end(), [&labels](const Matcher& matcher) {
    return matcher.Matches(labels.Get(matcher.name()));
  });
}

}  // namespace vedette::model
