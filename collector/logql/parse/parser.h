#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_PARSER_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_PARSER_H_

#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/logql/parse/ast.h"

namespace vedette::logql {

// Parses and checks a query. InvalidArgument "parse error at line L, col C: ..." (or "parse error :
// ..." where a query is well formed and makes no sense). Parts of LogQL that are not there yet are
// refused as "... NAME is not supported yet".
base::StatusOr<ExprPtr> Parse(std::string_view query);

// Parses a stream selector alone, for series, labels and the like. `{}` is refused.
base::StatusOr<std::vector<model::Matcher>> ParseSelector(std::string_view selector);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_PARSER_H_
