#include <array>
#include <cctype>
#include <cstddef>

#include "base/strings.h"
#include "model/log_level.h"

namespace vedette::model {
namespace {

// Keys that name a level, best first. JSON keys count as written, logfmt keys in any case.
constexpr std::array<std::string_view, 14> kLevelKeys = {
    "level",    "LEVEL",         "Level",         "log.level",    "severity",
    "SEVERITY", "Severity",      "SeverityText",  "lvl",          "LVL",
    "Lvl",      "severity_text", "Severity_Text", "SEVERITY_TEXT"};

constexpr int kMaxJsonDepth = 2;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool IsLevelKey(std::string_view key) {
  for (const std::string_view known : kLevelKeys) {
    if (key == known) return true;
  }
  return false;
}

// Walks the members of one JSON line without building anything. What is malformed ends the walk.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}

  std::optional<std::string_view> Find() {
    Skip();
    if (!Take('{')) return std::nullopt;
    return FindInObject(1);
  }

 private:
  std::optional<std::string_view> FindInObject(int depth) {
    for (;;) {
      Skip();
      if (Take('}') || failed_) return std::nullopt;
      const std::string_view key = String();
      Skip();
      if (failed_ || !Take(':')) return Fail();
      Skip();
      if (Peek() == '"') {
        const std::string_view value = String();
        if (failed_) return std::nullopt;
        if (IsLevelKey(key)) return value;
      } else if (Peek() == '{' && depth < kMaxJsonDepth) {
        ++at_;
        if (auto found = FindInObject(depth + 1); found || failed_) return found;
      } else {
        SkipValue();
      }
      Skip();
      if (!Take(',') && Peek() != '}') return Fail();
    }
  }

  std::optional<std::string_view> Fail() {
    failed_ = true;
    return std::nullopt;
  }

  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  void Skip() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }

  // The raw text between the quotes.
  std::string_view String() {
    if (!Take('"')) {
      failed_ = true;
      return {};
    }
    const size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) {
      failed_ = true;
      return {};
    }
    return text_.substr(begin, at_++ - begin);
  }

  // A number, literal, array or object that is not looked into.
  void SkipValue() {
    int depth = 0;
    while (at_ < text_.size() && !failed_) {
      const char c = text_[at_];
      if (c == '"') {
        String();
        if (depth == 0) return;
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) return;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    }
  }

  const std::string_view text_;
  size_t at_ = 0;
  bool failed_ = false;
};

// The place of a logfmt key in kLevelKeys, or its size.
size_t Rank(std::string_view key) {
  for (size_t i = 0; i < kLevelKeys.size(); ++i) {
    if (base::EqualsIgnoreCase(key, kLevelKeys[i])) return i;
  }
  return kLevelKeys.size();
}

// The value that begins at `*at`: quoted or up to white space.
std::string_view LogfmtValue(std::string_view line, size_t* at) {
  if (*at < line.size() && line[*at] == '"') {
    const size_t begin = ++*at;
    while (*at < line.size() && line[*at] != '"') *at += line[*at] == '\\' ? 2 : 1;
    const size_t end = *at < line.size() ? *at : line.size();
    *at = end + 1;
    return line.substr(begin, end - begin);
  }
  const size_t begin = *at;
  while (*at < line.size() && !IsSpace(line[*at])) ++*at;
  return line.substr(begin, *at - begin);
}

}  // namespace

std::span<const std::string_view> LevelKeys() { return kLevelKeys; }

std::string_view LevelOfLabels(const Labels& labels) {
  for (const std::string_view key : kLevelKeys) {
    const std::string_view value = labels.Get(key);
    if (value.empty()) continue;
    const std::string_view level = NormaliseLevel(value);
    return level.empty() ? value : level;
  }
  return {};
}

std::optional<std::string_view> JsonLevelField(std::string_view line) {
  return JsonScanner(line).Find();
}

std::optional<std::string_view> LogfmtLevelField(std::string_view line) {
  std::optional<std::string_view> best;
  size_t best_rank = kLevelKeys.size();
  size_t at = 0;
  while (at < line.size()) {
    while (at < line.size() && IsSpace(line[at])) ++at;
    const size_t begin = at;
    while (at < line.size() && !IsSpace(line[at]) && line[at] != '=') ++at;
    if (at >= line.size() || line[at] != '=') continue;
    const std::string_view key = line.substr(begin, at - begin);
    ++at;
    const std::string_view value = LogfmtValue(line, &at);
    if (const size_t rank = Rank(key); rank < best_rank) {
      best_rank = rank;
      best = value;
    }
  }
  return best;
}

}  // namespace vedette::model
