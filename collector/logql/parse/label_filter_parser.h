#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_LABEL_FILTER_PARSER_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_LABEL_FILTER_PARSER_H_

#include "base/status.h"
#include "collector/logql/parse/ast.h"
#include "collector/logql/parse/token_stream.h"

namespace vedette::logql {

// status >= 500 and (method = "GET" or size > 1KB), without the bar before it.
base::StatusOr<LabelFilterPtr> ParseLabelFilter(TokenStream* tokens);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_LABEL_FILTER_PARSER_H_
