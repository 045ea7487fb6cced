#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_STAGE_PARSER_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_STAGE_PARSER_H_

#include <vector>

#include "base/status.h"
#include "collector/logql/parse/ast.h"
#include "collector/logql/parse/token_stream.h"

namespace vedette::logql {

// Reads the stages that come next, as many as there are, onto `stages`: |= "x" | json | a="b".
// Stops before `| unwrap`, which is none.
base::Status ParseStages(TokenStream* tokens, std::vector<Stage>* stages);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_STAGE_PARSER_H_
