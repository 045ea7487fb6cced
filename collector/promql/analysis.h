#ifndef VEDETTE_COLLECTOR_PROMQL_ANALYSIS_H_
#define VEDETTE_COLLECTOR_PROMQL_ANALYSIS_H_

#include <string_view>

#include "base/status.h"
#include "collector/promql/ast.h"
#include "collector/promql/duration_expr.h"

// What is found out about a tree after parsing and before evaluation.

namespace vedette::promql {

// Refuses what parses and has no meaning; the error is the parser's kind. Takes the matching away
// from binary operations that are not between vectors.
base::Status CheckTypes(std::string_view query, Expr* expr);

// Sets the milliseconds of every duration that is an expression. InvalidArgument as
// EvaluateDuration; a query that has it is refused as one that does not parse.
base::Status ResolveDurations(const QuerySpan& span, Expr* expr);

// Sets Expr::step_invariant throughout.
void MarkStepInvariant(Expr* expr);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_ANALYSIS_H_
