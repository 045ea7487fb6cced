#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_GROUPING_PARSER_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_GROUPING_PARSER_H_

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "collector/logql/parse/ast.h"
#include "collector/logql/parse/token_stream.h"

namespace vedette::logql {

// (a, b); may be empty.
base::StatusOr<std::vector<std::string>> ParseNames(TokenStream* tokens);

// by (...) or without (...), nothing where neither stands.
base::StatusOr<std::optional<Grouping>> ParseGrouping(TokenStream* tokens);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_GROUPING_PARSER_H_
