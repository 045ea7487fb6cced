#ifndef VEDETTE_COLLECTOR_PROMQL_PRINTER_H_
#define VEDETTE_COLLECTOR_PROMQL_PRINTER_H_

#include <cstddef>
#include <string>

#include "base/status.h"
#include "collector/promql/ast.h"

namespace vedette::promql {

// The expression on one line, as Prometheus writes it back: what parses to the same tree.
std::string Print(const Expr& expr);

// Over several lines where one would be longer than `max_line` characters: /api/v1/format_query.
// ResourceExhausted where lines would begin with more than kMaxIndentBytes of spaces in all: a line
// is indented as deep as the tree is there, so that text may come to many times its length.
inline constexpr size_t kMaxIndentBytes = 4 << 20;
base::StatusOr<std::string> PrettyPrint(const Expr& expr, size_t max_line = 100);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_PRINTER_H_
