#ifndef VEDETTE_COLLECTOR_PROMQL_PARSER_H_
#define VEDETTE_COLLECTOR_PROMQL_PARSER_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/promql/ast.h"
#include "model/matcher.h"

namespace vedette::promql {

// The language of Prometheus 3.5.3 unless told otherwise.
struct ParserOptions {
  bool experimental_functions = false;
  bool duration_expressions = false;  // foo[5m*2], offset (1h-5m)
  // What came after 3.5: </ and >/, step(), range(), min_of() and max_of() in durations, functions
  // (each behind the same option as there), and the words below. Off: all these are unknown, with
  // the messages of 3.5.3.
  bool newer = false;
  bool extended_range_selectors = false;  // anchored, smoothed; with `newer`
  bool fill_modifiers = false;            // fill, fill_left, fill_right; with `newer`
  // Deeper nesting is refused: parsing and evaluation recurse once a level. Operators one after the
  // other, as in a + b + c, nest no deeper than their operands, and have a bound of their own.
  int max_depth = 500;
  int max_chain = 5000;
  // Longer texts are refused: a tree takes some hundred bytes a token, whoever asks.
  int max_tokens = 100'000;

  // Everything of the newest version.
  static ParserOptions All();
};

// Parses and type-checks an expression. Errors are InvalidArgument with the message that Prometheus
// gives: "LINE:COLUMN: parse error: WHAT". Thread-safe.
base::StatusOr<ExprPtr> ParseExpr(std::string_view text, const ParserOptions& options = {});

// A series selector of the HTTP API's match[]: `up{job="x"}`, and nothing else. As upstream's, it
// may match everything: whoever minds has to look.
base::StatusOr<std::vector<model::Matcher>> ParseMetricSelector(std::string_view text);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_PARSER_H_
