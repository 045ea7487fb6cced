#include "exporters/redis/key_patterns.h"

#include "base/http/message.h"
#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

constexpr int64_t kMaxPatternDatabase = 1'000'000;

base::Status BadPart(std::string_view part, std::string_view allowed) {
  return base::InvalidArgument(
      base::Concat({"found ", base::GoQuote(part), "; allowed is ", allowed}));
}

base::StatusOr<int> ParseDatabase(std::string_view text, std::string_view part) {
  std::string_view digits = base::Trim(text);
  if (base::StartsWith(digits, "db")) digits.remove_prefix(2);
  const auto number = base::ParseInt(digits);
  if (!number || *number < 0 || *number > kMaxPatternDatabase) {
    return BadPart(part, "a database's number before the =, as db3=KEY");
  }
  return static_cast<int>(*number);
}

// Go's QueryUnescape: plus is a blank.
std::string Unescape(std::string_view text) {
  std::string plain(base::Trim(text));
  for (char& c : plain) {
    if (c == '+') c = ' ';
  }
  return base::http::PercentDecode(plain);
}

}  // namespace

base::StatusOr<std::vector<KeyPattern>> ParseKeyPatterns(std::string_view text) {
  std::vector<KeyPattern> patterns;
  for (const std::string_view part : base::Split(text, ',')) {
    if (base::Trim(part).empty()) continue;
    const std::vector<std::string_view> sides = base::Split(part, '=');
    if (sides.size() > 2) return BadPart(part, "KEY or dbN=KEY; write = inside a key as %3D");
    KeyPattern pattern;
    pattern.key = Unescape(sides.back());
    if (pattern.key.empty() || (sides.size() == 2 && base::Trim(sides[0]).empty())) continue;
    if (sides.size() == 2) {
      VEDETTE_ASSIGN_OR_RETURN(pattern.database, ParseDatabase(sides[0], part));
    }
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

base::StatusOr<std::vector<std::string>> ParseCsvRow(std::string_view text) {
  std::vector<std::string> parts;
  size_t at = 0;
  while (at <= text.size() && !text.empty()) {
    std::string& part = parts.emplace_back();
    const size_t begin = std::min(text.find_first_not_of(' ', at), text.size());
    if (begin == text.size() || text[begin] != '"') {
      const size_t comma = std::min(text.find(',', at), text.size());
      part = base::Trim(text.substr(at, comma - at));
      at = comma + 1;
      continue;
    }
    size_t i = begin + 1;
    while (i < text.size() && (text[i] != '"' || (i + 1 < text.size() && text[i + 1] == '"'))) {
      if (text[i] == '"') ++i;
      part.push_back(text[i++]);
    }
    if (i >= text.size()) return BadPart(text.substr(begin), "a quote that ends");
    at = std::min(text.find(',', i), text.size()) + 1;
  }
  std::erase_if(parts, [](const std::string& part) { return part.empty(); });
  return parts;
}

}  // namespace vedette::exporters::redis
