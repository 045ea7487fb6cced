#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_PRINTER_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_PRINTER_H_

#include <string>

#include "collector/logql/parse/ast.h"

namespace vedette::logql {

// The query as text, in Loki's canonical form; parsing it gives the same tree.
std::string Print(const Expr& expr);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_PRINTER_H_
