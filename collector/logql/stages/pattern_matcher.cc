#include "collector/logql/stages/pattern_matcher.h"

#include <string.h>

namespace vedette::logql {

size_t FindText(std::string_view line, std::string_view text, size_t from) {
  if (from > line.size()) return std::string_view::npos;
  if (text.empty()) return from;
  const void* const found =
      memmem(line.data() + from, line.size() - from, text.data(), text.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<size_t>(static_cast<const char*>(found) - line.data());
}

bool MatchesPattern(const LinePattern& pattern, std::string_view line) {
  if (line.empty() || pattern.empty()) return line.empty() && pattern.empty();
  size_t at = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].capture) continue;
    const size_t found = FindText(line, pattern[i].text, at);
    if (found == std::string_view::npos) return false;
    if (i != 0 && found == at) return false;  // an empty capture
    at = found + pattern[i].text.size();
  }
  return pattern.back().capture == (at != line.size());
}

}  // namespace vedette::logql
