#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_PRINTER_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_PRINTER_H_

#include <string>
#include <string_view>

#include "collector/logql/parse/ast.h"

namespace vedette::logql {

// The query as text, in Loki's canonical form; parsing it gives the same tree.
std::string Print(const Expr& expr);
std::string Print(const LogQuery& log);

// Of a query on the way to text: `[5m] offset 1h`, `| unwrap bytes(a)`, ` by (a,b)` and `+ on (a)
// group_left`. `right`: the text of the right side, which must not be read as a list of names.
std::string PrintUnwrapped(const Unwrap& unwrap);
std::string PrintRange(const RangeAggregation& range);
std::string PrintGrouping(const Grouping& grouping, std::string_view separator);
std::string PrintOperator(const Binary& binary, std::string_view right, std::string_view separator);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_PRINTER_H_
