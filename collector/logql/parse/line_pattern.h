#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_LINE_PATTERN_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_LINE_PATTERN_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

// The patterns of `| pattern` and `|>`: literal text between captures, `<_> - <user> [<_>]`.

namespace vedette::logql {

struct PatternPiece {
  bool capture = false;
  std::string text;  // a capture's name, "_" for one that nothing is named after; else the literal
  bool unnamed() const { return capture && text == "_"; }
};
// Literals and captures in their order, neighbouring literals one.
using LinePattern = std::vector<PatternPiece>;

LinePattern ParseLinePattern(std::string_view text);

// A pattern of the parser: at least one named capture, no name twice, no captures side by side.
base::StatusOr<LinePattern> ParseCapturePattern(std::string_view text);

// A pattern of a line filter: no named captures, none side by side. May be empty.
base::StatusOr<LinePattern> ParseFilterPattern(std::string_view text);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_LINE_PATTERN_H_
