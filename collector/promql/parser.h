#ifndef VEDETTE_COLLECTOR_PROMQL_PARSER_H_
#define VEDETTE_COLLECTOR_PROMQL_PARSER_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/promql/ast.h"
#include "model/matcher.h"

namespace vedette::promql {

struct ParserOptions {
  bool experimental_functions = false;
  bool duration_expressions = false;  // foo[5m*2], offset (1h-5m)
  // Deeper nesting is refused: parsing and evaluation recurse once a level.
  int max_depth = 500;
};

// Parses and type-checks an expression. Errors are InvalidArgument with the message that Prometheus
// gives: "LINE:COLUMN: parse error: WHAT". Thread-safe.
base::StatusOr<ExprPtr> ParseExpr(std::string_view text, const ParserOptions& options = {});

// A series selector of the HTTP API's match[]: `up{job="x"}`, and nothing else.
base::StatusOr<std::vector<model::Matcher>> ParseMetricSelector(std::string_view text);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_PARSER_H_
