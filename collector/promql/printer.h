#ifndef VEDETTE_COLLECTOR_PROMQL_PRINTER_H_
#define VEDETTE_COLLECTOR_PROMQL_PRINTER_H_

#include <cstddef>
#include <string>

#include "collector/promql/ast.h"

namespace vedette::promql {

// The expression on one line, as Prometheus writes it back: what parses to the same tree.
std::string Print(const Expr& expr);

// Over several lines where one would be longer than `max_line` characters: /api/v1/format_query.
std::string PrettyPrint(const Expr& expr, size_t max_line = 100);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_PRINTER_H_
