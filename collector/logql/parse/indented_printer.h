#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_INDENTED_PRINTER_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_INDENTED_PRINTER_H_

#include <string>

#include "collector/logql/parse/ast.h"

namespace vedette::logql {

// The query as Loki's format_query shows it: what has over 100 characters in its canonical form is
// cut into lines, a stage or an argument each, indented by two spaces a level. Parsing it gives the
// same tree: operands that are operations themselves keep the parentheses that Loki loses.
std::string PrintIndented(const Expr& expr);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_INDENTED_PRINTER_H_
