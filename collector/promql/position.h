#ifndef VEDETTE_COLLECTOR_PROMQL_POSITION_H_
#define VEDETTE_COLLECTOR_PROMQL_POSITION_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace vedette::promql {

// "LINE:COLUMN" of a byte offset, both from 1; empty when it lies outside the query.
std::string LineColumn(std::string_view query, int offset);

// InvalidArgument "LINE:COLUMN: parse error: MESSAGE".
base::Status ParseError(std::string_view query, int offset, std::string_view message);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_POSITION_H_
