#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_PATTERN_MATCHER_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_PATTERN_MATCHER_H_

#include <string_view>

#include "collector/logql/parse/line_pattern.h"

namespace vedette::logql {

// The first place of `text` at or behind `from`; npos where there is none. Takes no longer than the
// line has bytes, whatever repeats in either.
size_t FindText(std::string_view line, std::string_view text, size_t from = 0);

// Whether the whole line is the pattern, each `<_>` at least one character.
bool MatchesPattern(const LinePattern& pattern, std::string_view line);

// Calls `visit(name, text)` for the captures of a line, from left to right, each up to the first
// place of the literal behind it. Where that is missing the capture takes the rest, and it ends;
// where the literal at the beginning is missing there are none.
template <typename Visit>
void EachCapture(const LinePattern& pattern, std::string_view line, const Visit& visit) {
  if (line.empty()) return;
  size_t i = 0;
  if (!pattern.empty() && !pattern[0].capture) {
    if (line.substr(0, pattern[0].text.size()) != pattern[0].text) return;
    line.remove_prefix(pattern[0].text.size());
    i = 1;
  }
  for (; i < pattern.size(); i += 2) {
    const bool last = i + 1 == pattern.size();
    const size_t end = last ? std::string_view::npos : FindText(line, pattern[i + 1].text);
    if (!pattern[i].unnamed()) visit(std::string_view(pattern[i].text), line.substr(0, end));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + pattern[i + 1].text.size());
  }
}

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_PATTERN_MATCHER_H_
