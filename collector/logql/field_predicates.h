#ifndef VEDETTE_COLLECTOR_LOGQL_FIELD_PREDICATES_H_
#define VEDETTE_COLLECTOR_LOGQL_FIELD_PREDICATES_H_

#include <vector>

#include "collector/logql/log_block.h"
#include "collector/logql/parse/ast.h"

namespace vedette::logql {

// What label filters behind `| json` or `| logfmt` ask of fields, so that the store can leave lines
// out: a line that fails one is dropped by the pipeline, whatever else stands in it. Borrows the
// query.
std::vector<FieldPredicate> PredicatesOfQuery(const LogQuery& log);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_FIELD_PREDICATES_H_
