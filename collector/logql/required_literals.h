#ifndef VEDETTE_COLLECTOR_LOGQL_REQUIRED_LITERALS_H_
#define VEDETTE_COLLECTOR_LOGQL_REQUIRED_LITERALS_H_

#include <string_view>

#include "collector/logql/parse/ast.h"
#include "collector/logql/storage.h"

namespace vedette::logql {

// What every line must contain to be matched by `pattern` (RE2's syntax), read off its text. Errs
// towards fewer literals; none for a pattern that it does not follow.
RequiredLiterals LiteralsOfRegex(std::string_view pattern);

// What the line filters of a query ask of the lines as they are stored: filters behind a stage that
// may change the line say nothing of it.
RequiredLiterals LiteralsOfQuery(const LogQuery& log);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_REQUIRED_LITERALS_H_
