#ifndef VEDETTE_COLLECTOR_API_EXPR_JSON_H_
#define VEDETTE_COLLECTOR_API_EXPR_JSON_H_

#include "base/json_writer.h"
#include "collector/promql/ast.h"

namespace vedette::api {

// The tree of an expression as Prometheus' /api/v1/parse_query shows it: that of 3.5, or with what
// `newer` ones say of ranges, durations and fill values.
void WriteExpr(const promql::Expr& expr, bool newer, base::JsonWriter* json);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_EXPR_JSON_H_
