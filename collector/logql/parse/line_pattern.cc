#include "collector/logql/parse/line_pattern.h"

#include <set>

#include "base/strings.h"

namespace vedette::logql {
namespace {

bool IsCaptureStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsCaptureRest(char c) { return IsCaptureStart(c) || (c >= '0' && c <= '9'); }

// The length of "<name>" at the start of `text`, or 0.
size_t CaptureLength(std::string_view text) {
  if (text.size() < 3 || text[0] != '<' || !IsCaptureStart(text[1])) return 0;
  size_t end = 2;
  while (end < text.size() && IsCaptureRest(text[end])) ++end;
  return end < text.size() && text[end] == '>' ? end + 1 : 0;
}

base::Status CheckNeighbours(const LinePattern& pattern) {
  for (size_t i = 1; i < pattern.size(); ++i) {
    if (pattern[i - 1].capture && pattern[i].capture) {
      return base::InvalidArgument("found consecutive capture: invalid expression");
    }
  }
  return {};
}

}  // namespace

LinePattern ParseLinePattern(std::string_view text) {
  LinePattern pattern;
  while (!text.empty()) {
    if (const size_t length = CaptureLength(text)) {
      pattern.push_back({true, std::string(text.substr(1, length - 2))});
      text.remove_prefix(length);
      continue;
    }
    if (pattern.empty() || pattern.back().capture) pattern.push_back({});
    pattern.back().text.push_back(text.front());
    text.remove_prefix(1);
  }
  return pattern;
}

base::StatusOr<LinePattern> ParseCapturePattern(std::string_view text) {
  LinePattern pattern = ParseLinePattern(text);
  std::set<std::string_view> names;
  for (const PatternPiece& piece : pattern) {
    if (!piece.capture || piece.unnamed()) continue;
    if (!names.insert(piece.text).second) {
      return base::InvalidArgument(
          base::Concat({"duplicate capture name (", piece.text, "): invalid expression"}));
    }
  }
  if (names.empty()) return base::InvalidArgument("at least one capture is required");
  VEDETTE_RETURN_IF_ERROR(CheckNeighbours(pattern));
  return pattern;
}

base::StatusOr<LinePattern> ParseFilterPattern(std::string_view text) {
  LinePattern pattern = ParseLinePattern(text);
  for (const PatternPiece& piece : pattern) {
    if (!piece.capture || piece.unnamed()) continue;
    return base::InvalidArgument(
        base::Concat({"named captures are not allowed: found '<", piece.text, ">'"}));
  }
  VEDETTE_RETURN_IF_ERROR(CheckNeighbours(pattern));
  return pattern;
}

}  // namespace vedette::logql
