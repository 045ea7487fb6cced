#ifndef VEDETTE_COLLECTOR_PROMQL_DURATION_EXPR_H_
#define VEDETTE_COLLECTOR_PROMQL_DURATION_EXPR_H_

#include <string>

#include "base/status.h"
#include "collector/promql/ast.h"

namespace vedette::promql {

// What step() and range() stand for, in seconds; both 0 in an instant query.
struct QuerySpan {
  double step_seconds = 0;
  double range_seconds = 0;
};

// The duration in milliseconds, cut as Prometheus cuts it. InvalidArgument "START:END: WHAT" (bytes
// of the query) for what divides by zero, is out of range, or is not above zero and has to be.
base::StatusOr<int64_t> EvaluateDuration(const DurationExpr& expr, const QuerySpan& span,
                                         bool must_be_positive);

// The operator or function; nothing of a literal.
const char* OpText(DurationExpr::Op op);
// As Prometheus writes it back.
std::string PrintDuration(const DurationExpr& expr);
// A number, or a duration (1h30m) of that many seconds.
std::string PrintNumber(double seconds, bool is_duration);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_DURATION_EXPR_H_
