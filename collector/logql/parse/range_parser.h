#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_RANGE_PARSER_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_RANGE_PARSER_H_

#include "base/status.h"
#include "collector/logql/parse/ast.h"
#include "collector/logql/parse/token_stream.h"

namespace vedette::logql {

// rate({a="b"} | json [5m]) and its like, at the name. Checks that the function, its parameter,
// `unwrap` and grouping go together. `depth`: of the tree around it.
base::StatusOr<RangeAggregation> ParseRangeAggregation(TokenStream* tokens, RangeOp op, int depth);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_RANGE_PARSER_H_
