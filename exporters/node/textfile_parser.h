#ifndef VEDETTE_EXPORTERS_NODE_TEXTFILE_PARSER_H_
#define VEDETTE_EXPORTERS_NODE_TEXTFILE_PARSER_H_

#include <prometheus/metric_family.h>

#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::node {

// The families of a text that a user wrote, in the text format 0.0.4, by name. A family without
// HELP has an empty one; a metric that lacks a label of its family has it empty. Timestamps are an
// error, as upstream has it: the page's time is that of the scrape. Errors name the line.
base::StatusOr<std::vector<prometheus::MetricFamily>> ParseTextfile(std::string_view text);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_TEXTFILE_PARSER_H_
