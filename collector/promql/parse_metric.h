#ifndef VEDETTE_COLLECTOR_PROMQL_PARSE_METRIC_H_
#define VEDETTE_COLLECTOR_PROMQL_PARSE_METRIC_H_

#include <string_view>

#include "base/status.h"
#include "model/labels.h"

namespace vedette::promql {

// Reads the metric, `name{a="b", "c.d"="e"}` or `{"n.m", a="b"}`, that `text` begins with; `*end`
// is the byte behind it. InvalidArgument as ParseExpr's. With `whole`, nothing may follow but
// blanks.
base::StatusOr<model::Labels> ReadMetric(std::string_view text, bool whole, size_t* end);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_PARSE_METRIC_H_
