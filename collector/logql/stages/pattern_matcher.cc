#include "collector/logql/stages/pattern_matcher.h"

namespace vedette::logql {

bool MatchesPattern(const LinePattern& pattern, std::string_view line) {
  if (line.empty() || pattern.empty()) return line.empty() && pattern.empty();
  size_t at = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].capture) continue;
    const size_t found = line.find(pattern[i].text, at);
    if (found == std::string_view::npos) return false;
    if (i != 0 && found == at) return false;  // an empty capture
    at = found + pattern[i].text.size();
  }
  return pattern.back().capture == (at != line.size());
}

}  // namespace vedette::logql
